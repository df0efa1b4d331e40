/** Remembers which process group the terminal on stdin listens to. Dispose it to give the terminal back. */
export function keepForeground(): Disposable {
  const library = openTerminalLibrary();
  if (library === null) return { [Symbol.dispose]: () => {} };
  const { symbols } = library;
  const group = symbols.tcgetpgrp(STDIN);
  return {
    [Symbol.dispose]() {
      if (group > 0 && symbols.tcgetpgrp(STDIN) !== group) {
        // From a background group the call would stop this process.
        const before = symbols.signal(SIGTTOU, SIG_IGN);
        symbols.tcsetpgrp(STDIN, group);
        symbols.signal(SIGTTOU, before);
      }
      library.close();
    },
  };
}

/** Whether keys such as Ctrl-C send their signal to the process group of this process. */
export function isForeground(): boolean {
  const library = openTerminalLibrary();
  if (library === null) return false;
  try {
    using terminal = Deno.openSync("/dev/tty");
    void terminal;
    const { symbols } = library;
    const own = symbols.getpgrp();
    return [0, 1, 2].some((descriptor) => symbols.tcgetpgrp(descriptor) === own);
  } catch {
    return false;
  } finally {
    library.close();
  }
}

/** Makes this process the parent of whatever its children leave behind. Linux only; false elsewhere. */
export function adoptOrphans(): boolean {
  if (Deno.build.os !== "linux") return false;
  const library = Deno.dlopen("libc.so.6", PRCTL);
  try {
    return library.symbols.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === 0;
  } finally {
    library.close();
  }
}

const STDIN = 0;
/** The same numbers on Linux and macOS. */
const SIGTTOU = 22;
const SIG_IGN = 1n;
const PR_SET_CHILD_SUBREAPER = 36;

const PRCTL = {
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
} as const;

const TERMINAL = {
  getpgrp: { parameters: [], result: "i32" },
  tcgetpgrp: { parameters: ["i32"], result: "i32" },
  tcsetpgrp: { parameters: ["i32", "i32"], result: "i32" },
  signal: { parameters: ["i32", "usize"], result: "usize" },
} as const;

function openTerminalLibrary(): Deno.DynamicLibrary<typeof TERMINAL> | null {
  switch (Deno.build.os) {
    case "linux":
      return Deno.dlopen("libc.so.6", TERMINAL);
    case "darwin":
      return Deno.dlopen("/usr/lib/libSystem.B.dylib", TERMINAL);
    default:
      return null;
  }
}
