import { basename, dirname, join } from "node:path";
import { isInside } from "../../files/mod.ts";
import type { FileLocks } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import { spellings } from "../letter_case.ts";
import type { ExistingRoot } from "../writable_roots.ts";
import type { GitAccess } from "./git_access.ts";
import { holdPlaceholder, isPlaceholder, type PlaceholderKind } from "./placeholder.ts";

/** Protected names made ready for mounting. Dispose it after the command. */
export interface ProtectedPaths extends AsyncDisposable {
  /** Existing paths, links resolved, to be mounted read-only. */
  readonly readOnly: readonly AbsolutePath[];
  readonly limits: readonly Limit[];
}

/** A protected name that is a symbolic link. What it points to can be mounted over, the link itself cannot. */
interface LinkGuard {
  readonly path: AbsolutePath;
  readonly target: string;
}

/**
 * Looks at every protected name of every root: binds what exists, holds a place for what does not.
 *
 * @param git repositories that commands may commit to; what lets git into them stays protected.
 * @param locks must stay open until the result is disposed of.
 * @param remember called with each place before it is made.
 */
export async function protectPaths(
  roots: readonly ExistingRoot[],
  git: readonly GitAccess[],
  locks: FileLocks,
  remember: (place: AbsolutePath) => void,
): Promise<ProtectedPaths> {
  await using stack = new AsyncDisposableStack();
  const readOnly = new Set<AbsolutePath>(git.flatMap((access) => access.readOnly));
  const guards: LinkGuard[] = [];
  const opened = new Set(git.flatMap((access) => access.writable));
  const hold = async (path: AbsolutePath, kind: PlaceholderKind): Promise<void> => {
    remember(path);
    const placeholder = await holdPlaceholder(path, locks, kind);
    if (placeholder === null) return;
    stack.use(placeholder);
    for (const each of inAllSpellings(path, locks)) readOnly.add(each);
  };
  for (const { path, kind } of git.flatMap(({ held }) => held)) await hold(path, kind);
  for (const [path, isWorthAPlace] of protectedNames(roots)) {
    if (opened.has(path)) continue;
    const info = locks.isMissing(path) ? "missing" : lookAt(path);
    if (info === "out_of_reach") continue;
    if (info === "missing" || isPlaceholder(path, info)) {
      if (isWorthAPlace) await hold(path, "directory");
      continue;
    }
    if (info.isSymlink) {
      const guard = { path, target: Deno.readLinkSync(path) };
      guards.push(guard);
      stack.defer(() => restoreLink(guard));
    }
    const real = realPathOrNull(path);
    if (real === null || opened.has(real)) continue;
    for (const each of inAllSpellings(real, locks)) readOnly.add(each);
  }
  const owned = stack.move();
  return {
    readOnly: [...readOnly],
    limits: guards.map(linkLimit),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * With each name, whether a place is held for it when it is missing. Not in `/tmp`, where any program of the
 * user may make it at any time, unless the workspace lies below: git's search upwards would find it there.
 */
function protectedNames(roots: readonly ExistingRoot[]): Map<AbsolutePath, boolean> {
  const workspaces = roots.filter((root) => !root.scratch);
  const names = new Map<AbsolutePath, boolean>();
  for (const { root, scratch, readOnlySubpaths } of roots) {
    const held = !scratch || workspaces.some((workspace) => isInside(root, workspace.root));
    for (const path of readOnlySubpaths) names.set(path, held || names.get(path) === true);
  }
  return names;
}

function linkLimit(guard: LinkGuard): Limit {
  return {
    code: "protected_symlink",
    message:
      `${guard.path} is a symbolic link, which cannot be write-protected; if a command replaces it, it is put back afterwards.`,
  };
}

/** Puts the link back; what the command left in its place is kept under another name, for a person to see. */
function restoreLink(guard: LinkGuard): void {
  const info = lookAt(guard.path);
  if (info === "out_of_reach") return;
  if (info !== "missing") {
    if (info.isSymlink && Deno.readLinkSync(guard.path) === guard.target) return;
    Deno.renameSync(guard.path, `${guard.path}.replaced-${crypto.randomUUID()}`);
  }
  Deno.symlinkSync(guard.target, guard.path);
}

/** What is out of this user's reach is out of the command's reach. */
function lookAt(path: AbsolutePath): Deno.FileInfo | "missing" | "out_of_reach" {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    if (error instanceof Deno.errors.PermissionDenied) return "out_of_reach";
    if (error instanceof Deno.errors.NotADirectory) return "out_of_reach";
    throw error;
  }
}

/**
 * What is mounted is a name: on a disk of another system that ignores case, such as those of Windows and macOS shared
 * with a Linux inside of them, the kernel takes `.GIT` for a name of its own, which leads past the mount.
 */
function inAllSpellings(path: AbsolutePath, locks: FileLocks): AbsolutePath[] {
  const inCapitals = join(dirname(path), basename(path).toUpperCase());
  if (locks.isMissing(inCapitals)) return [path];
  const info = identity(path);
  const isSame = (other: AbsolutePath): boolean => info !== null && identity(other) === info;
  if (!isSame(inCapitals)) return [path];
  return [path, ...spellings(path).filter(isSame)];
}

function identity(path: AbsolutePath): string | null {
  const info = lookAt(path);
  return typeof info === "string" ? null : `${info.dev}:${info.ino}`;
}

/** Null for a link that leads nowhere. */
function realPathOrNull(path: AbsolutePath): AbsolutePath | null {
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
}
