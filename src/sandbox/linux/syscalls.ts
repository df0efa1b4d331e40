/** Machines that the filter is written for, as `Deno.build.arch` names them. */
export type Machine = "x86_64" | "aarch64";

/** `AUDIT_ARCH_*` of linux/audit.h: what the kernel says the calling convention is. */
export const AUDIT_ARCHITECTURE: Readonly<Record<Machine, number>> = {
  x86_64: 0xc000003e,
  aarch64: 0xc00000b7,
};

/** Numbers of asm/unistd.h: x86_64, aarch64. From 424 on all machines share one table. */
const TABLE = {
  ioctl: [16, 29],
  socket: [41, 198],
  connect: [42, 203],
  accept: [43, 202],
  bind: [49, 200],
  listen: [50, 201],
  socketpair: [53, 199],
  clone: [56, 220],
  kill: [62, 129],
  /** aarch64 has never had it; its -1 is no call. */
  chmod: [90, -1],
  fchmod: [91, 52],
  ptrace: [101, 117],
  capget: [125, 90],
  capset: [126, 91],
  pivot_root: [155, 41],
  setrlimit: [160, 164],
  mount: [165, 40],
  umount2: [166, 39],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  unshare: [272, 97],
  accept4: [288, 242],
  mknodat: [259, 33],
  fchmodat: [268, 53],
  perf_event_open: [298, 241],
  open_by_handle_at: [304, 265],
  prlimit64: [302, 261],
  setns: [308, 268],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  clone3: [435, 435],
  close_range: [436, 436],
  openat2: [437, 437],
  pidfd_getfd: [438, 438],
  mount_setattr: [442, 442],
  landlock_create_ruleset: [444, 444],
  landlock_add_rule: [445, 445],
  landlock_restrict_self: [446, 446],
  fchmodat2: [452, 452],
  open_tree_attr: [467, 467],
  file_setattr: [469, 469],
} as const;

export type SyscallName = keyof typeof TABLE;

export function syscallNumber(name: SyscallName, machine: Machine): number {
  return TABLE[name][machine === "x86_64" ? 0 : 1];
}

/** This machine, or `null` when the filter knows no numbers for it. */
export function thisMachine(): Machine | null {
  const arch: string = Deno.build.arch;
  return arch === "x86_64" || arch === "aarch64" ? arch : null;
}
