import { join } from "node:path";

/** How often the holder shows that it lives, and after what silence it counts as dead. Milliseconds. */
const HEARTBEAT_MS = 2_000;
const DEAD_AFTER_MS = 30_000;

const LONGEST_WAIT_MS = 100;

/**
 * A lock for file systems that have none: a folder that only one can make. Its holder touches a file in it; a folder
 * whose file has not been touched for 30 s is moved away by whoever waits.
 *
 * @throws the reason of the signal when aborted
 */
export async function lockFolder(path: string, signal: AbortSignal): Promise<AsyncDisposable> {
  for (let wait = 4;; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    if (await make(path)) return await hold(path);
    await clearDead(path);
    await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
  }
}

async function make(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

async function hold(path: string): Promise<AsyncDisposable> {
  const owner = join(path, "owner");
  const beat = () => Deno.writeTextFile(owner, String(Deno.pid), { mode: 0o600 });
  await beat();
  const timer = setInterval(() => void beat().catch(() => {}), HEARTBEAT_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Deno.remove(path, { recursive: true }).catch(() => {});
    },
  };
}

/** Moving it away first: of several that wait, one succeeds. */
async function clearDead(path: string): Promise<void> {
  try {
    const beat = await Deno.stat(join(path, "owner")).catch(() => Deno.stat(path));
    if (Date.now() - (beat.mtime?.getTime() ?? 0) < DEAD_AFTER_MS) return;
    const away = `${path}.${crypto.randomUUID()}`;
    await Deno.rename(path, away);
    await Deno.remove(away, { recursive: true });
  } catch {
    // Its holder, or another one that waits, was quicker.
  }
}
