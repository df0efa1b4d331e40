import type { AbsolutePath } from "../../protocol/mod.ts";
import { FILTER_DESCRIPTOR } from "./bwrap_arguments.ts";

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
  /** `flock(1)`; without it nobody watches over the placeholders when this program is killed. */
  readonly flock: AbsolutePath | null;
  /** What exists only for the time of the command. */
  readonly placeholders: readonly AbsolutePath[];
  /** Where bubblewrap reports. */
  readonly report: AbsolutePath;
  readonly command: readonly string[];
  readonly terminal: TerminalTools | null;
}

/**
 * Beside the command, for its time: waits for each path until nobody holds a lock on it, which is when the program
 * that asked for the command is done with it or was killed. The path is removed if it is still the one that was
 * waited for; what somebody made anew is another inode. Only what `placeholder.ts` makes is there to be removed:
 * `rmdir` takes empty folders alone.
 *
 * Then what is left of the command is ended. Bubblewrap ends with its parent, but not in its first milliseconds:
 * its two processes ask the kernel for that late. Both are in this group (`$$` leads it; fields 4 and 5 are parent and
 * group), and with the inner one goes its whole namespace.
 */
const WATCH = `(
trap "" HUP INT QUIT TERM TSTP
read -r _ _ _ up group _ </proc/self/stat
while [ "$count" -gt 0 ]; do
  if [ -e "$1" ] && exec 8<"$1" && "$flock" -x 8; then
    read -r _ _ _ up _ </proc/self/stat
    [ "$up" = $$ ] && kill -9 $$
    if [ /proc/self/fd/8 -ef "$1" ]; then
      if [ -d "$1" ]; then rmdir "$1"; else rm -f "$1"; fi
    fi
  fi
  shift; count=$((count-1))
done
[ "$group" = $$ ] && kill -9 -$$
) </dev/null >/dev/null 2>&1 &`;

/**
 * Becomes bubblewrap; no process is left in between. `$0` = the filter, `$1` = the descriptor limit, `$2` = the
 * program that asked, `$3` = flock, `$4` = the file for a report, `$5` = how many placeholders follow.
 *
 * - Nothing is started for a program that has ended: bubblewrap would not notice.
 * - The filter is opened afresh for each command, since a descriptor that is handed down would share its offset.
 * - A stdin that is a file comes through a pipe: the file could be opened again, for writing, by way of
 *   `/proc/self/fd/0`. In that case alone this shell stays.
 */
const LAUNCH = `ulimit -S -n "$1" 2>/dev/null
kill -0 "$2" 2>/dev/null || exit 125
flock=$3 report=$4 count=$5
shift 5
if [ "$count" -gt 0 ]; then
${WATCH}
shift "$count"
fi
exec ${REPORT_DESCRIPTOR}>"$report"
if [ -f /dev/stdin ]; then cat | "$@" ${FILTER_DESCRIPTOR}<"$0"; exit; fi
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
  // The report comes last: nobody holds a lock on it.
  const watched = launch.flock === null ? [] : [...launch.placeholders, launch.report];
  return [
    "/bin/sh",
    "-c",
    protectedFromKeys ? LAUNCH_ON_TERMINAL : LAUNCH,
    launch.filterFile,
    String(launch.descriptorLimit),
    String(launch.parent),
    launch.flock ?? "",
    launch.report,
    String(watched.length),
    ...watched,
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
