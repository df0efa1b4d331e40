import type { AbsolutePath } from "../protocol/mod.ts";

/** The sticky bit, which no program sets on a folder that is only its owner's to write to. */
export const HELD_FOLDER_MODE = 0o1755;

const MODE_BITS = 0o7777;

/**
 * Whether a path is an empty folder that the sandbox holds in the place of a name that is missing, for as long as a
 * command runs: to everyone else the name is still missing, as it is to git, which passes by an empty `.git`. It may go
 * at any moment; one that went after `info` was read still counts.
 */
export function isHeldFolder(path: AbsolutePath, info: Deno.FileInfo): boolean {
  if (!info.isDirectory || ((info.mode ?? 0) & MODE_BITS) !== HELD_FOLDER_MODE) return false;
  try {
    return Deno.readDirSync(path)[Symbol.iterator]().next().done === true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** Whether there is something under this name, links followed; a place that is only held does not count. */
export async function isPresent(path: AbsolutePath): Promise<boolean> {
  try {
    return !isHeldFolder(path, await Deno.stat(path));
  } catch {
    return false;
  }
}
