import { dirname, join } from "node:path";
import { isInside } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";

/**
 * Whether git, started in a folder, reads the settings that it would read in the session's folder. Any other
 * repository may have come with somebody's files, or be the work of a command, and its settings name programs.
 */
export function isOwnRepository(folder: AbsolutePath, session: AbsolutePath): boolean {
  try {
    const top = Deno.realPathSync(session);
    let at = Deno.realPathSync(folder);
    if (!isInside(top, at)) return false;
    for (; at !== top; at = dirname(at)) {
      if (isThere(join(at, ".git")) || isThere(join(at, "HEAD"))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
