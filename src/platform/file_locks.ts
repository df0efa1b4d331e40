const SYMBOLS = {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  mkdir: { parameters: ["buffer", "u32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

const ENOENT = 2;

const O_CLOEXEC = 0o2000000;
/** `O_WRONLY | O_CREAT | O_EXCL`, the same on x86_64 and aarch64. */
const NEW_FILE = 0o301;
const F_SETFD = 2;

/**
 * `flock(2)` on any path, directories too, and what goes with it, in a fifth of the time that the whole C library takes
 * to open. Linux only. Descriptors are the caller's to close, before this is disposed of.
 */
export interface FileLocks extends Disposable {
  /** A descriptor, or -1. */
  open(path: string, flags: number): number;
  close(descriptor: number): void;
  /** An empty folder with these mode bits from its first moment, the sticky one too, less the umask. False: not made. */
  makeFolder(path: string, mode: number): boolean;
  /** The same for a file. */
  makeFile(path: string, mode: number): boolean;
  /**
   * True when nothing has this name, a link that leads nowhere included; false also where that cannot be told. The
   * runtime says the same with an exception, which takes it longer than all the rest of the question.
   */
  isMissing(path: string): boolean;
  /** True when the kernel did what `operation` asks for. */
  flock(descriptor: number, operation: number): boolean;
  /** Two descriptors that no child gets; `null` when there are none left. */
  makePipe(): { readonly read: number; readonly write: number } | null;
  /** From now on every child gets this descriptor, under the same number. */
  handDown(descriptor: number): void;
}

export function openFileLocks(): FileLocks {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  const { symbols } = library;
  const someByte = new Uint8Array(1);
  return {
    open: (path, flags) => symbols.open(cString(path), flags, 0),
    makeFolder: (path, mode) => symbols.mkdir(cString(path), mode) === 0,
    makeFile(path, mode) {
      const descriptor = symbols.open(cString(path), NEW_FILE | O_CLOEXEC, mode);
      if (descriptor >= 0) symbols.close(descriptor);
      return descriptor >= 0;
    },
    // Of all questions about a name, this one is known to every kernel and every filter around this program.
    isMissing: (path) =>
      symbols.readlink(cString(path), someByte, 1n) < 0n && errno(symbols) === ENOENT,
    close: (descriptor) => void symbols.close(descriptor),
    flock: (descriptor, operation) => symbols.flock(descriptor, operation) === 0,
    makePipe() {
      const ends = new Int32Array(2);
      if (symbols.pipe2(new Uint8Array(ends.buffer), O_CLOEXEC) !== 0) return null;
      const [read = -1, write = -1] = ends;
      return { read, write };
    },
    handDown: (descriptor) => void symbols.fcntl(descriptor, F_SETFD, 0),
    [Symbol.dispose]: () => library.close(),
  };
}

function errno(symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]): number | null {
  const location = symbols.__errno_location();
  return location === null ? null : new Deno.UnsafePointerView(location).getInt32();
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
