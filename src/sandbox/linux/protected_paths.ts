import type { Libc } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import type { WritableRoot } from "../writable_roots.ts";
import { holdPlaceholder, isPlaceholder } from "./placeholder.ts";

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
 * @param libc asked for only when there is a place to hold; must stay open until the result is disposed of.
 */
export async function protectPaths(
  roots: readonly WritableRoot[],
  libc: () => Libc,
): Promise<ProtectedPaths> {
  await using stack = new AsyncDisposableStack();
  const readOnly = new Set<AbsolutePath>();
  const guards: LinkGuard[] = [];
  for (const path of new Set(roots.flatMap((root) => root.readOnlySubpaths))) {
    const info = lookAt(path);
    if (info === "out_of_reach") continue;
    if (info === "missing" || isPlaceholder(path, info)) {
      const placeholder = await holdPlaceholder(path, libc());
      if (placeholder === null) continue;
      stack.use(placeholder);
      readOnly.add(path);
      continue;
    }
    if (info.isSymlink) {
      const guard = { path, target: Deno.readLinkSync(path) };
      guards.push(guard);
      stack.defer(() => restoreLink(guard));
    }
    const real = realPathOrNull(path);
    if (real !== null) readOnly.add(real);
  }
  const owned = stack.move();
  return {
    readOnly: [...readOnly],
    limits: guards.map(linkLimit),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
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

/** Null for a link that leads nowhere. */
function realPathOrNull(path: AbsolutePath): AbsolutePath | null {
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
}
