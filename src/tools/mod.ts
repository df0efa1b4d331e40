/**
 * What the model can call: one file a tool, the registry that decides which are offered, the router that runs
 * a call, and `orchestrate.ts`, the one place that starts a command for the model. Asks people and records
 * things only through the {@link ToolHost} that the thread hands in; never touches the history itself.
 *
 * Start with `router.ts`, then `orchestrate.ts`.
 *
 * @module
 */
export { IncompatiblePayload, ToolFailure } from "./errors.ts";
export { CallLock } from "./lock.ts";
export { buildToolset, type Toolset } from "./registry.ts";
export { callFromItem, dispatch, isToolCall } from "./router.ts";
export { type CommandReport, formattedOutput } from "./format.ts";
export { exitCode, toReport } from "./run_command.ts";
export { startedCommand } from "./command_item.ts";
export type { HostConsent, NetworkAccess, NetworkAttempt } from "./network_access.ts";
export { PATCH_NAMES, SILENCE, type ToolEvent, type ToolHooks } from "./tool_hooks.ts";
export { SessionApprovals } from "./session_approvals.ts";
export type {
  Tool,
  ToolCall,
  ToolContext,
  ToolHost,
  ToolOutput,
  ToolPayload,
  ToolsetOptions,
  TurnDiffRecorder,
} from "./types.ts";
