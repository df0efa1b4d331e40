import type { Libc } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";

/**
 * An empty directory where a protected name is missing, so that something read-only can be mounted there.
 * A directory rather than a file: git's search for a repository goes on past an empty directory.
 *
 * Several commands, of several processes, may need the same one at the same time. Each holds a shared lock on
 * the directory itself; whoever lets go last gets the exclusive lock and removes it. The kernel drops the locks of
 * a killed process, and the directory it left is recognised by its mode and removed after the next command.
 */
export interface Placeholder extends Disposable {
  readonly path: AbsolutePath;
}

/** `rwxr-xr-x` and the sticky bit, which no program sets on a directory that is only the owner's. */
const PLACEHOLDER_MODE = 0o1755;
const MODE_BITS = 0o7777;

/** The same values on x86_64 and aarch64. */
const O_DIRECTORY_X86 = 0o200000;
const O_DIRECTORY_ARM = 0o40000;
const O_NOFOLLOW_X86 = 0o400000;
const O_NOFOLLOW_ARM = 0o100000;
const O_CLOEXEC = 0o2000000;

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** Another process may remove it between any two steps; this many times in a row it will not. */
const ATTEMPTS = 50;
const PAUSE_MS = 2;

/** Whether this directory is a placeholder, in use or left behind. */
export function isPlaceholder(path: AbsolutePath, info: Deno.FileInfo): boolean {
  if (!info.isDirectory || ((info.mode ?? 0) & MODE_BITS) !== PLACEHOLDER_MODE) return false;
  try {
    return Deno.readDirSync(path)[Symbol.iterator]().next().done === true;
  } catch {
    return false;
  }
}

/**
 * Makes the directory or joins those who use it. `null` when this user cannot create it, and so neither can a
 * command, or when something else has that name by now.
 */
export async function holdPlaceholder(
  path: AbsolutePath,
  libc: Libc,
): Promise<Placeholder | null> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (!makeDirectory(path)) return null;
    const descriptor = libc.open(path, openFlags());
    if (descriptor >= 0) {
      if (libc.flock(descriptor, LOCK_SH | LOCK_NB) === 0 && stillThere(path, descriptor)) {
        return { path, [Symbol.dispose]: () => release(path, descriptor, libc) };
      }
      libc.close(descriptor);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new SandboxError("setup_failed", `${path} is created and removed all the time`);
}

function openFlags(): number {
  return Deno.build.arch === "aarch64"
    ? O_DIRECTORY_ARM | O_NOFOLLOW_ARM | O_CLOEXEC
    : O_DIRECTORY_X86 | O_NOFOLLOW_X86 | O_CLOEXEC;
}

/** False when there is something else, or nothing can be made. */
function makeDirectory(path: AbsolutePath): boolean {
  try {
    Deno.mkdirSync(path);
    Deno.chmodSync(path, PLACEHOLDER_MODE);
    return true;
  } catch (error) {
    return error instanceof Deno.errors.AlreadyExists && lookAgain(path);
  }
}

function lookAgain(path: AbsolutePath): boolean {
  try {
    return isPlaceholder(path, Deno.lstatSync(path));
  } catch (error) {
    // Gone since: the next attempt makes it.
    return error instanceof Deno.errors.NotFound;
  }
}

/** A lock on a directory that was removed meanwhile protects nothing. */
function stillThere(path: AbsolutePath, descriptor: number): boolean {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${descriptor}`) === path;
  } catch {
    return false;
  }
}

function release(path: AbsolutePath, descriptor: number, libc: Libc): void {
  // First let go, then ask for it alone: two that both kept their share would each leave it to the other.
  libc.flock(descriptor, LOCK_UN);
  if (libc.flock(descriptor, LOCK_EX | LOCK_NB) === 0 && stillThere(path, descriptor)) {
    removeIfUnused(path);
  }
  libc.close(descriptor);
}

function removeIfUnused(path: AbsolutePath): void {
  try {
    if (isPlaceholder(path, Deno.lstatSync(path))) Deno.removeSync(path);
  } catch {
    // Made by another user, or filled by somebody outside the sandbox just now: theirs to keep.
  }
}
