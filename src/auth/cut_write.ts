import type { Logger } from "../telemetry/mod.ts";
import { saveFile } from "./file_store.ts";
import { type LoginFiles, readSmallFile, readSmallText, removeIfThere } from "./home_files.ts";
import { readJournal } from "./journal.ts";
import { takeCommitLocks, takeRefreshLock } from "./locks.ts";

/** A write that is killed stops between two pages of the system. */
const PAGE = 4096;

/**
 * Ends a write that a crash cut off. Where `auth.json` is mounted, or has several names, it is not replaced but written
 * into: what was written is followed, for a moment, by the rest of the older record. The journal is complete all the
 * while, and nothing that anybody else writes begins with a page of it.
 *
 * @param limitMs how long each lock is waited for
 */
export async function completeCutWrite(
  files: LoginFiles,
  limitMs: number,
  logger: Logger,
): Promise<void> {
  if (!await isCut(files)) return;
  await using outer = await takeRefreshLock(files, limitMs, undefined, logger);
  if (outer === null) return;
  await using _locks = await takeCommitLocks(files, limitMs, logger);
  const journal = await readJournal(files);
  if (journal === null || !await isCut(files)) return;
  await saveFile(files.record, journal);
  await removeIfThere(files.pending);
  await removeIfThere(files.attempt);
  logger.warn("completed a write of the login that another instance left unfinished");
}

async function isCut({ record, pending }: LoginFiles): Promise<boolean> {
  try {
    const journal = (await readSmallText(pending)).trimEnd();
    const written = new TextEncoder().encode(journal).subarray(0, PAGE);
    const present = await readSmallFile(record);
    return written.every((byte, at) => byte === present[at]);
  } catch {
    return false;
  }
}
