import type { AbsolutePath } from "../../protocol/mod.ts";
import { FILTER_DESCRIPTOR } from "./bwrap_arguments.ts";
import { LAUNCH_PATH } from "./launch_environment.ts";
import { GRASP_LIFELINE, RELEASE_LIFELINE } from "./lifeline.ts";

/** On which bubblewrap writes what became of the command. It hands it to nobody. */
const REPORT_DESCRIPTOR = 8;

/** Programs of the host that a command on a terminal is started through. */
export interface TerminalTools {
  /** GNU `env` that knows `--default-signal`; `null` = Ctrl-C ends the sandbox as a whole. */
  readonly env: AbsolutePath | null;
  readonly setsid: boolean;
}

export interface Launch {
  readonly program: AbsolutePath;
  /** From `bwrapArguments`. */
  readonly args: readonly string[];
  readonly filterFile: AbsolutePath;
  readonly descriptorLimit: number;
  /** Process id of the program that asked for the command. */
  readonly parent: number;
  /** `flock(1)`; without it nobody removes the placeholders when this program is killed. */
  readonly flock: AbsolutePath | null;
  /** Comes to its end when nobody wants the command any more; see `lifeline.ts`. */
  readonly lifeline: AbsolutePath;
  /** What exists only for the time of the command. */
  readonly placeholders: readonly AbsolutePath[];
  /** Where bubblewrap reports. */
  readonly report: AbsolutePath;
  readonly command: readonly string[];
  readonly terminal: TerminalTools | null;
}

/**
 * Beside the command, for its time: waits for the end of the lifeline, which is when the program that asked for the
 * command is done with it or was killed.
 *
 * Then what is left of the command is ended. Bubblewrap ends with its parent, but not in its first milliseconds:
 * its two processes ask the kernel for that late. Both are in this group (`$$` leads it; fields 4 and 5 are parent and
 * group), and with the inner one goes its whole namespace.
 *
 * Each placeholder is removed if no other command holds a lock on it and it is still the one that was looked at, with
 * the mode of one: what somebody made anew is not. `rmdir` takes empty folders alone.
 */
const WATCH = `(
PATH=${LAUNCH_PATH}
trap "" HUP INT QUIT TERM TSTP
read -r _ <&7
read -r _ _ _ up group _ </proc/self/stat
[ "$up" = $$ ] && kill -9 $$
[ -e "$lifeline" ] && rm -f "$lifeline" "$report"
while [ "$count" -gt 0 ]; do
  [ -k "$1" ] && {
    "$flock" -n -x 8 && [ /proc/self/fd/8 -ef "$1" ] &&
    if [ -d "$1" ]; then rmdir "$1"; else rm -f "$1"; fi
  } 8<"$1"
  shift; count=$((count-1))
done
[ "$group" = $$ ] && kill -9 -$$
) </dev/null >/dev/null 2>&1 &`;

/**
 * Becomes bubblewrap; no process is left in between. `$0` = the filter, `$1` = the descriptor limit, `$2` = the
 * program that asked, `$3` = flock, `$4` = the file for a report, `$5` = the lifeline, `$6` = how many placeholders
 * follow.
 *
 * - Nothing is started for a program that has ended: bubblewrap would not notice.
 * - The filter is opened afresh for each command, since a descriptor that is handed down would share its offset.
 * - A stdin that is a file comes through a pipe: the file could be opened again, for writing, by way of
 *   `/proc/self/fd/0`. In that case alone this shell stays.
 */
const LAUNCH = `ulimit -S -n "$1" 2>/dev/null
parent=$2 flock=$3 report=$4 lifeline=$5 count=$6
shift 6
${GRASP_LIFELINE}
${WATCH}
${RELEASE_LIFELINE}
shift "$count"
kill -0 "$parent" 2>/dev/null || exit 125
exec ${REPORT_DESCRIPTOR}>"$report"
if [ -f /dev/stdin ]; then (PATH=${LAUNCH_PATH}; exec cat) | "$@" ${FILTER_DESCRIPTOR}<"$0"; exit; fi
exec ${FILTER_DESCRIPTOR}<"$0"
exec "$@"`;

/**
 * The same on a terminal: Ctrl-C, Ctrl-\ and Ctrl-Z go to the whole foreground group, which bubblewrap belongs to.
 * It ignores them, so that the command alone decides what they do.
 */
const LAUNCH_ON_TERMINAL = `trap "" INT QUIT TSTP\n${LAUNCH}`;

/** Takes the terminal on stdin where the session has none yet. */
const ENTER_TERMINAL =
  'if ! [ -t 0 ] || (: </dev/tty) 2>/dev/null; then exec "$@"; fi; exec setsid -c "$@"';

/** The whole argv, from the shell that opens the filter to the command. */
export function launchArgv(launch: Launch): string[] {
  const { terminal } = launch;
  const protectedFromKeys = terminal !== null && terminal.env !== null;
  return [
    "/bin/sh",
    "-c",
    protectedFromKeys ? LAUNCH_ON_TERMINAL : LAUNCH,
    launch.filterFile,
    String(launch.descriptorLimit),
    String(launch.parent),
    launch.flock ?? "",
    launch.report,
    launch.lifeline,
    String(launch.placeholders.length),
    ...launch.placeholders,
    launch.program,
    "--json-status-fd",
    String(REPORT_DESCRIPTOR),
    ...launch.args,
    ...(terminal?.setsid ? ["/bin/sh", "-c", ENTER_TERMINAL, "sh"] : []),
    // Gives the keys' signals their effect back.
    ...(protectedFromKeys ? [`${terminal.env}`, "--default-signal=INT,QUIT,TSTP"] : []),
    ...launch.command,
  ];
}

/** Says in the usual way that there is no such program, without starting a sandbox for it. */
export function refusalArgv(name: string, code: 126 | 127): string[] {
  const reason = code === 127 ? "not found" : "cannot be executed";
  return [
    "/bin/sh",
    "-c",
    'printf "%s\\n" "$1" >&2; exit "$2"',
    "sh",
    `codex: ${name}: ${reason}`,
    `${code}`,
  ];
}
