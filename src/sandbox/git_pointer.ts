import { isAbsolute } from "node:path";
import { normalizePath } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";

/** A pointer file is one short line; what is longer is not one. */
const MAX_POINTER_BYTES = 16 * 1024;

/** What a `.git` file (of a worktree or a submodule) names, be it there or not, as it is written; `null` when it is none. */
export function pointedAt(git: AbsolutePath, root: AbsolutePath): AbsolutePath | null {
  const text = readPointer(git);
  const colon = text?.indexOf(":") ?? -1;
  const target = text === null || colon < 0 ? "" : text.slice(colon + 1).trim();
  if (target === "") return null;
  return isAbsolute(target) ? target : `${root}/${target}`;
}

/** Where it leads; `null` also when that is nowhere. */
export function pointerTarget(git: AbsolutePath, root: AbsolutePath): AbsolutePath | null {
  const written = pointedAt(git, root);
  if (written === null) return null;
  const path = normalizePath(written, root);
  try {
    Deno.statSync(path);
    return path;
  } catch {
    return null;
  }
}

/** Where the hooks and the configuration of a working tree's folder are, when they are not in it. */
export function commonFolder(gitDir: AbsolutePath): AbsolutePath[] {
  const common = readPointer(normalizePath("commondir", gitDir));
  return common === null || common === "" ? [] : [normalizePath(common, gitDir)];
}

/** The one line of a small file; `null` when there is no such file. */
export function readPointer(path: AbsolutePath): string | null {
  try {
    const info = Deno.statSync(path);
    if (!info.isFile || info.size > MAX_POINTER_BYTES) return null;
    return Deno.readTextFileSync(path).trim();
  } catch {
    return null;
  }
}
