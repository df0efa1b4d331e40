/** How long one call of git may take. */
const TIMEOUT_MS = 5000;

/** Settings that a repository could use to run a program of its own during a mere question. */
const HARMLESS = [
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "gc.auto=0",
];

const QUIET = {
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "true",
  // What is missing stays missing: to fetch it, git would start what the repository names. No protocol is allowed.
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "",
  LC_ALL: "C",
};

export interface GitOptions {
  readonly signal: AbortSignal;
  /**
   * Environment of git, less every `GIT_…` variable: those would point it at another repository. Absent = the
   * process's own environment, unfiltered.
   */
  readonly env?: Readonly<Record<string, string>>;
}

function environment(options: GitOptions): { env: Record<string, string>; clearEnv: boolean } {
  if (options.env === undefined) return { env: QUIET, clearEnv: false };
  const kept = Object.entries(options.env).filter(([name]) => !name.startsWith("GIT_"));
  return { env: { ...Object.fromEntries(kept), ...QUIET }, clearEnv: true };
}

/**
 * Asks git one question in `cwd`. The answer is its standard output without the final newline, or `null` when git is
 * absent, refuses, takes longer than five seconds or is aborted. Never prompts, never runs hooks.
 */
export async function askGit(
  cwd: string,
  args: readonly string[],
  options: GitOptions,
): Promise<string | null> {
  if (options.signal.aborted) return null;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), TIMEOUT_MS);
  try {
    const output = await new Deno.Command("git", {
      args: [...HARMLESS, ...args],
      cwd,
      ...environment(options),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.any([options.signal, deadline.signal]),
    }).output();
    return output.success ? new TextDecoder().decode(output.stdout).replace(/\r?\n$/, "") : null;
  } catch {
    return null; // No git, or no such folder.
  } finally {
    clearTimeout(timer);
  }
}
