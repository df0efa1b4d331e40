import type { AbsolutePath } from "../../protocol/mod.ts";
import { FILTER_DESCRIPTOR } from "./bwrap_arguments.ts";
import { LAUNCH_PATH } from "./launch_environment.ts";

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
  /** Where bubblewrap reports. */
  readonly report: AbsolutePath;
  /** What a command reads and writes where there is nothing. */
  readonly nothing: AbsolutePath;
  readonly command: readonly string[];
  readonly terminal: TerminalTools | null;
}

/**
 * Becomes bubblewrap; no process is left in between. `$0` = the filter, `$1` = the descriptor limit, `$2` = the
 * program that asked, `$3` = the file for a report, `$4` = the device for a stream that is none.
 *
 * - Nothing is started for a program that has ended: bubblewrap would not notice. A process that is ending has no
 *   memory any more, also before its parent has asked for its exit code. The report is there before that is
 *   looked at, so that the shell which cleans up then (`session_watch.ts`) finds this process otherwise.
 * - The filter is opened afresh for each command, since a descriptor that is handed down would share its offset.
 * - A stdin that is a file or a disk comes through a pipe: it could be opened again, for writing, by way of
 *   `/proc/self/fd/0`. In that case alone this shell stays.
 * - A folder is no stream: new files could be made in it, whatever is mounted read-only. And the host's /dev/null
 *   is not handed to root, who could change its mode for everyone.
 */
const LAUNCH = `ulimit -S -n "$1" 2>/dev/null
exec ${REPORT_DESCRIPTOR}>"$3"
echo $$ >&${REPORT_DESCRIPTOR}
read -r size _ <"/proc/$2/statm" && [ "$size" != 0 ] || exit 125
{ [ -d /dev/stdin ] || [ /dev/stdin -ef /dev/null ]; } && exec <"$4"
{ [ -d /dev/stdout ] || [ /dev/stdout -ef /dev/null ]; } && exec >"$4"
{ [ -d /dev/stderr ] || [ /dev/stderr -ef /dev/null ]; } && exec 2>"$4"
shift 4
if [ -f /dev/stdin ] || [ -b /dev/stdin ]; then
  (PATH=${LAUNCH_PATH}; exec cat) | "$@" ${FILTER_DESCRIPTOR}<"$0"
  exit
fi
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
    launch.report,
    launch.nothing,
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
