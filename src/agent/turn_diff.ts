import { findRepoRoot } from "../git/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { TurnDiffRecorder } from "../tools/mod.ts";

/** What a turn's patches change. Most turns patch nothing: what can tell is loaded, and told where it is, by the first. */
export function turnDiff(cwd: AbsolutePath): TurnDiffRecorder {
  let opened: Promise<TurnDiffRecorder> | null = null;
  const open = async () => {
    const { createTurnDiff } = await import("../patch/mod.ts");
    return createTurnDiff({ cwd, repoRoot: await findRepoRoot(cwd) });
  };
  return {
    before: async (changes) => await (await (opened ??= open())).before(changes),
    unifiedDiff: async () => opened === null ? "" : await (await opened).unifiedDiff(),
  };
}
