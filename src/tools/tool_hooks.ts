import type {
  AfterToolUseEvent,
  HookReport,
  LifecycleEvent,
  LifecycleEventName,
} from "../protocol/mod.ts";

/** What matchers may call a patch; hooks themselves see the first. */
export const PATCH_NAMES: readonly string[] = ["apply_patch", "Edit", "Write"];

/** What hooks say that nobody has, or that say nothing. */
export const SILENCE: HookReport = {
  warnings: [],
  contexts: [],
  block: null,
  stop: null,
  allow: false,
  updatedInput: undefined,
};

/** The events of a call. */
export type ToolEvent = Extract<
  LifecycleEvent,
  { hook_event_name: "PreToolUse" | "PostToolUse" }
>;

/** The hooks around a call. `agent/` implements it; where nobody has any, a call has none. */
export interface ToolHooks {
  has(event: LifecycleEventName): boolean;
  /** Runs what matches one of the names. What hooks want said to people is said. Never throws. */
  run(event: ToolEvent, names: readonly string[], signal: AbortSignal): Promise<HookReport>;
  /** Reaches the model behind the outputs of this response. */
  addContext(texts: readonly string[]): void;
  /** Whether anybody wants to hear of calls. */
  readonly listened: boolean;
  /** @returns why the call is to have no answer; `null` = it keeps its own */
  afterToolUse(event: Omit<AfterToolUseEvent, "event_type" | "turn_id" | "sandbox">): Promise<
    string | null
  >;
}
