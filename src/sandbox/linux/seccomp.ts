import { assemble, type Instruction, SECCOMP_DATA } from "./bpf.ts";
import { AUDIT_ARCHITECTURE, type Machine, type SyscallName, syscallNumber } from "./syscalls.ts";

/**
 * What the filter does about sockets.
 * - `private`: the command has a network namespace of its own. Internet sockets work there and reach nobody
 *   else; Unix sockets are refused, because a path leads out of the namespace to the daemons of the host.
 * - `none`: no namespace. Nothing but connected pairs of Unix sockets.
 * - `open`: the policy allows the network.
 */
export type NetworkFilter = "private" | "none" | "open";

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;
const EPERM = 1;
const ENOSYS = 38;

/** What makes a program run as its owner. */
const S_ISUID = 0o4000;

/** Bit of the x32 numbers on x86_64, a second way to every system call. */
const X32_BIT = 0x40000000;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** The other bits of a socket type are flags. */
const SOCKET_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;

const RLIMIT_LOCKS = 10;

const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/**
 * Requests that change a file which was opened for reading, past Landlock: its flags (two widths), its extended flags,
 * its seal against changes, its version (two widths, and under its older number), how a folder is encrypted (two
 * forms), whether what is encrypted can be read.
 */
const FILE_REQUESTS: readonly number[] = [
  0x40086602,
  0x40046602,
  0x401c5820,
  0x40806685,
  0x40087602,
  0x40047602,
  0x40086604,
  0x40046604,
  0x800c6613,
  0xc0406618,
];
/** The second byte of a request is its kind. Those of btrfs and bcachefs make and remove whole folders. */
const REQUEST_KIND_MASK = 0xff00;
const FOLDER_KINDS: readonly number[] = [0x9400, 0xbc00];
/** Of the kind of btrfs, but common to file systems: to copy by reference into a file that is open for writing. */
const COPY_REQUESTS: readonly number[] = [0x40049409, 0x4020940d, 0xc0189436];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NAMESPACE_FLAGS = 0x7e020000;

/** Refused under every restricted policy. */
const ALWAYS_REFUSED: readonly SyscallName[] = [
  // Reading, writing or steering other processes.
  "ptrace",
  "process_vm_readv",
  "process_vm_writev",
  "pidfd_getfd",
  "kcmp",
  // Does file and socket work on behalf of the caller, past this filter.
  "io_uring_setup",
  "io_uring_enter",
  "io_uring_register",
  // Keys of the user's session.
  "add_key",
  "request_key",
  "keyctl",
  // Large parts of the kernel that commands do not need and that have often been the way out.
  "bpf",
  "perf_event_open",
  "userfaultfd",
  // New namespaces and mounts: with them a command could undo the read-only binds.
  "unshare",
  "setns",
  "mount",
  "umount2",
  "pivot_root",
  "open_tree",
  "move_mount",
  "fsopen",
  "fsconfig",
  "fsmount",
  "fspick",
  "mount_setattr",
  "open_tree_attr",
  // Opens files by number instead of by path.
  "open_by_handle_at",
];

/** Refused as well when there is no network and no namespace for it. */
const REFUSED_WITHOUT_NETWORK: readonly SyscallName[] = [
  "connect",
  "accept",
  "accept4",
  "bind",
  "listen",
];

/**
 * The program for seccomp: default allow, refusals return EPERM, a foreign calling convention kills.
 *
 * @param isRoot whose program would run as root for whoever starts it, also outside of a container
 */
export function seccompFilter(
  machine: Machine,
  network: NetworkFilter,
  isRoot: boolean,
): Uint8Array<ArrayBuffer> {
  const refused = network === "none"
    ? [...ALWAYS_REFUSED, ...REFUSED_WITHOUT_NETWORK]
    : ALWAYS_REFUSED;
  const number = (name: SyscallName): number => syscallNumber(name, machine);
  const when = (name: SyscallName, then: string): Instruction => ({
    op: "jump",
    when: "equal",
    value: number(name),
    then,
  });
  return assemble([
    { op: "load", offset: SECCOMP_DATA.architecture },
    { op: "jump", when: "equal", value: AUDIT_ARCHITECTURE[machine], otherwise: "kill" },
    { op: "load", offset: SECCOMP_DATA.number },
    ...(machine === "x86_64"
      ? [{ op: "jump", when: "at_least", value: X32_BIT, then: "refuse" } as const]
      : []),
    ...refused.map((name) => when(name, "refuse")),
    // Its flags are in memory, out of the filter's sight; libraries fall back to clone.
    when("clone3", "unknown"),
    when("clone", "clone"),
    when("ioctl", "ioctl"),
    // With namespaces there are no others to reach, and no mark; and mounts keep files as they are.
    ...(network === "private" ? [] : [
      when("prlimit64", "prlimit"),
      when("setrlimit", "setrlimit"),
      when("file_setattr", "refuse"),
    ]),
    ...(network === "open" ? [] : [when("socket", "socket"), when("socketpair", "socketpair")]),
    ...(isRoot ? MODE_CALLS.map(([name, argument]) => when(name, `mode ${argument}`)) : []),
    { op: "return", value: ALLOW },
    ...(isRoot ? modeRules() : []),
    ...cloneRules(),
    ...ioctlRules(network),
    ...(network === "private" ? [] : limitRules()),
    ...(network === "open" ? [] : socketRules(network)),
    { op: "label", name: "refuse" },
    { op: "return", value: ERRNO | EPERM },
    { op: "label", name: "unknown" },
    { op: "return", value: ERRNO | ENOSYS },
    { op: "label", name: "kill" },
    { op: "return", value: KILL_PROCESS },
  ]);
}

