import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { RUN_AS } from "./dispatch.ts";
import type { World } from "./world.ts";

/** A folder with programs for the commands of a session. Removed at the end. */
export interface HelperFolder extends AsyncDisposable {
  /** A search path with this folder in front. */
  prependedTo(path: string | undefined): string;
}

const PREFIX = "codex-arg0";
const LOCK = ".lock";
/** Names under which commands find this program as a patch tool. */
const NAMES = ["apply_patch", "applypatch"] as const;

/**
 * Makes the folder that gives the commands of one session `apply_patch`: `$CODEX_HOME/tmp/arg0/codex-arg0…`,
 * locked for the life of the process. Folders that an earlier process left behind are removed. `null` after
 * a failure, which is reported on stderr and stops nothing.
 */
export async function openHelperFolder(
  { codexHome, world }: {
    codexHome: AbsolutePath;
    world: Pick<World, "self" | "isCompiled" | "stderr">;
  },
): Promise<HelperFolder | null> {
  const root = join(codexHome, "tmp", "arg0");
  try {
    await Deno.mkdir(root, { recursive: true, mode: 0o700 });
    await removeStale(root).catch((error) =>
      world.stderr.write(`WARNING: old helper folders could not be removed: ${reasonOf(error)}\n`)
    );
    return await makeFolder(root, world);
  } catch (error) {
    await world.stderr.write(
      `WARNING: proceeding, even though we could not update PATH: ${reasonOf(error)}\n`,
    );
    return null;
  }
}

async function makeFolder(
  root: AbsolutePath,
  world: Pick<World, "self" | "isCompiled">,
): Promise<HelperFolder> {
  const { folder, lock } = await lockedFolder(root);
  try {
    for (const name of NAMES) await addHelper(folder, name, world);
  } catch (error) {
    await remove(folder, lock);
    throw error;
  }
  const separator = Deno.build.os === "windows" ? ";" : ":";
  return {
    prependedTo: (path) => path ? `${folder}${separator}${path}` : folder,
    [Symbol.asyncDispose]: () => remove(folder, lock),
  };
}

/** A new folder whose lock is held before anybody can see it under its real name. */
async function lockedFolder(
  root: AbsolutePath,
): Promise<{ folder: AbsolutePath; lock: Deno.FsFile }> {
  const folder = join(root, `${PREFIX}${randomLetters(6)}`);
  await Deno.mkdir(folder, { mode: 0o700 });
  const early = join(folder, `${LOCK}-new`);
  const lock = await Deno.open(early, { write: true, createNew: true, mode: 0o600 });
  try {
    await lock.lock(true);
    // The lock goes along with the file: a cleaner never meets a lock file that nobody holds yet.
    await Deno.rename(early, join(folder, LOCK));
  } catch (error) {
    lock.close();
    throw error;
  }
  return { folder, lock };
}

async function addHelper(
  folder: AbsolutePath,
  name: string,
  { self, isCompiled }: Pick<World, "self" | "isCompiled">,
): Promise<void> {
  if (Deno.build.os === "windows") {
    const variables = Object.entries(self.env).map(([key, value]) => `set "${key}=${value}"\r\n`);
    const command = self.argv.map((word) => `"${word}"`).join(" ");
    const text = `@echo off\r\nsetlocal\r\n${
      variables.join("")
    }${command} ${RUN_AS} ${name} %*\r\n`;
    await Deno.writeTextFile(join(folder, `${name}.bat`), text);
  } else if (isCompiled) {
    await Deno.symlink(self.argv[0]!, join(folder, name));
  } else {
    // The executable is the runtime, which would not look at its own name.
    const variables = Object.entries(self.env).map(([key, value]) => `${key}=${quoted(value)} `);
    const command = self.argv.map(quoted).join(" ");
    const text = `#!/bin/sh\n${variables.join("")}exec ${command} ${RUN_AS} ${name} "$@"\n`;
    await Deno.writeTextFile(join(folder, name), text, { mode: 0o700 });
  }
}

/** One word of a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Removes the folders of processes that have ended: those whose lock nobody holds. */
async function removeStale(root: AbsolutePath): Promise<void> {
  for await (const entry of Deno.readDir(root)) {
    if (!entry.isDirectory) continue;
    const folder = join(root, entry.name);
    // Not ours, or not finished.
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
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    // Another process cleaned up first, or will do so at its start.
    if (!(error instanceof Deno.errors.NotFound)) return;
  } finally {
    lock.close();
  }
}

function randomLetters(count: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
