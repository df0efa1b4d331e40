import { basename, dirname, join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";

/**
 * Whether names below a folder mean the same in capitals, as on most disks of macOS. A folder without a letter in its
 * path is taken for one of them.
 */
export function ignoresCase(folder: AbsolutePath): boolean {
  const swapped = [...folder].map((letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
  ).join("");
  if (swapped === folder) return true;
  try {
    const [one, other] = [Deno.lstatSync(folder), Deno.lstatSync(swapped)];
    return one.ino === other.ino && one.dev === other.dev;
  } catch {
    return false;
  }
}

/** Letters beyond ASCII that such a disk takes for these. */
const LOOKALIKES: Readonly<Record<string, string>> = { k: "\u212a", s: "\u017f" };

/**
 * All other names that such a disk takes for that of a path. The kernel knows a file by the name that it has, so this
 * matters for one that is still to be made: the profile compares letter by letter.
 */
export function spellings(path: AbsolutePath): AbsolutePath[] {
  const name = basename(path);
  let found = [""];
  for (const letter of name) {
    const small = letter.toLowerCase();
    const letters = new Set([letter, small, letter.toUpperCase(), LOOKALIKES[small] ?? letter]);
    found = found.flatMap((start) => [...letters].map((each) => start + each));
  }
  return found.filter((each) => each !== name).map((each) => join(dirname(path), each));
}