/** With the place of the mode among the arguments. */
const MODE_CALLS: readonly (readonly [SyscallName, 1 | 2])[] = [
  ["chmod", 1],
  ["fchmod", 1],
  ["fchmodat", 2],
  ["fchmodat2", 2],
];

/** A file that is made with this mode is empty, and what writes to it takes the bit away. */
function modeRules(): Instruction[] {
  return ([1, 2] as const).flatMap((argument) => [
    { op: "label", name: `mode ${argument}` },
    { op: "load", offset: SECCOMP_DATA.argumentLow(argument) },
    { op: "jump", when: "any_bit", value: S_ISUID, then: "refuse" },
    { op: "return", value: ALLOW },
  ]);
}

function cloneRules(): Instruction[] {
  return [
    { op: "label", name: "clone" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(0) },
    { op: "jump", when: "any_bit", value: NAMESPACE_FLAGS, then: "refuse" },
    { op: "return", value: ALLOW },
  ];
}

/**
 * Two requests put characters into a terminal's input, where the user's shell would read them. With namespaces all
 * mounts but the roots are read-only to the others.
 */
function ioctlRules(network: NetworkFilter): Instruction[] {
  const when = (value: number, then: string): Instruction => ({
    op: "jump",
    when: "equal",
    value,
    then,
  });
  const files: Instruction[] = [
    ...FILE_REQUESTS.map((request) => when(request, "refuse")),
    ...COPY_REQUESTS.map((request) => when(request, "request")),
    { op: "and", value: REQUEST_KIND_MASK },
    ...FOLDER_KINDS.map((kind) => when(kind, "refuse")),
  ];
  return [
    { op: "label", name: "ioctl" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(1) },
    when(TIOCSTI, "refuse"),
    when(TIOCLINUX, "refuse"),
    ...(network === "private" ? [] : files),
    { op: "label", name: "request" },
    { op: "return", value: ALLOW },
  ];
}

/** The limits of other processes stay theirs, and the limit that marks the command (`command_mark.ts`) stays as it is. */
function limitRules(): Instruction[] {
  const anyBit = { op: "jump", when: "any_bit", value: 0xffffffff, then: "refuse" } as const;
  return [
    { op: "label", name: "prlimit" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(0) },
    anyBit,
    { op: "load", offset: SECCOMP_DATA.argumentLow(1) },
    { op: "jump", when: "equal", value: RLIMIT_LOCKS, otherwise: "limits" },
    // A look at it brings no new one.
    { op: "load", offset: SECCOMP_DATA.argumentLow(2) },
    anyBit,
    { op: "load", offset: SECCOMP_DATA.argumentHigh(2) },
    anyBit,
    { op: "label", name: "limits" },
    { op: "return", value: ALLOW },
    { op: "label", name: "setrlimit" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(0) },
    { op: "jump", when: "equal", value: RLIMIT_LOCKS, then: "refuse" },
    { op: "return", value: ALLOW },
  ];
}

/**
 * A datagram socket can address any socket by path in each message, so only types that have to be connected
 * first are let through. The kernel makes a datagram socket of SOCK_RAW too, hence a list of what may be.
 */
function socketRules(network: "private" | "none"): Instruction[] {
  const family: Instruction[] = network === "private"
    ? [
      { op: "jump", when: "equal", value: AF_INET, then: "allow" },
      { op: "jump", when: "equal", value: AF_INET6, then: "allow", otherwise: "refuse" },
    ]
    : [{ op: "jump", when: "equal", value: AF_UNIX, then: "type", otherwise: "refuse" }];
  return [
    { op: "label", name: "socket" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(0) },
    ...family,
    { op: "label", name: "socketpair" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(0) },
    { op: "jump", when: "equal", value: AF_UNIX, otherwise: "refuse" },
    { op: "label", name: "type" },
    { op: "load", offset: SECCOMP_DATA.argumentLow(1) },
    { op: "and", value: SOCKET_TYPE_MASK },
    { op: "jump", when: "equal", value: SOCK_STREAM, then: "allow" },
    { op: "jump", when: "equal", value: SOCK_SEQPACKET, then: "allow", otherwise: "refuse" },
    { op: "label", name: "allow" },
    { op: "return", value: ALLOW },
  ];
}
