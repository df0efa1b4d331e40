import { isInside } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import type { ExistingRoot } from "../writable_roots.ts";

export interface SettledRoots {
  readonly roots: readonly ExistingRoot[];
  readonly limits: readonly Limit[];
}

/**
 * Leaves out roots that an earlier command of the session, which may go on, could put something else in the place of
 * while the next sandbox is being made: bubblewrap would follow a link there. Earlier commands had them for ordinary
 * folders in a root of theirs, mostly because they were missing then. They lie in another root, so they can be written
 * to all the same.
 */
export function createRootHistory(): (roots: readonly ExistingRoot[]) => SettledRoots {
  const earlier = new Map<string, ReadonlySet<AbsolutePath>>();
  return (all) => {
    const paths = new Set(all.map(({ root }) => root));
    const isLate = ({ root }: ExistingRoot): boolean =>
      liesInOneOf(paths, root) &&
      [...earlier.values()].some((had) => !had.has(root) && liesInOneOf(had, root));
    const late = all.filter(isLate);
    const roots = all.filter((root) => !late.includes(root));
    const had = roots.map(({ root }) => root);
    earlier.set(had.join("\0"), new Set(had));
    return { roots, limits: late.map(lateRoot) };
  };
}

function liesInOneOf(roots: ReadonlySet<AbsolutePath>, path: AbsolutePath): boolean {
  return [...roots].some((root) => root !== path && isInside(root, path));
}

function lateRoot({ root }: ExistingRoot): Limit {
  return {
    code: "late_root",
    message:
      `${root} was no folder of its own to write to when this session began: .git, .codex and .agents in it are protected from the next one on.`,
  };
}
