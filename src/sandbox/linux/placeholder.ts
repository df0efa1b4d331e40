import { HELD_FOLDER_MODE } from "../../files/mod.ts";
import type { FileLocks } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";

/**
 * Something in the place of a protected name that is missing, so that it can be mounted over read-only. An empty
 * directory rather than a file: git's search for a repository goes on past one. Only where git itself would stumble
 * over a directory, it is a file that says what is so without it.
 *
 * Several commands, of several processes, may need the same one at the same time. Each holds a shared lock on it;
 * whoever lets go last gets the exclusive lock and removes it. The kernel drops the locks of a killed process: a
 * shell that outlives it (`session_watch.ts`) removes it then, and what is left all the same is recognised by its mode
 * and removed after the next command.
 */
export interface Placeholder extends AsyncDisposable {
  readonly path: AbsolutePath;
}

export type PlaceholderKind = "directory" | "file";

/**
 * Why there is none: something else has the name by now, or nothing can be made in its folder. `code` tells why not, as
 * in `EACCES`; `null` = unknown.
 */
export type NoPlaceholder =
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly code: string | null };

/** The sticky bit, which no program sets on a file, or on a directory that is only the owner's. */
const MODES: Readonly<Record<PlaceholderKind, number>> = {
  directory: HELD_FOLDER_MODE,
  file: 0o1644,
};
const MODE_BITS = 0o7777;

/** To git: the common folder of this repository is this folder. */
const FILE_TEXT = ".\n";

/** The same values on x86_64 and aarch64, but for the second. */
const O_CLOEXEC = 0o2000000;
const O_NOFOLLOW = Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** Another process may remove it between any two steps; this many times in a row it will not. */
const ATTEMPTS = 50;
const PAUSE_MS = 2;
const SHARED_ATTEMPTS = 3;

/** Whether this is a placeholder, in use or left behind; or was one when `info` was read, and has gone since. */
export function isPlaceholder(
  path: AbsolutePath,
  info: Deno.FileInfo,
  kind: PlaceholderKind = "directory",
): boolean {
  if (((info.mode ?? 0) & MODE_BITS) !== MODES[kind]) return false;
  try {
    return kind === "directory"
      ? info.isDirectory && Deno.readDirSync(path)[Symbol.iterator]().next().done === true
      : info.isFile && info.size === FILE_TEXT.length &&
        Deno.readTextFileSync(path) === FILE_TEXT;
  } catch (error) {
    // Another command has ended. What was taken for something else would be left without protection.
    return error instanceof Deno.errors.NotFound;
  }
}

function isHeldFolder(info: Deno.FileInfo): boolean {
  return info.isDirectory && ((info.mode ?? 0) & MODE_BITS) === MODES.directory;
}

/** Makes it or joins those who use it. */
export async function holdPlaceholder(
  path: AbsolutePath,
  locks: FileLocks,
  kind: PlaceholderKind = "directory",
): Promise<Placeholder | NoPlaceholder> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const obstacle = make(path, kind, locks);
    if (obstacle !== null) return obstacle;
    const descriptor = locks.open(path, O_NOFOLLOW | O_CLOEXEC);
    if (descriptor >= 0) {
      if (locks.flock(descriptor, LOCK_SH | LOCK_NB) && stillThere(path, descriptor)) {
        return { path, [Symbol.asyncDispose]: () => release(path, descriptor, locks, kind) };
      }
      locks.close(descriptor);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new SandboxError("setup_failed", `${path} is created and removed all the time`);
}

/**
 * `null` when it is there. It has its mode from its first moment: killed behind it, this process leaves nothing that is
 * not known for what it is.
 */
function make(path: AbsolutePath, kind: PlaceholderKind, locks: FileLocks): NoPlaceholder | null {
  try {
    if (kind === "directory") {
      // What the kernel does not make, the runtime explains.
      if (!locks.makeFolder(path, MODES.directory)) Deno.mkdirSync(path);
    } else {
      const made = locks.makeFile(path, MODES.file);
      Deno.writeTextFileSync(path, FILE_TEXT, { createNew: !made });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      return { kind: "refused", code: errorCode(error) };
    }
    return lookAgain(path, kind) ? null : { kind: "taken" };
  }
  restoreMode(path, MODES[kind]);
  return null;
}

/** Where the umask took something away. */
function restoreMode(path: AbsolutePath, mode: number): void {
  try {
    Deno.chmodSync(path, mode);
  } catch (error) {
    // Another command's end took it for its own and removed it: the next attempt makes it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function errorCode(error: unknown): string | null {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : null;
}

function lookAgain(path: AbsolutePath, kind: PlaceholderKind): boolean {
  try {
    return isPlaceholder(path, Deno.lstatSync(path), kind);
  } catch (error) {
    // Gone since: the next attempt makes it.
    return error instanceof Deno.errors.NotFound;
  }
}

/** A lock on something that was removed meanwhile protects nothing. */
function stillThere(path: AbsolutePath, descriptor: number): boolean {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`) === path;
  } catch {
    return false;
  }
}

/**
 * First lets go, then asks for it alone: two that both kept their share would each leave it to the other. Whoever has
 * it alone meanwhile is about to remove it, which is worth waiting for. Those who share it have their own turn; asking
 * a few times more is for those who let go in the same moment.
 */
async function release(
  path: AbsolutePath,
  descriptor: number,
  locks: FileLocks,
  kind: PlaceholderKind,
): Promise<void> {
  try {
    locks.flock(descriptor, LOCK_UN);
    for (let shared = 0, attempt = 0; shared < SHARED_ATTEMPTS && attempt < ATTEMPTS; attempt++) {
      if (locks.flock(descriptor, LOCK_EX | LOCK_NB)) {
        if (stillThere(path, descriptor)) removeIfUnused(path, kind);
        return;
      }
      if (locks.flock(descriptor, LOCK_SH | LOCK_NB)) {
        shared++;
        locks.flock(descriptor, LOCK_UN);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * Math.random()));
    }
  } finally {
    locks.close(descriptor);
  }
}

function removeIfUnused(path: AbsolutePath, kind: PlaceholderKind): void {
  try {
    const info = Deno.lstatSync(path);
    // The kernel removes no folder that something is in.
    const isOurs = kind === "directory" ? isHeldFolder(info) : isPlaceholder(path, info, kind);
    if (isOurs) Deno.removeSync(path);
  } catch {
    // Made by another user, or filled by somebody outside the sandbox just now: theirs to keep.
  }
}
