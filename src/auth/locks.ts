import { FilesError, lockFile } from "../files/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { lockFolder } from "./folder_lock.ts";
import type { LoginFiles } from "./home_files.ts";

/** Waits for a lock at most this long; `null` = somebody else still has it. */
export async function lockWithin(
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
 * The two locks around compare and replace. Who holds them too long is passed by, with a warning: the compare still
 * protects what somebody else wrote.
 */
export async function takeCommitLocks(
  files: LoginFiles,
  limitMs: number,
  logger: Logger,
): Promise<AsyncDisposable> {
  await using held = new AsyncDisposableStack();
  for (const path of files.commitLocks) {
    const lock = await lockWithin(path, limitMs);
    if (lock === null) {
      logger.warn("a lock is held for too long and passed by", { path });
      break;
    }
    held.use(lock);
  }
  return held.move();
}
