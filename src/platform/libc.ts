/** Result of a system call: what it returned, or `-errno`. */
export type SyscallResult = number;

const SYMBOLS = {
  // The number and five arguments: what fits into registers on every supported machine.
  syscall: { parameters: ["i64", "i64", "i64", "i64", "i64", "i64"], result: "i64" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  signal: { parameters: ["i32", "usize"], result: "usize" },
  execvp: { parameters: ["buffer", "buffer"], result: "i32" },
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  getppid: { parameters: [], result: "i32" },
  setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  unsetenv: { parameters: ["buffer"], result: "i32" },
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  prlimit: { parameters: ["i32", "i32", "pointer", "buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

type Symbols = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** An argument of a system call: a number, or memory that the kernel reads or writes during the call. */
export type SyscallArgument = number | bigint | Uint8Array<ArrayBuffer>;

/**
 * The part of the C library that the sandbox needs, each function with the kernel's way of reporting errors:
 * a negative number is `-errno`. Linux only. Nothing here keeps memory after the call it belongs to.
 */
export interface Libc extends Disposable {
  /** At most five arguments. */
  syscall(number: number, ...args: readonly SyscallArgument[]): SyscallResult;
  prctl(option: number, ...args: readonly SyscallArgument[]): SyscallResult;
  /** Gives a signal its default effect back. */
  defaultSignal(signal: number): void;
  /** Returns only when it failed. `argv` holds the exact bytes, without terminators; the environment stays. */
  execvp(argv: readonly Uint8Array[]): SyscallResult;
  open(path: string, flags: number): SyscallResult;
  close(descriptor: number): void;
  flock(descriptor: number, operation: number): SyscallResult;
  /** Writes bytes past the runtime; for a process that is about to become another program. */
  write(descriptor: number, bytes: Uint8Array<ArrayBuffer>): SyscallResult;
  /** Whether a process with this id exists, whoever owns it. */
  processExists(pid: number): boolean;
  parentId(): number;
  /** Removes a variable from the environment that `execvp` hands on. */
  unsetVariable(name: string): void;
  /** Sets a variable in it. */
  setVariable(name: string, value: string): void;
  /** Lowers the soft limit of open descriptors; never raises it. */
  lowerDescriptorLimit(soft: number): void;
  /** Sets the soft and the hard limit of file locks, which the kernel keeps and heeds no more. */
  limitFileLocks(count: bigint): SyscallResult;
  /** The soft one of another process; `null` = it has ended, or is not for us to look at. */
  fileLockLimit(pid: number): bigint | null;
}

const EPERM = 1;
const RLIMIT_NOFILE = 7;
const RLIMIT_LOCKS = 10;

/**
 * Opens the C library of a Linux system with glibc, in about a millisecond. Throws what `Deno.dlopen` throws
 * elsewhere.
 */
export function openLibc(): Libc {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  const { symbols } = library;
  const pair = new BigUint64Array(2);
  const bytesOfPair = new Uint8Array(pair.buffer);
  const checked = (result: number | bigint): SyscallResult =>
    Number(result) >= 0 ? Number(result) : -errno(symbols);
  return {
    syscall(number, ...args) {
      const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = args.map(toWord);
      return checked(symbols.syscall(BigInt(number), a, b, c, d, e));
    },
    prctl(option, ...args) {
      const [a = 0n, b = 0n, c = 0n, d = 0n] = args.map(toWord);
      return checked(symbols.prctl(option, a, b, c, d));
    },
    defaultSignal: (signal) => void symbols.signal(signal, 0n),
    execvp: (argv) => execvp(symbols, argv),
    open: (path, flags) => checked(symbols.open(cString(encode(path)), flags, 0)),
    close: (descriptor) => void symbols.close(descriptor),
    flock: (descriptor, operation) => checked(symbols.flock(descriptor, operation)),
    write: (descriptor, bytes) => checked(symbols.write(descriptor, bytes, BigInt(bytes.length))),
    processExists: (pid) => {
      const result = checked(symbols.kill(pid, 0));
      return result === 0 || result === -EPERM;
    },
    parentId: () => symbols.getppid(),
    unsetVariable: (name) => void symbols.unsetenv(cString(encode(name))),
    setVariable: (name, value) =>
      void symbols.setenv(cString(encode(name)), cString(encode(value)), 1),
    lowerDescriptorLimit: (soft) => lowerDescriptorLimit(symbols, soft),
    limitFileLocks: (count) => {
      const limits = new Uint8Array(new BigUint64Array([count, count]).buffer);
      return checked(symbols.setrlimit(RLIMIT_LOCKS, limits));
    },
    fileLockLimit: (pid) =>
      symbols.prlimit(pid, RLIMIT_LOCKS, null, bytesOfPair) === 0 ? pair[0] ?? null : null,
    [Symbol.dispose]: () => library.close(),
  };
}

function errno(symbols: Symbols): number {
  const location = symbols.__errno_location();
  return location === null ? 0 : new Deno.UnsafePointerView(location).getInt32();
}

function toWord(value: SyscallArgument): bigint {
  return value instanceof Uint8Array ? addressOf(value) : BigInt(value);
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));
}

/** Memory address of `bytes`, to be put into a structure. The caller keeps `bytes` alive during the call. */
export function pointerTo(bytes: Uint8Array<ArrayBuffer>): bigint {
  return addressOf(bytes);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function cString(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const terminated = new Uint8Array(bytes.length + 1);
  terminated.set(bytes);
  return terminated;
}

function execvp(symbols: Symbols, argv: readonly Uint8Array[]): SyscallResult {
  const strings = argv.map(cString);
  const pointers = new BigUint64Array([...strings.map(addressOf), 0n]);
  const program = strings[0];
  if (program === undefined) throw new RangeError("execvp needs a program");
  const result = symbols.execvp(program, new Uint8Array(pointers.buffer));
  const code = result < 0 ? -errno(symbols) : result;
  // Named here so that no string is collected while only its address is in use.
  return strings.length > 0 ? code : 0;
}

/** `struct rlimit` is two words: soft, hard. */
function lowerDescriptorLimit(symbols: Symbols, soft: number): void {
  const limits = new BigUint64Array(2);
  const bytes = new Uint8Array(limits.buffer);
  if (symbols.getrlimit(RLIMIT_NOFILE, bytes) !== 0) return;
  if ((limits[0] ?? 0n) <= BigInt(soft)) return;
  limits[0] = BigInt(soft);
  symbols.setrlimit(RLIMIT_NOFILE, bytes);
}
