/**
 * System calls from Deno, for programs that try to get out of a sandbox. x86_64 and aarch64.
 */

const arm = Deno.build.arch === "aarch64";

/** asm/unistd.h: x86_64, aarch64; -1 = not there. */
const NUMBERS = {
  read: [0, 63],
  write: [1, 64],
  close: [3, 57],
  ioctl: [16, 29],
  shmget: [29, 194],
  socket: [41, 198],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  shmctl: [31, 195],
  sendto: [44, 206],
  socketpair: [53, 199],
  semget: [64, 190],
  fcntl: [72, 25],
  flock: [73, 32],
  semctl: [66, 191],
  msgget: [68, 186],
  msgctl: [71, 187],
  fchmod: [91, 52],
  ptrace: [101, 117],
  syslog: [103, 116],
  capget: [125, 90],
  rt_sigqueueinfo: [129, 138],
  sched_setscheduler: [144, 119],
  getpriority: [140, 141],
  setpriority: [141, 140],
  setrlimit: [160, 164],
  chroot: [161, 51],
  prctl: [157, 167],
  mount: [165, 40],
  acct: [163, 89],
  umount2: [166, 39],
  sethostname: [170, 161],
  ioperm: [173, -1],
  setxattr: [188, 5],
  sched_setaffinity: [203, 122],
  tgkill: [234, 131],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  mq_open: [240, 180],
  mq_unlink: [241, 181],
  ioprio_set: [251, 30],
  openat: [257, 56],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  fchmodat: [268, 53],
  linkat: [265, 37],
  unshare: [272, 97],
  get_robust_list: [274, 100],
  move_pages: [279, 239],
  perf_event_open: [298, 241],
  prlimit64: [302, 261],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  setns: [308, 268],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  renameat2: [316, 276],
  bpf: [321, 280],
  userfaultfd: [323, 282],
  pidfd_send_signal: [424, 424],
  io_uring_setup: [425, 425],
  open_tree: [428, 428],
  fsopen: [430, 430],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  mount_setattr: [442, 442],
  fchmodat2: [452, 452],
  open_tree_attr: [467, 467],
  file_setattr: [469, 469],
} as const;

export type CallName = keyof typeof NUMBERS;
export type Argument = number | bigint | string | Uint8Array<ArrayBuffer>;

export const AT_FDCWD = -100;

const library = Deno.dlopen("libc.so.6", {
  syscall: {
    parameters: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"],
    result: "i64",
  },
});

/** What the kernel returned, or -1. A string is handed over with its terminator. */
export function call(name: CallName, ...args: readonly Argument[]): number {
  const kept = args.map((arg) =>
    typeof arg === "string" ? new TextEncoder().encode(`${arg}\0`) : arg
  );
  const words = kept.map((arg) =>
    arg instanceof Uint8Array
      ? BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(arg)))
      : BigInt(arg)
  );
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = words;
  const result = library.symbols.syscall(BigInt(NUMBERS[name][arm ? 1 : 0]), a, b, c, d, e, f);
  // Named here so that no string is collected while only its address is in use.
  return kept.length === args.length ? Number(result) : -1;
}

/** A call that gives a descriptor: true when it did. */
export function opens(name: CallName, ...args: readonly Argument[]): boolean {
  const descriptor = call(name, ...args);
  if (descriptor >= 0) call("close", descriptor);
  return descriptor >= 0;
}

export function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** 32-bit words, little-endian. */
export function words(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array(values).buffer);
}

/** 64-bit words, little-endian. */
export function longs(...values: readonly bigint[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new BigUint64Array(values).buffer);
}

/** `struct sockaddr_un`; a name that starts with NUL is abstract, and exactly as long as it says. */
export function unixAddress(name: string): Uint8Array<ArrayBuffer> {
  const path = new TextEncoder().encode(name.startsWith("\0") ? name : `${name}\0`);
  const address = new Uint8Array(2 + path.length);
  address[0] = 1;
  address.set(path, 2);
  return address;
}

/** `struct sockaddr_in` of 127.0.0.1. */
export function loopback(port: number): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(16);
  address.set([2, 0, port >> 8, port & 0xff, 127, 0, 0, 1]);
  return address;
}
