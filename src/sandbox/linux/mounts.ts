import { dirname } from "node:path";
import { isInside } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";

/** One bind of a path onto itself in the command's view of the file system. */
export interface Mount {
  readonly path: AbsolutePath;
  readonly writable: boolean;
}

/**
 * Puts writable roots and read-only paths into the order in which they have to be mounted: outer before inner,
 * because a later mount hides what is below it. At the same path an explicitly writable root wins, as it does in
 * the policy. All paths with their links resolved.
 */
export function planMounts(
  roots: readonly AbsolutePath[],
  readOnly: readonly AbsolutePath[],
): readonly Mount[] {
  const byPath = new Map<AbsolutePath, boolean>();
  for (const path of readOnly) {
    if (!roots.some((root) => isInside(root, path))) continue;
    byPath.set(path, false);
  }
  for (const root of roots) byPath.set(root, true);
  const decided = [...byPath].map(([path, writable]) => ({ path, writable }));
  for (const path of pinned(decided)) byPath.set(path, true);
  return [...byPath]
    .map(([path, writable]) => ({ path, writable }))
    .sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
}

/**
 * `planMounts` for one command after the other: what comes next is mostly asked for the same, and the answer follows
 * from the question alone.
 */
export function createMountPlanner(): typeof planMounts {
  let last: { readonly question: string; readonly mounts: readonly Mount[] } | null = null;
  return (roots, readOnly) => {
    const question = [...roots, "", ...readOnly].join("\0");
    if (last?.question !== question) last = { question, mounts: planMounts(roots, readOnly) };
    return last.mounts;
  };
}

/**
 * Folders between a root and a read-only path deep inside it. Renaming one would carry the read-only path away
 * and leave its name free; a mount point cannot be renamed, so these become mount points too.
 */
function pinned(mounts: readonly Mount[]): AbsolutePath[] {
  const taken = new Set(mounts.map((mount) => mount.path));
  const pins = new Set<AbsolutePath>();
  for (const mount of mounts) {
    let path = dirname(mount.path);
    while (!taken.has(path) && path !== dirname(path)) {
      if (nearest(mounts, path)?.writable) pins.add(path);
      path = dirname(path);
    }
  }
  return [...pins];
}

/** The innermost mount that `path` lies in. */
function nearest(mounts: readonly Mount[], path: AbsolutePath): Mount | undefined {
  return mounts
    .filter((mount) => isInside(mount.path, path))
    .sort((a, b) => depth(b.path) - depth(a.path))[0];
}

function depth(path: AbsolutePath): number {
  return path.split("/").filter((part) => part !== "").length;
}
