import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";

const LOCK = ".lock";

/** A folder for the life of a process. Disposing removes it. */
export interface LockedFolder extends AsyncDisposable {
  readonly path: AbsolutePath;
}

/**
 * Makes a folder `<root>/<prefix>…` that is locked as long as this process lives and for this user alone, and removes
 * those that processes left behind which were killed. `root` has to exist.
 *
 * @param onLeftovers told why leftovers could not be looked for
 */
export async function openLockedFolder(
  root: AbsolutePath,
  prefix: string,
  onLeftovers: (reason: unknown) => void | Promise<void>,
): Promise<LockedFolder> {
  const path = join(root, `${prefix}${randomLetters(6)}`);
  await Deno.mkdir(path, { mode: 0o700 });
  const early = join(path, `${LOCK}-new`);
  const lock = await Deno.open(early, { write: true, createNew: true, mode: 0o600 });
  try {
    await lock.lock(true);
    // The lock goes along with the file: a cleaner never meets a lock file that nobody holds yet.
    await Deno.rename(early, join(path, LOCK));
  } catch (error) {
    lock.close();
    throw error;
  }
  try {
    await removeStale(root, prefix, path);
  } catch (error) {
    await onLeftovers(error);
  }
  return { path, [Symbol.asyncDispose]: () => remove(path, lock) };
}

/** Removes the folders of this user's processes that have ended: those whose lock nobody holds. */
async function removeStale(root: AbsolutePath, prefix: string, own: AbsolutePath): Promise<void> {
  const { uid } = await Deno.lstat(own);
  for await (const entry of Deno.readDir(root)) {
    const folder = join(root, entry.name);
    if (!entry.isDirectory || !entry.name.startsWith(prefix) || folder === own) continue;
    if ((await Deno.lstat(folder).catch(() => null))?.uid !== uid) continue;
    // `null` = not finished.
    const lock = await Deno.open(join(folder, LOCK), { read: true, write: true }).catch(() => null);
    if (lock === null) continue;
    if (await isFree(lock)) await remove(folder, lock);
    else lock.close();
  }
}

/** Takes the lock if nobody has it. Older runtimes cannot try: there, leftovers stay for a later program. */
async function isFree(lock: Deno.FsFile): Promise<boolean> {
  if (!("tryLock" in lock) || typeof lock.tryLock !== "function") return false;
  try {
    return await lock.tryLock(true) === true;
  } catch {
    return false;
  }
}

async function remove(folder: AbsolutePath, lock: Deno.FsFile): Promise<void> {
  // Windows keeps the name of a file as long as it is open; elsewhere nobody else begins before the end.
  const early = Deno.build.os === "windows";
  if (early) lock.close();
  try {
    await Deno.remove(folder, { recursive: true });
  } catch {
    // Another process cleaned up first, or will do so at its start.
  } finally {
    if (!early) lock.close();
  }
}

function randomLetters(count: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
