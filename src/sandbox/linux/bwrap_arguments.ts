import type { AbsolutePath } from "../../protocol/mod.ts";
import type { ReadableRoot } from "../readable_roots.ts";
import type { Mount } from "./mounts.ts";
import type { PrivateDevice } from "./private_devices.ts";

/** The descriptor on which bubblewrap reads the filter; the largest that every shell can open by number. */
export const FILTER_DESCRIPTOR = 9;

export interface BwrapOptions {
  /** What can be read at all; `null` = everything. The writable roots come on top. */
  readonly readable: readonly ReadableRoot[] | null;
  /** In the order of mounting. */
  readonly mounts: readonly Mount[];
  readonly network: boolean;
  /** Files below `/run` that stay visible, such as the one behind `/etc/resolv.conf`. */
  readonly visibleInRun: readonly AbsolutePath[];
  /** Device files of our own in place of the host's, whose mode root could change. */
  readonly devices: readonly PrivateDevice[];
  /** Folders with sockets of the host to hide, besides `/run`. */
  readonly hidden: readonly AbsolutePath[];
  /** Variables that the wrapping shell may have added. */
  readonly unset: readonly string[];
  /** Variables that only the command gets. */
  readonly set: Readonly<Record<string, string>>;
  readonly cwd: AbsolutePath;
  /**
   * `own`: all that the command is, it is only in a user namespace. `host`: for root in folders of other users,
   * whom a namespace does not know; root keeps its rights over files, and no other capability.
   */
  readonly users: "own" | "host";
  /** From `firstProcess`: what is number 1 of the namespace, in place of bubblewrap. Empty = bubblewrap. */
  readonly first: readonly string[];
  /** False for the one run that finds out whether bubblewrap works at all. */
  readonly filtered: boolean;
}

const FILE_CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"];

/**
 * The arguments of bubblewrap up to where the command stands. Order is meaning: each mount hides what was mounted below it.
 */
export function bwrapArguments(options: BwrapOptions): string[] {
  const [first] = options.mounts;
  const wholeDisk = first?.path === "/" && first.writable;
  const readable = wholeDisk ? null : options.readable;
  return [
    // Ends with this program, in namespaces of its own: no other process, no shared memory, no host name.
    "--die-with-parent",
    ...(options.users === "own" ? ["--unshare-user"] : []),
    "--unshare-pid",
    ...(options.first.length > 0 ? ["--as-pid-1"] : []),
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup-try",
    ...(options.network ? [] : ["--unshare-net"]),
    ...(wholeDisk
      ? ["--bind", "/", "/"]
      : readable === null
      ? ["--ro-bind", "/", "/"]
      : ["--tmpfs", "/"]),
    // Own devices: a read-only bind has none that work, and the host's terminals are not the command's.
    "--dev",
    "/dev",
    ...options.devices.flatMap(({ node, path }) => ["--dev-bind", node, path]),
    // Sockets of daemons (containers, session bus, service manager) live here.
    "--tmpfs",
    "/run",
    ...readableBinds(readable ?? []),
    ...options.visibleInRun.flatMap((path) => ["--ro-bind", path, path]),
    ...options.mounts
      .filter((mount) => mount.path !== "/")
      .flatMap(({ path, writable }) => [writable ? "--bind" : "--ro-bind", path, path]),
    ...options.hidden.flatMap((path) => ["--tmpfs", path, "--remount-ro", path]),
    "--remount-ro",
    "/run",
    // Read-only, since uid 0 owns the files below it that change the machine and needs no capability to write them.
    "--proc",
    "/proc",
    "--remount-ro",
    "/proc",
    ...(readable === null ? [] : ["--remount-ro", "/"]),
    ...options.unset.flatMap((name) => ["--unsetenv", name]),
    ...Object.entries(options.set).flatMap(([name, value]) => ["--setenv", name, value]),
    "--chdir",
    options.cwd,
    "--cap-drop",
    "ALL",
    ...(options.users === "own" ? [] : FILE_CAPABILITIES.flatMap((name) => ["--cap-add", name])),
    ...(options.filtered ? ["--seccomp", String(FILTER_DESCRIPTOR)] : []),
    "--",
    ...options.first,
  ];
}

/** Outer before inner, and links as links: half of the system's folders are some. */
function readableBinds(roots: readonly ReadableRoot[]): string[] {
  return [...roots]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap(({ path, link }) =>
      link === null ? ["--ro-bind", path, path] : ["--symlink", link, path]
    );
}
