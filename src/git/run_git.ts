import { join } from "node:path";
import { isInside } from "../files/mod.ts";

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
   * process's own environment, unfiltered, and git from the usual folders.
   */
  readonly env?: Readonly<Record<string, string>>;
}

const USUAL_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin";

/**
 * The first git on the search path that no command can have put there: commands may write to the folder in question
 * and, as a rule, to the temporary ones, and `node_modules/.bin` of a project is often on the path.
 */
function findGit(options: GitOptions, cwd: string): string | null {
  const { PATH = USUAL_PATH, TMPDIR = "" } = options.env ?? {};
  const writable = [cwd, "/tmp", TMPDIR]
    .filter((folder) => folder !== "")
    .map((folder) => realPathOrNull(folder) ?? folder);
  for (const folder of PATH.split(":")) {
    // An empty or relative entry means the working directory.
    const program = folder.startsWith("/") ? realPathOrNull(join(folder, "git")) : null;
    if (program === null || writable.some((root) => isInside(root, program))) continue;
    if (Deno.statSync(program).isFile) return program;
  }
  return null;
}

function realPathOrNull(path: string): string | null {
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
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
  // On Windows there is no sandbox that shares the search path's folders, and names have endings.
  const program = Deno.build.os === "windows" ? "git" : findGit(options, cwd);
  if (program === null) return null;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), TIMEOUT_MS);
  try {
    const output = await new Deno.Command(program, {
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
