import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Mount } from "./mounts.ts";

/** The descriptor on which bubblewrap reads the filter; the largest that every shell can open by number. */
export const FILTER_DESCRIPTOR = 9;

export interface BwrapOptions {
  /** In the order of mounting. */
  readonly mounts: readonly Mount[];
  readonly network: boolean;
  /** Files below `/run` that stay visible, such as the one behind `/etc/resolv.conf`. */
  readonly visibleInRun: readonly AbsolutePath[];
  /** Folders with sockets of the host to hide, besides `/run`. */
  readonly hidden: readonly AbsolutePath[];
  /** Folders and files of the new `/proc` that would let uid 0 change the machine. */
  readonly procReadOnly: readonly AbsolutePath[];
  /** Variables that the wrapping shell may have added. */
  readonly unset: readonly string[];
  readonly cwd: AbsolutePath;
  /**
   * `own`: all that the command is, it is only in a user namespace. `host`: for root in folders of other users,
   * whom a namespace does not know; root keeps its rights over files, and no other capability.
   */
  readonly users: "own" | "host";
  /** False for the one run that finds out whether bubblewrap works at all. */
  readonly filtered: boolean;
}

const FILE_CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID"];

/**
 * The arguments of bubblewrap up to and with `--`. Order is meaning: each mount hides what was mounted below it.
 */
export function bwrapArguments(options: BwrapOptions): string[] {
  const [first] = options.mounts;
  const wholeDisk = first?.path === "/" && first.writable;
  return [
    // Ends with this program, in namespaces of its own: no other process, no shared memory, no host name.
    "--die-with-parent",
    ...(options.users === "own" ? ["--unshare-user"] : []),
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    ...(options.network ? [] : ["--unshare-net"]),
    wholeDisk ? "--bind" : "--ro-bind",
    "/",
    "/",
    // Own devices: a read-only bind has none that work, and the host's terminals are not the command's.
    "--dev",
    "/dev",
    // Sockets of daemons (containers, session bus, service manager) live here.
    "--tmpfs",
    "/run",
    ...options.visibleInRun.flatMap((path) => ["--ro-bind", path, path]),
    ...options.mounts
      .filter((mount) => mount.path !== "/")
      .flatMap(({ path, writable }) => [writable ? "--bind" : "--ro-bind", path, path]),
    ...options.hidden.flatMap((path) => ["--tmpfs", path, "--remount-ro", path]),
    "--remount-ro",
    "/run",
    "--proc",
    "/proc",
    ...options.procReadOnly.flatMap((path) => ["--ro-bind", path, path]),
    ...options.unset.flatMap((name) => ["--unsetenv", name]),
    "--chdir",
    options.cwd,
    "--cap-drop",
    "ALL",
    ...(options.users === "own" ? [] : FILE_CAPABILITIES.flatMap((name) => ["--cap-add", name])),
    ...(options.filtered ? ["--seccomp", String(FILTER_DESCRIPTOR)] : []),
    "--",
  ];
}

/**
 * Opens the filter afresh for each command, since a descriptor that is handed down would share its offset, and
 * becomes bubblewrap. No process is left in between. `$0` = the filter, `$1` = the descriptor limit.
 */
const LAUNCH =
  `ulimit -S -n "$1" 2>/dev/null || :; shift; exec ${FILTER_DESCRIPTOR}<"$0"; exec "$@"`;

/**
 * The same on a terminal: Ctrl-C, Ctrl-\ and Ctrl-Z go to the whole foreground group, which bubblewrap belongs to.
 * It ignores them, so that the command alone decides what they do.
 */
const LAUNCH_ON_TERMINAL = `trap "" INT QUIT TSTP; ${LAUNCH}`;

/** Gives the signals their effect back and, where the session has no terminal yet, takes the one on stdin. */
const ENTER_TERMINAL =
  'if ! [ -t 0 ] || (: </dev/tty) 2>/dev/null; then exec "$@"; fi; exec setsid -c "$@"';

export interface Launch {
  readonly program: AbsolutePath;
  /** From {@link bwrapArguments}. */
  readonly args: readonly string[];
  readonly filterFile: AbsolutePath;
  readonly descriptorLimit: number;
  readonly command: readonly string[];
  readonly terminal: TerminalTools | null;
}

/** Programs of the host that a command on a terminal is started through. */
export interface TerminalTools {
  /** GNU `env` that knows `--default-signal`; `null` = Ctrl-C ends the sandbox as a whole. */
  readonly env: AbsolutePath | null;
  readonly setsid: boolean;
}

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
    launch.program,
    ...launch.args,
    ...(terminal?.setsid ? ["/bin/sh", "-c", ENTER_TERMINAL, "sh"] : []),
    ...(protectedFromKeys ? [`${terminal.env}`, "--default-signal=INT,QUIT,TSTP"] : []),
    ...launch.command,
  ];
}
