import { basename, dirname, join } from "node:path";
import { FilesError, lockFile, resolveLinks } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { lockFolder } from "./folder_lock.ts";
import type { LoginFiles } from "./home_files.ts";

/**
 * The lock over a whole renewal. Where `auth.json` is a link, other homes may share what it leads to, so there is a
 * second lock beside that.
 *
 * @param limitMs how long each is waited for
 * @returns `null` = somebody else still has it
 */
export async function takeRefreshLock(
  files: LoginFiles,
  limitMs: number,
  signal?: AbortSignal,
  logger: Logger = SILENT_LOGGER,
): Promise<AsyncDisposable | null> {
  await using held = new AsyncDisposableStack();
  const own = await lockWithin(files.refreshLock, limitMs, signal, logger);
  if (own === null) return null;
  held.use(own);
  const path = await lockElsewhere(files);
  if (path === null) return held.move();
  try {
    const shared = await lockWithin(path, limitMs, signal, logger);
    if (shared === null) return null;
    held.use(shared);
  } catch (error) {
    if (!(error instanceof FilesError)) throw error;
    logger.warn("the login's own folder cannot be locked; other homes are not kept out", { path });
  }
  return held.move();
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

/** Waits for a lock at most this long; `null` = somebody else still has it. */
async function lockWithin(
  path: string,
  limitMs: number,
  signal?: AbortSignal,
  logger: Logger = SILENT_LOGGER,
): Promise<AsyncDisposable | null> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
    return await lockAnyhow(path, either, logger);
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
    const lock = await lockWithin(path, limitMs).catch((error: unknown) => {
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
