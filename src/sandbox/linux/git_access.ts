import { basename, join, resolve } from "node:path";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { pointerTarget, readPointer } from "../git_pointer.ts";
import { isPlaceholder, type PlaceholderKind } from "./placeholder.ts";

/** What `git commit` needs in one working tree, and what must stay as it is. */
export interface GitAccess {
  /** Folders, links resolved. They may lie outside of the working tree. */
  readonly writable: readonly AbsolutePath[];
  /** Existing paths below or beside them that stay read-only. */
  readonly readOnly: readonly AbsolutePath[];
  /** Names among them that are missing and must not be created. */
  readonly held: readonly { readonly path: AbsolutePath; readonly kind: PlaceholderKind }[];
}

/** Names in a repository that make git run something, or that lead to other repositories. */
const STAYS = ["hooks", "config", "config.worktree", "modules", "worktrees", "commondir"];

/** Names in the folder of a linked working tree that tell git where its repository is. */
const STAYS_IN_TREE = ["commondir", "gitdir", "config.worktree", "hooks", "config"];

/**
 * How far git may write for the working tree in `root`. `null` when there is no repository there, or when its
 * parts do not point at each other as git makes them: what a pointer file names becomes writable, so a forged
 * one must lead nowhere. Submodules stay protected.
 */
export function gitAccess(root: AbsolutePath): GitAccess | null {
  const git = join(root, ".git");
  try {
    const info = Deno.lstatSync(git);
    if (info.isDirectory) return ofRepository(git);
    if (!info.isFile) return null;
    const target = pointerTarget(git, root);
    return target === null ? null : ofLinkedTree(git, Deno.realPathSync(target));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    if (error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

function ofRepository(git: AbsolutePath): GitAccess | null {
  if (!["HEAD", "objects", "refs", "config"].every((name) => exists(join(git, name)))) return null;
  if (mayGainConfiguration(git, git)) return null;
  const held = ([
    // With the content `.` it leads to where hooks and configuration are anyway.
    { path: join(git, "commondir"), kind: "file" },
    { path: join(git, "hooks"), kind: "directory" },
  ] as const).filter(({ path, kind }) => isMissing(path, kind));
  const stays = STAYS.map((name) => join(git, name));
  return {
    writable: [git],
    readOnly: stays.filter((path) => exists(path) && !held.some((place) => place.path === path)),
    held,
  };
}

function ofLinkedTree(git: AbsolutePath, tree: AbsolutePath): GitAccess | null {
  const back = readPointer(join(tree, "gitdir"));
  const common = readPointer(join(tree, "commondir"));
  if (back === null || common === null) return null;
  const repository = Deno.realPathSync(resolve(tree, common));
  if (join(repository, "worktrees", basename(tree)) !== tree) return null;
  if (Deno.realPathSync(resolve(tree, back)) !== Deno.realPathSync(git)) return null;
  if (mayGainConfiguration(repository, tree)) return null;
  return {
    writable: [
      tree,
      ...["objects", "refs", "logs"].map((name) => join(repository, name)).filter(isOwnFolder),
    ],
    readOnly: [git, ...STAYS_IN_TREE.map((name) => join(tree, name)).filter(exists)],
    held: [],
  };
}

/** Whether a file that is missing in `tree` would be configuration: nothing harmless can hold its place. */
function mayGainConfiguration(repository: AbsolutePath, tree: AbsolutePath): boolean {
  const config = join(repository, "config");
  // Opening a pipe would hold everything up.
  if (!Deno.statSync(config).isFile) return true;
  return /worktreeconfig/i.test(Deno.readTextFileSync(config)) &&
    !exists(join(tree, "config.worktree"));
}

/** A link in place of such a folder would make its target writable. */
function isOwnFolder(path: AbsolutePath): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** A placeholder of another command, too: it goes with that command, so this one needs its own share of it. */
function isMissing(path: AbsolutePath, kind: PlaceholderKind): boolean {
  try {
    return isPlaceholder(path, Deno.lstatSync(path), kind);
  } catch {
    return true;
  }
}

function exists(path: AbsolutePath): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
