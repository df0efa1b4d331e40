import { dirname, join } from "node:path";
import { isInside, replaceFile } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { bubblewrapTrial } from "./bubblewrap.ts";

/** Whether bubblewrap can do what is asked of it here; `reason` says why not. */
export interface Trial {
  readonly works: boolean;
  readonly reason: string;
}

export interface TrialOptions {
  readonly cacheDir: AbsolutePath | null;
  /** What was found out before does not count. */
  readonly anew?: boolean;
  readonly signal?: AbortSignal;
}

/** It takes about 5 ms, and on a busy machine hundred times as long: that is no reason for a weaker sandbox. */
const TIME_LIMIT_MS = 5_000;
const CACHE_FILE = "sandbox_probe.json";

/**
 * The first bubblewrap on the search path that lies in none of the folders that commands may write to, where one could
 * have put it. Links resolved.
 */
export async function findBubblewrap(
  path: string,
  writable: readonly AbsolutePath[],
): Promise<AbsolutePath | null> {
  const roots = await Promise.all(
    writable.map(async (root) => await realPathOrNull(root) ?? root),
  );
  for (const folder of path.split(":")) {
    // An empty or relative entry means the working directory.
    if (!folder.startsWith("/")) continue;
    const program = await realPathOrNull(join(folder, "bwrap"));
    if (program === null || roots.some((root) => isInside(root, program))) continue;
    const info = await Deno.stat(program);
    if (info.isFile && ((info.mode ?? 0) & 0o111) !== 0) return program;
  }
  return null;
}

/**
 * Runs bubblewrap once with the namespaces and mounts that commands get. That it worked is remembered for this
 * boot, program, user and container; that it failed is not, since a setting may have changed.
 */
export async function tryBubblewrap(program: AbsolutePath, options: TrialOptions): Promise<Trial> {
  const key = await cacheKey(program);
  const file = options.cacheDir === null ? null : join(options.cacheDir, CACHE_FILE);
  if (options.anew !== true && file !== null && await remembered(file) === key) {
    return { works: true, reason: "" };
  }
  const trial = await runTrial(program, options.signal);
  if (file === null) return trial;
  if (trial.works) await remember(file, key);
  else await Deno.remove(file).catch(() => {});
  return trial;
}

async function runTrial(program: AbsolutePath, signal: AbortSignal | undefined): Promise<Trial> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(TIME_LIMIT_MS);
  const [command = program, ...args] = bubblewrapTrial(program);
  try {
    const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const { success, stderr } = await runTogether(command, args, stop);
    if (success) return { works: true, reason: "" };
    signal?.throwIfAborted();
    if (!timeout.aborted) return { works: false, reason: failure(stderr) };
  } catch (error) {
    signal?.throwIfAborted();
    if (!timeout.aborted) {
      return { works: false, reason: `bubblewrap cannot be started (${error})` };
    }
  }
  return { works: false, reason: "bubblewrap did not answer in time" };
}

/** A polite signal to bubblewrap alone can leave its child behind, holding the pipe: all of them go at once. */
async function runTogether(
  command: string,
  args: string[],
  stop: AbortSignal,
): Promise<Deno.CommandOutput> {
  const child = new Deno.Command(command, {
    args,
    env: {},
    clearEnv: true,
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true,
  }).spawn();
  const kill = (): void => {
    try {
      Deno.kill(-child.pid, "SIGKILL");
    } catch {
      // They have ended by themselves.
    }
  };
  stop.addEventListener("abort", kill, { once: true });
  if (stop.aborted) kill();
  try {
    return await child.output();
  } finally {
    stop.removeEventListener("abort", kill);
  }
}

function failure(stderr: Uint8Array): string {
  const line = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  return `bubblewrap does not work here (${line.slice(0, 200)})`;
}

/** Everything that the answer depends on. The namespaces tell containers of one machine apart. */
async function cacheKey(program: AbsolutePath): Promise<string> {
  const info = await Deno.stat(program);
  return JSON.stringify({
    boot: (await Deno.readTextFile("/proc/sys/kernel/random/boot_id")).trim(),
    program,
    modified: info.mtime?.getTime() ?? null,
    size: info.size,
    user: Deno.uid(),
    namespaces: ["user", "pid", "mnt"].map((name) => Deno.readLinkSync(`/proc/self/ns/${name}`)),
  });
}

async function remembered(file: AbsolutePath): Promise<string | null> {
  try {
    return await Deno.readTextFile(file);
  } catch {
    return null;
  }
}

/** The cache only saves time: where it cannot be written, the next start tries again. */
async function remember(file: AbsolutePath, key: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await replaceFile(file, key, { mode: 0o600 });
  } catch {
    // As above.
  }
}

async function realPathOrNull(path: string): Promise<AbsolutePath | null> {
  try {
    return await Deno.realPath(path);
  } catch {
    return null;
  }
}
