import { basename, dirname, isAbsolute, normalize, relative, resolve, sep } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { asFilesError, FilesError } from "./error.ts";

/** Links followed for one path before it counts as a loop; the figure that Linux uses. */
const MAX_LINKS = 40;

/**
 * Makes a path absolute against `cwd` and removes `.`, `..` and doubled separators by their text alone: nothing is
 * looked up, so `link/..` is the folder that holds `link`. No trailing separator, except for a file system's root.
 *
 * @throws {FilesError} `not_absolute` when both are relative.
 */
export function normalizePath(path: string, cwd: string): AbsolutePath {
  if (isAbsolute(path)) return resolve(path);
  if (!isAbsolute(cwd)) {
    throw new FilesError("not_absolute", `the base folder ${cwd} is not an absolute path`, cwd);
  }
  return resolve(cwd, path);
}

/**
 * Whether `path` is `root` or lies below it, compared segment by segment after lexical normalisation (`/a/bc` is not
 * inside `/a/b`; `/a/b/../c` is not either). Two absolute paths are needed: a relative one is inside nothing. Links
 * are not followed; where that matters, hand in what {@link resolveLinks} gave.
 */
export function isInside(root: string, path: string): boolean {
  if (!isAbsolute(root) || !isAbsolute(path)) return false;
  const from = normalize(root);
  const rest = relative(from, normalize(path));
  return rest === "" || (rest !== ".." && !rest.startsWith(`..${sep}`) && !isAbsolute(rest));
}

/**
 * The real path of the deepest part of `path` that exists, followed by the rest. A link that points nowhere is
 * followed to where it points, so the answer is always the place that a write through `path` would reach.
 *
 * @param path absolute
 * @throws {FilesError} `not_absolute`, `link_loop`, or what the system said other than "not found".
 */
export async function resolveLinks(path: string): Promise<AbsolutePath> {
  if (!isAbsolute(path)) {
    throw new FilesError("not_absolute", `${path} is not an absolute path`, path);
  }
  // Not normalised up front: after a link, `..` means the parent of where the link leads. The real path of the
  // existing part takes care of that; in the missing part there are no links, so its text is enough.
  let current = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const found = await deepestExisting(current);
    if (found.link === null) return resolve(found.real, ...found.rest);
    current = resolve(found.real, found.link, ...found.rest);
  }
  throw new FilesError("link_loop", `too many links at ${path}`, path);
}

interface Deepest {
  readonly real: AbsolutePath;
  /** Target of the link that leads nowhere and lies in `real`; `null` = there is none. */
  readonly link: string | null;
  readonly rest: readonly string[];
}

async function deepestExisting(path: string): Promise<Deepest> {
  const rest: string[] = [];
  let head = path;
  while (true) {
    const real = await realPathOrNull(head);
    if (real !== null) return { real, link: null, rest };
    const base = basename(head);
    const folder = dirname(head);
    if (folder === head || base === "") {
      throw new FilesError("not_found", `${head} does not exist`, head);
    }
    const link = await linkTargetOrNull(head);
    if (link !== null) {
      return { real: await realPathOrNull(folder) ?? folder, link, rest };
    }
    rest.unshift(base);
    head = folder;
  }
}

async function realPathOrNull(path: string): Promise<AbsolutePath | null> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw asFilesError(error, "resolve", path);
  }
}

async function linkTargetOrNull(path: string): Promise<string | null> {
  try {
    return (await Deno.lstat(path)).isSymlink ? await Deno.readLink(path) : null;
  } catch (error) {
    if (isAbsent(error)) return null;
    throw asFilesError(error, "look at", path);
  }
}

/** Not there, or below something that is no folder: in both cases the path may still be a place to write to. */
function isAbsent(thrown: unknown): boolean {
  const { code } = asFilesError(thrown, "look at", "");
  return code === "not_found" || code === "not_directory";
}
