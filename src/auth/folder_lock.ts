import { join } from "node:path";

/** How often the holder shows that it lives, and after what silence it counts as dead. Milliseconds. */
const HEARTBEAT_MS = 2_000;
const DEAD_AFTER_MS = 30_000;

const LONGEST_WAIT_MS = 100;

/**
 * How often the silent one is looked at before that is believed, some 6 s: clocks jump, and those of two machines
 * differ, but a holder that lives shows it in this time. Looks are counted, not seconds, because a machine that slept
 * wakes holder and waiter together.
 */
const LOOKS = 80;

/**
 * A lock for file systems that have none: a folder that only one can make, with a file in it that its holder touches.
 * The file's name is the holder's own, so that whoever clears a holder away that has been silent for 30 s cannot hit
 * the next one. Unlike a lock of the system it outlives a process that ends without disposing it.
 *
 * @param looks how often a silent holder is looked at before it counts as dead
 * @throws the reason of the signal when aborted
 */
export async function lockFolder(
  path: string,
  signal: AbortSignal,
  looks = LOOKS,
): Promise<AsyncDisposable> {
  const watch = new Watch(looks);
  for (let wait = 4;; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    const held = await take(path);
    if (held !== null) return held;
    await clearDead(path, watch);
    await pause(wait * (0.5 + Math.random() / 2), signal);
  }
}

async function take(path: string): Promise<HeldFolder | null> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    throw error;
  }
  const name = `${Deno.pid}-${crypto.randomUUID()}`;
  const owner = join(path, name);
  try {
    await Deno.writeTextFile(owner, "", { mode: 0o600, createNew: true });
  } catch (error) {
    // Somebody took the folder for one that its maker had left empty.
    if (error instanceof Deno.errors.NotFound) return null;
    await Deno.remove(path).catch(() => {});
    throw error;
  }
  if (await isAlone(path, name)) return new HeldFolder(path, owner);
  await clear(path, owner);
  return null;
}

/**
 * Whoever slept between making the folder and writing a name may find another one's folder in its place. Of two that
 * wrote their names into one folder, the later one sees the other; should both, both go.
 */
async function isAlone(path: string, name: string): Promise<boolean> {
  const names = await Array.fromAsync(Deno.readDir(path), (entry) => entry.name).catch(() => []);
  return names.length === 1 && names[0] === name;
}

class HeldFolder implements AsyncDisposable {
  readonly #path: string;
  readonly #owner: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #beat: Promise<void> = Promise.resolve();

  constructor(path: string, owner: string) {
    this.#path = path;
    this.#owner = owner;
    this.#timer = setInterval(() => this.#beat = touch(owner), HEARTBEAT_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#beat;
    await clear(this.#path, this.#owner);
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await Deno.utime(path, now, now).catch(() => {});
}

/** Removes a holder and its folder; nothing when the folder is another holder's by now. */
async function clear(path: string, owner: string): Promise<void> {
  try {
    await Deno.remove(owner);
    await Deno.remove(path);
  } catch {
    // Somebody else was quicker, or will be.
  }
}

async function clearDead(path: string, watch: Watch): Promise<void> {
  try {
    const owners = await Array.fromAsync(Deno.readDir(path), ({ name }) => join(path, name));
    for (const owner of owners) {
      if (await watch.isDead(owner)) await clear(path, owner);
    }
    // Its maker died before it could write its name: only an empty folder can be removed in this way.
    if (owners.length === 0 && await watch.isDead(path)) await Deno.remove(path);
  } catch {
    // Its holder, or another one that waits, was quicker.
  }
}

/** Looks whether files are touched. */
class Watch {
  readonly #seen = new Map<string, { readonly touched: number; looks: number }>();

  constructor(readonly looks: number) {}

  /** Whether it is silent by the clock, and was so at each of many looks. */
  async isDead(path: string): Promise<boolean> {
    const { mtime } = await Deno.lstat(path);
    const touched = mtime?.getTime() ?? 0;
    let seen = this.#seen.get(path);
    if (seen?.touched !== touched) this.#seen.set(path, seen = { touched, looks: 0 });
    seen.looks++;
    // A time in the future is that of another clock, or of one that was put back.
    return seen.looks >= this.looks && Math.abs(Date.now() - touched) >= DEAD_AFTER_MS;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
}
