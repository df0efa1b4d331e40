import { dirname, join } from "node:path";
import { filesErrorCode, readWholeText, replaceFile, resolveLinks } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { AuthError } from "./error.ts";
import { removeIfThere } from "./home_files.ts";
import { loginText, parseLogin, type StoredLogin } from "./record.ts";

export async function loadFile(path: AbsolutePath): Promise<StoredLogin | null> {
  let text: string;
  try {
    text = await readWholeText(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    const reason = error instanceof Error ? error.message : String(error);
    const help = filesErrorCode(error) === "permission_denied"
      ? ". `codex login` makes a new one."
      : "";
    throw new AuthError("unreadable_store", `${path} cannot be read: ${reason}${help}`, {
      cause: error,
    });
  }
  try {
    return parseLogin(text);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw new AuthError(
      error.code,
      `${path} is not usable: ${error.message}. \`codex login\` makes a new one.`,
    );
  }
}

/**
 * Replaces the file as a whole, with mode 0600 whatever it had before. Links stay; a mounted file, and one with several
 * names, is written into: under the other names a spent token would be left. Another user's file keeps its owner, unless only we could not write then: in a folder of ours, `sudo codex login` may
 * have left one behind.
 */
export async function saveFile(path: AbsolutePath, login: StoredLogin): Promise<void> {
  const text = loginText(login);
  const tempName = `.auth-${crypto.randomUUID()}.tmp`;
  const whole = { mode: 0o600, fsync: true, inPlaceIfLinked: true, tempName } as const;
  try {
    await replaceFile(path, text, { ...whole, inPlaceIfRefused: true });
  } catch (error) {
    if (filesErrorCode(error) !== "permission_denied") throw error;
    await replaceFile(path, text, whole);
  }
}

const TEMP_NAME = /^\.auth-[0-9a-f-]{36}\.tmp$/;

/**
 * Takes away what writers left that were killed: tokens that nobody would find any more. A writer at work, if there is
 * one in spite of the locks, fails and changes nothing.
 */
export async function removeLeftovers(path: AbsolutePath): Promise<void> {
  try {
    const folder = dirname(await resolveLinks(path));
    for await (const { name } of Deno.readDir(folder)) {
      if (TEMP_NAME.test(name)) await removeIfThere(join(folder, name));
    }
  } catch {
    // Whoever writes or removes the record says what is wrong with it.
  }
}

/** Makes the journal the record: by its name where that is possible, so that nothing is written twice. */
export async function commitFile(
  path: AbsolutePath,
  journal: AbsolutePath,
  login: StoredLogin,
): Promise<void> {
  const target = await resolveLinks(path);
  if (dirname(target) === dirname(journal) && !await hasOtherNames(target)) {
    try {
      await keepOwner(target, journal);
      await renamePatiently(journal, target);
      await syncFolder(dirname(target));
      return;
    } catch (error) {
      // A mounted file cannot be replaced, only written into.
      const code = filesErrorCode(error);
      if (code !== "busy" && code !== "permission_denied" && code !== "io") throw error;
    }
  }
  await saveFile(path, login);
  await removeIfThere(journal);
}

async function hasOtherNames(path: string): Promise<boolean> {
  const { nlink } = await Deno.stat(path).catch(() => ({ nlink: null }));
  return nlink !== null && nlink > 1;
}

/** Windows refuses for a moment while somebody reads the target. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.rename(from, to);
    } catch (error) {
      if (Deno.build.os !== "windows" || attempt >= 25) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function keepOwner(target: string, journal: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const [present, own] = await Promise.all([
    Deno.stat(target).catch(() => null),
    Deno.stat(journal),
  ]);
  if (present === null || present.uid === null || present.gid === null) return;
  if (present.uid !== own.uid || present.gid !== own.gid) {
    await Deno.chown(journal, present.uid, present.gid);
  }
}

async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // Some file systems cannot sync a folder. The content itself has been synced.
  }
}
