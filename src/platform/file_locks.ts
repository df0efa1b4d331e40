const SYMBOLS = {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
} as const;

const OWNER_ONLY = 0o600;

/**
 * `flock(2)` on any path, directories too, and pipes with a name, in a fifth of the time that the whole C library
 * takes to open. Linux only. Descriptors are the caller's to close, before this is disposed of.
 */
export interface FileLocks extends Disposable {
  /** A descriptor, or -1. */
  open(path: string, flags: number): number;
  close(descriptor: number): void;
  /** True when the kernel did what `operation` asks for. */
  flock(descriptor: number, operation: number): boolean;
  /** A pipe with a name, for this user alone. False when it cannot be made. */
  makePipe(path: string): boolean;
}

export function openFileLocks(): FileLocks {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  const { symbols } = library;
  const encode = (path: string) => new TextEncoder().encode(`${path}\0`);
  return {
    open: (path, flags) => symbols.open(encode(path), flags, 0),
    close: (descriptor) => void symbols.close(descriptor),
    flock: (descriptor, operation) => symbols.flock(descriptor, operation) === 0,
    makePipe: (path) => symbols.mkfifo(encode(path), OWNER_ONLY) === 0,
    [Symbol.dispose]: () => library.close(),
  };
}
