import type { Logger } from "../telemetry/mod.ts";
import { saveFile } from "./file_store.ts";
import { type LoginFiles, removeIfThere } from "./home_files.ts";
import { readJournal } from "./journal.ts";
import { takeCommitLocks, takeRefreshLock } from "./locks.ts";

/**
 * Ends a write that a crash cut off. Where `auth.json` is mounted it cannot be replaced, only written into: a record
 * that became shorter is then followed, for a moment, by the end of the older one. The journal is complete all the
 * while, and nothing that anybody else writes begins with all of it.
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
    const journal = await Deno.readTextFile(pending);
    const present = await Deno.readTextFile(record);
    return present.length > journal.length && present.startsWith(journal);
  } catch {
    return false;
  }
}
