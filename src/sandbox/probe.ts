import { openLibc } from "../platform/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { findBubblewrap, tryBubblewrap } from "./linux/bubblewrap_probe.ts";
import { landlockAbi } from "./linux/landlock.ts";
import { thisMachine } from "./linux/syscalls.ts";
import type { SandboxBackend, SelfCommand } from "./types.ts";

export interface ProbeOptions {
  /** The search path, `$PATH`. */
  readonly path: string;
  /** A bubblewrap below it is not trusted: the workspace is what commands may write to. */
  readonly cwd: AbsolutePath;
  /** Further folders of which the same is true: those that the policy names. */
  readonly writable?: readonly AbsolutePath[];
  readonly self: SelfCommand;
  /** Where the answer is kept until the next boot; `null` = nowhere. */
  readonly cacheDir: AbsolutePath | null;
  /** For a caller who has found the kept answer to be wrong. */
  readonly anew?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Finds out once which sandbox works on this machine: bubblewrap where it can make its namespaces, else Landlock,
 * else none. Never throws for what the machine lacks: the reason is in the answer.
 */
export async function probeSandbox(options: ProbeOptions): Promise<SandboxBackend> {
  // What one system needs does not cost the others a start.
  if (Deno.build.os === "darwin") {
    return await (await import("./macos/seatbelt.ts")).probeSeatbelt();
  }
  if (Deno.build.os === "windows") {
    return await (await import("./windows/windows_backend.ts")).probeWindows();
  }
  if (Deno.build.os !== "linux") {
    return { kind: "unavailable", reason: `no sandbox is built in for ${Deno.build.os} yet` };
  }
  const machine = thisMachine();
  if (machine === null) {
    return { kind: "unavailable", reason: `no system call filter for ${Deno.build.arch}` };
  }
  if (!showsOurProcesses()) {
    return {
      kind: "unavailable",
      reason: "/proc is missing, or that of another process namespace: mount one of this namespace",
    };
  }
  const found = await findBubblewrap(options.path, [options.cwd, ...options.writable ?? []]);
  const trial = found === null
    ? { works: false, reason: "bubblewrap is not installed" } as const
    : await tryBubblewrap(found, options);
  if (found !== null && trial.works) {
    return { kind: "bubblewrap", program: found, reason: `${found} works` };
  }
  using libc = openLibc();
  const abi = landlockAbi(libc, machine);
  const reason = trial.reason;
  if (abi > 0) return { kind: "landlock", abi, reason: `${reason}; Landlock version ${abi} works` };
  return { kind: "unavailable", reason: `${reason}, and the kernel has no Landlock` };
}

/** Whoever ends what a command leaves behind finds it there, and must not take another process for it. */
function showsOurProcesses(): boolean {
  try {
    return Deno.readLinkSync("/proc/self") === String(Deno.pid);
  } catch {
    return false;
  }
}
