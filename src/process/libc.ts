/** What terminals need of the C library, on Linux. Numbers are the same on x86-64 and arm64. */
const SYMBOLS = {
  close: { parameters: ["i32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  grantpt: { parameters: ["i32"], result: "i32" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32", nonblocking: true },
  posix_openpt: { parameters: ["i32"], result: "i32" },
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
  posix_spawn_file_actions_addchdir_np: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addopen: {
    parameters: ["buffer", "i32", "buffer", "i32", "u32"],
    result: "i32",
  },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  ptsname_r: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  syscall: { parameters: ["i64", "i64", "i64"], result: "i64" },
  unlockpt: { parameters: ["i32"], result: "i32" },
  waitid: { parameters: ["i32", "u32", "buffer", "i32"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
} as const satisfies Deno.ForeignLibraryInterface;

export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

export interface OpenLibc {
  readonly libc: Libc;
  close(): void;
}

export const O_RDWR = 0o2;
export const O_NOCTTY = 0o400;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
export const EFD_FLAGS = O_NONBLOCK | O_CLOEXEC;
export const F_SETFL = 4;
export const TIOCSWINSZ = 0x5414;
export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLERR = 0x8;
export const POLLHUP = 0x10;
export const SYS_PIDFD_OPEN = 434;
export const P_PID = 1;
export const WNOHANG = 0x1;
export const WEXITED = 0x4;
export const WNOWAIT = 0x01000000;
export const SPAWN_SETSIGDEF = 0x04;
export const SPAWN_SETSIGMASK = 0x08;
export const SPAWN_SETSID = 0x80;

/** Throws when there is no such library here, or no permission to call it. */
export function openLibc(): OpenLibc {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  return { libc: library.symbols, close: () => library.close() };
}

/** Zeroed memory that never moves: small typed arrays of their own may. */
export function cBytes(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(Math.max(size, 128))).subarray(0, size);
}

/** A string as C wants it. It must not hold a NUL. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const terminated = cBytes(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}

/** A NULL-terminated array of strings. `strings` must stay referenced while C uses `vector`. */
export interface CVector {
  readonly vector: BigUint64Array<ArrayBuffer>;
  readonly strings: readonly Uint8Array<ArrayBuffer>[];
}

export function cVector(texts: readonly string[]): CVector {
  const strings = texts.map(cString);
  const vector = new BigUint64Array(new ArrayBuffer(Math.max(8 * (texts.length + 1), 128)));
  strings.forEach((string, index) => {
    vector[index] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(string));
  });
  return { vector, strings };
}
