/**
 * The patch format that models write: reading it, finding its places in files, working out the new bytes, writing
 * them, and telling what changed. Asks nobody for leave: whether a patch may be applied is decided elsewhere, before
 * `applyPlan`, and so is confinement.
 *
 * Start with `parse.ts` for the format, `plan.ts` for the order of things, `edit.ts` for how lines are found.
 *
 * @module
 */
export { applyPlan, reportText } from "./apply.ts";
export { planChanges } from "./change_ledger.ts";
export { detectApplyPatch, type DetectedPatch } from "./detect.ts";
export { type PartialOutcome, PatchError, type PatchErrorCode } from "./error.ts";
export { parsePatch } from "./parse.ts";
export { planPatch, planPaths } from "./plan.ts";
export {
  runSelfApply,
  runStandalone,
  type StandaloneInput,
  type StandaloneResult,
} from "./standalone.ts";
export { createTurnDiff, type TurnDiffRecorder } from "./turn_diff.ts";
export type {
  Chunk,
  ChunkLine,
  FileOperation,
  Patch,
  PatchPlan,
  PatchReport,
  PatchSection,
  PlannedChange,
} from "./types.ts";
export { unifiedDiff } from "./unified_diff.ts";
