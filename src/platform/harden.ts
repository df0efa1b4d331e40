const PR_SET_DUMPABLE = 4;
const PT_DENY_ATTACH = 31;
const RLIMIT_CORE = 4;
const CLOSE_RANGE_CLOEXEC = 4;
const FIRST_AFTER_STDERR = 3;
const LAST_DESCRIPTOR = 0xffffffff;
/** One number on all machines: newer than the point where their tables became one. */
const SYS_CLOSE_RANGE = 436;

/** What could not be done, as stable names; empty where all of it was. */
export type HardeningGap = "not_dumpable" | "no_core" | "descriptors" | "unsupported";

const LOADER_VARIABLE = /^(LD_|DYLD_)/;

/** Whether no child may get this variable: the loader would take foreign code into it. */
export function isLoaderVariable(name: string): boolean {
  return LOADER_VARIABLE.test(name);
}

/** The environment without the loader's variables; the rest as it is. */
export function withoutLoaderVariables(
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isLoaderVariable(name)));
}

/**
 * Closes this process to other programs of the same user: no debugger may attach, no memory is written to disk
 * when it crashes, and descriptors that it was started with stay out of every program that it starts. The environment is
 * the caller's part. Takes less than a millisecond. Never throws: what a system refuses is in the answer.
 */
export function hardenProcess(): HardeningGap[] {
  try {
    switch (Deno.build.os) {
      case "linux":
        return hardenLinux();
      case "darwin":
        return hardenDarwin();
      default:
        return ["unsupported"];
    }
  } catch {
    // Another C library than expected: the program works, as it does on systems that offer none of this.
    return ["unsupported"];
  }
}

function hardenLinux(): HardeningGap[] {
  const library = Deno.dlopen("libc.so.6", {
    prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
    setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
    syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i64" },
  });
  try {
    const { prctl, setrlimit, syscall } = library.symbols;
    const gaps: HardeningGap[] = [];
    if (prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n) !== 0) gaps.push("not_dumpable");
    // Soft and hard limit, both 0.
    if (setrlimit(RLIMIT_CORE, new Uint8Array(16)) !== 0) gaps.push("no_core");
    const closed = syscall(
      BigInt(SYS_CLOSE_RANGE),
      BigInt(FIRST_AFTER_STDERR),
      BigInt(LAST_DESCRIPTOR),
      BigInt(CLOSE_RANGE_CLOEXEC),
    );
    if (closed !== 0n) gaps.push("descriptors");
    return gaps;
  } finally {
    library.close();
  }
}

/** The runtime opens its own descriptors so that children do not get them; inherited ones it cannot know. */
function hardenDarwin(): HardeningGap[] {
  const library = Deno.dlopen("libSystem.dylib", {
    ptrace: { parameters: ["i32", "i32", "pointer", "i32"], result: "i32" },
    setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  });
  try {
    const { ptrace, setrlimit } = library.symbols;
    const gaps: HardeningGap[] = ["descriptors"];
    if (ptrace(PT_DENY_ATTACH, 0, null, 0) !== 0) gaps.push("not_dumpable");
    if (setrlimit(RLIMIT_CORE, new Uint8Array(16)) !== 0) gaps.push("no_core");
    return gaps;
  } finally {
    library.close();
  }
}
