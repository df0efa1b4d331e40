import { basename, dirname, join } from "node:path";
import { FilesError, lockFile, resolveLinks } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { lockFolder } from "./folder_lock.ts";
import { type LoginFiles, readSmallFile } from "./home_files.ts";

/**
 * The lock over a whole renewal. Other homes may share the record: by a link, so there is a second lock beside what it
 * leads to; by a second name of the file, or because it is mounted into a container, so the file itself is locked too.
 *
 * @param limitMs how long all of them are waited for
 * @returns `null` = somebody else still has it
 */
export async function takeRefreshLock(
  files: LoginFiles,
  limitMs: number,
  signal?: AbortSignal,
  logger: Logger = SILENT_LOGGER,
): Promise<AsyncDisposable | null> {
  return await within(limitMs, signal, async (either) => {
    await using held = new AsyncDisposableStack();
    held.use(await lockAnyhow(files.refreshLock, either, logger));
    const path = await lockElsewhere(files);
    try {
      if (path !== null) held.use(await lockAnyhow(path, either, logger));
    } catch (error) {
      if (!(error instanceof FilesError)) throw error;
      logger.warn("the login's own folder cannot be locked; other homes are not kept out", {
        path,
      });
    }
    held.use(await lockRecord(files.record, either));
    return held.move();
  });
}

/**
 * A lock on the record itself; nothing where there is none, or it cannot be locked. It does not replace the others: a
 * record that is replaced by a rename takes its lock along.
 */
async function lockRecord(
  record: AbsolutePath,
  signal: AbortSignal,
): Promise<AsyncDisposable | null> {
  // There, a lock keeps others from reading.
  if (Deno.build.os === "windows") return null;
  for (let before = await identity(record);;) {
    if (before === null) return null;
    const lock = await lockFile(record, { signal, existing: true }).catch((error: unknown) => {
      if (error instanceof FilesError) return null;
      throw error;
    });
    const now = await identity(record);
    const isKept = now === before && await canBeRead(record);
    if (lock === null || isKept) return lock;
    await lock[Symbol.asyncDispose]();
    if (now === before) return null;
    before = now;
  }
}

/** Some network file systems keep everybody from reading what is locked: then it must not be. */
async function canBeRead(record: AbsolutePath): Promise<boolean> {
  return await readSmallFile(record).then(() => true, () => false);
}

/** Tells files apart; `null` = there is none that could be locked. */
async function identity(path: AbsolutePath): Promise<string | null> {
  const info = await Deno.stat(path).catch(() => null);
  return info?.isFile ? `${info.dev} ${info.ino}` : null;
}

/** `null` = the record is in this home. */
async function lockElsewhere({ record, refreshLock }: LoginFiles): Promise<AbsolutePath | null> {
  try {
    const folder = dirname(await resolveLinks(record));
    if (folder === await resolveLinks(dirname(record))) return null;
    return join(folder, basename(refreshLock));
  } catch {
    // A link in a circle: whoever reads or removes the record says what is wrong with it.
    return null;
  }
}

/** Waits at most this long; `null` = it took longer. */
async function within<T>(
  limitMs: number,
  signal: AbortSignal | undefined,
  wait: (either: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
    return await wait(either);
  } catch (error) {
    if (limit.signal.aborted && !signal?.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function lockAnyhow(
  path: string,
  signal: AbortSignal,
  logger: Logger,
): Promise<AsyncDisposable> {
  try {
    return await lockFile(path, { signal, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof FilesError) || error.code !== "no_locks") throw error;
    logger.warn("this file system has no locks; a folder takes the place of one", { path });
    return await lockFolder(`${path}.d`, signal);
  }
}

/**
 * The two locks around compare and replace. Who holds them too long is passed by, with a warning, and so is a lock file
 * that cannot be opened, such as one that another program made as root: the compare still protects what somebody else
 * wrote.
 */
export async function takeCommitLocks(
  files: LoginFiles,
  limitMs: number,
  logger: Logger,
): Promise<AsyncDisposable> {
  await using held = new AsyncDisposableStack();
  for (const path of files.commitLocks) {
    const locking = within(limitMs, undefined, (limit) => lockAnyhow(path, limit, logger));
    const lock = await locking.catch((error: unknown) => {
      if (error instanceof FilesError) return null;
      throw error;
    });
    if (lock === null) {
      logger.warn("a lock cannot be had and is passed by", { path });
      break;
    }
    held.use(lock);
  }
  return held.move();
}
