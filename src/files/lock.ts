import { dirname } from "node:path";
import { asFilesError, FilesError } from "./error.ts";

export interface LockOptions {
  /** Ends the waiting; a lock that is held stays held. */
  readonly signal?: AbortSignal;
  /** Permission bits for a lock file that has to be created. Default 0600. */
  readonly mode?: number;
  /**
   * Locks a file that is there for something else, and is never made or given away for it. Whoever may replace such a
   * file has to look, once the lock is had, whether it still is the one behind the path.
   */
  readonly existing?: boolean;
}

const DEFAULT_MODE = 0o600;
/** Waiting time between two tries, in milliseconds: grows to the cap, of which a random half is taken off. */
const FIRST_WAIT_MS = 4;
const LONGEST_WAIT_MS = 100;
/** How long a runtime without `tryLock` is given to hand out a free lock. */
const FREE_LOCK_MS = 250;

/**
 * Takes the exclusive lock that the file at `path` stands for, waiting for as long as another holder, in this process
 * or another, has it. Unless it is an existing one, the file is made for locking alone: it is never written, renamed or
 * removed. Dispose the result to let go; the system lets go too when the process ends.
 *
 * @throws {FilesError} (`no_locks`: this file system has none) and, when aborted, the reason of the signal.
 */
export async function lockFile(path: string, options: LockOptions = {}): Promise<AsyncDisposable> {
  options.signal?.throwIfAborted();
  const file = options.existing ? await openExisting(path) : await openLockFile(path, options.mode);
  try {
    options.signal?.throwIfAborted();
    if (canTryLock(file)) {
      await poll(file, options.signal);
    } else {
      await blockingLock(file, options.signal);
    }
    return new HeldLock(file);
  } catch (error) {
    closeQuietly(file);
    options.signal?.throwIfAborted();
    throw lockError(error, path);
  }
}

/** Takes the lock if it is free now, else gives `null`. See {@link lockFile}. */
export async function tryLockFile(
  path: string,
  options: Pick<LockOptions, "mode"> = {},
): Promise<AsyncDisposable | null> {
  const file = await openLockFile(path, options.mode);
  try {
    if (await tryOnce(file)) return new HeldLock(file);
    closeQuietly(file);
    return null;
  } catch (error) {
    closeQuietly(file);
    throw lockError(error, path);
  }
}

/** What some network file systems answer. */
const NO_LOCKS_CODES: ReadonlySet<unknown> = new Set(["ENOSYS", "ENOLCK", "ENOTSUP", "EOPNOTSUPP"]);
/** ENOLCK and ENOSYS, for which the runtime has no code. */
const NO_LOCKS_NUMBERS: Readonly<Record<string, readonly number[]>> = {
  linux: [37, 38],
  darwin: [77, 78],
};

function lockError(thrown: unknown, path: string): FilesError {
  const failure = asFilesError(thrown, "lock", path);
  if (!hasNoLocks(thrown)) return failure;
  return new FilesError("no_locks", failure.message, path, { cause: thrown });
}

/** The number is read from the text, which is the one place where the runtime puts it. */
function hasNoLocks(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if ("code" in thrown && NO_LOCKS_CODES.has(thrown.code)) return true;
  const number = /\(os error (\d+)\)$/.exec(thrown.message)?.[1];
  return number !== undefined &&
    (NO_LOCKS_NUMBERS[Deno.build.os]?.includes(Number(number)) ?? false);
}

async function openLockFile(path: string, mode = DEFAULT_MODE): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(path, { create: true, write: true, read: true, mode });
    await giveToFolderOwner(file, path);
    return file;
  } catch (error) {
    throw asFilesError(error, "open the lock file", path);
  }
}

async function openExisting(path: string): Promise<Deno.FsFile> {
  try {
    // Network file systems lock for writing only what is open for writing.
    return await Deno.open(path, { write: true, read: true });
  } catch (error) {
    throw asFilesError(error, "lock", path);
  }
}

/** One that root makes in a person's folder, as with `sudo`, would lock that person out for good. */
async function giveToFolderOwner(file: Deno.FsFile, path: string): Promise<void> {
  try {
    if ((await file.stat()).uid !== 0) return;
    const { uid, gid } = await Deno.stat(dirname(path));
    if (uid !== null && uid !== 0) await Deno.chown(path, uid, gid);
  } catch {
    // Not ours to give; it locks all the same.
  }
}

interface TryLock {
  tryLock(exclusive: boolean): Promise<boolean>;
}

/** `FsFile.tryLock` is younger than the oldest runtime that this program is built for. */
function canTryLock(file: object): file is TryLock {
  return "tryLock" in file && typeof file.tryLock === "function";
}

async function tryOnce(file: Deno.FsFile): Promise<boolean> {
  if (canTryLock(file)) return await file.tryLock(true);
  try {
    await blockingLock(file, AbortSignal.timeout(FREE_LOCK_MS));
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return false;
    throw error;
  }
}

async function poll(file: TryLock, signal: AbortSignal | undefined): Promise<void> {
  let wait = FIRST_WAIT_MS;
  while (!(await file.tryLock(true))) {
    await pause(wait * (0.5 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A wait that was given up goes on in the system; should it succeed, the closing of the file lets go at once. */
async function blockingLock(file: Deno.FsFile, signal: AbortSignal | undefined): Promise<void> {
  const locked = file.lock(true);
  if (signal === undefined) return await locked;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([locked, aborted]);
  } catch (error) {
    locked.then(() => closeQuietly(file), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function closeQuietly(file: Deno.FsFile): void {
  try {
    file.close();
  } catch {
    // Closed already.
  }
}

class HeldLock implements AsyncDisposable {
  #file: Deno.FsFile | null;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  [Symbol.asyncDispose](): Promise<void> {
    const file = this.#file;
    this.#file = null;
    // Closing the only descriptor of this open gives the lock back.
    if (file !== null) closeQuietly(file);
    return Promise.resolve();
  }
}
