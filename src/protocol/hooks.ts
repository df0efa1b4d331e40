import type { AbsolutePath, ThreadId, TurnId } from "./ids.ts";

/** What a listener of the inner events is handed. A fixed format: names and order are those of the JSON. */
export interface HookPayload {
  readonly session_id: ThreadId;
  readonly cwd: AbsolutePath;
  /** UTC, whole seconds: `2025-01-01T00:00:00Z`. */
  readonly triggered_at: string;
  readonly hook_event: AfterAgentEvent | AfterToolUseEvent;
}

/** The model has answered and calls nothing more. */
export interface AfterAgentEvent {
  readonly event_type: "after_agent";
  readonly thread_id: ThreadId;
  readonly turn_id: TurnId;
  /** Everything that a person has said in the conversation that the model saw last. */
  readonly input_messages: readonly string[];
  readonly last_assistant_message: string | null;
}

/** One call of the model has been answered. */
export interface AfterToolUseEvent {
  readonly event_type: "after_tool_use";
  readonly turn_id: TurnId;
  readonly call_id: string;
  readonly tool_name: string;
  readonly tool_kind: HookToolInput["input_type"];
  readonly tool_input: HookToolInput;
  /** False when the call was refused before the tool saw it. */
  readonly executed: boolean;
  readonly success: boolean;
  readonly duration_ms: number;
  /** Whether it may have changed anything. */
  readonly mutating: boolean;
  /** What confined it: `none`, `seccomp`, `seatbelt` and so on. */
  readonly sandbox: string;
  /** Name of the policy. */
  readonly sandbox_policy: string;
  /** The beginning of what the model was told. */
  readonly output_preview: string;
}

export type HookToolInput =
  | { readonly input_type: "function"; readonly arguments: string }
  | { readonly input_type: "custom"; readonly input: string }
  | {
    readonly input_type: "local_shell";
    readonly params: {
      readonly command: readonly string[];
      readonly workdir: string | null;
      readonly timeout_ms: number | null;
      readonly sandbox_permissions: string | null;
      readonly justification: string | null;
      readonly prefix_rule: readonly string[] | null;
    };
  }
  | {
    readonly input_type: "mcp";
    readonly server: string;
    readonly tool: string;
    readonly arguments: string;
  };

/** `failed_continue` is logged and forgotten; `failed_abort` keeps later listeners from hearing of it and ends what is going on. */
export type HookOutcome =
  | { readonly type: "success" }
  | { readonly type: "failed_continue"; readonly error: string }
  | { readonly type: "failed_abort"; readonly error: string };

export type HookListener = (payload: HookPayload) => HookOutcome | Promise<HookOutcome>;

/** What the hooks that people configure are called at. */
export type LifecycleEventName = LifecycleInput["hook_event_name"];

interface LifecycleCommon {
  readonly session_id: ThreadId;
  /** The session's file; `null` = nothing is kept. */
  readonly transcript_path: AbsolutePath | null;
  readonly cwd: AbsolutePath;
  readonly model: string;
}

interface TurnCommon extends LifecycleCommon {
  readonly turn_id: TurnId;
}

export type PermissionMode = "default" | "plan" | "bypassPermissions";

interface Permitted {
  readonly permission_mode: PermissionMode;
}

interface ToolFacts {
  /** `Bash`, `apply_patch`, or the whole name of an MCP tool. */
  readonly tool_name: string;
  readonly tool_input: unknown;
}

/** The JSON object that a configured hook reads on stdin. */
export type LifecycleInput =
  | LifecycleCommon & Permitted & {
    readonly hook_event_name: "SessionStart";
    readonly source: SessionStartSource;
  }
  | TurnCommon & Permitted & {
    readonly hook_event_name: "UserPromptSubmit";
    readonly prompt: string;
  }
  | TurnCommon & Permitted & ToolFacts & {
    readonly hook_event_name: "PreToolUse";
    readonly tool_use_id: string;
  }
  | TurnCommon & Permitted & ToolFacts & { readonly hook_event_name: "PermissionRequest" }
  | TurnCommon & Permitted & ToolFacts & {
    readonly hook_event_name: "PostToolUse";
    readonly tool_use_id: string;
    readonly tool_response: unknown;
  }
  | TurnCommon & {
    readonly hook_event_name: "PreCompact" | "PostCompact";
    readonly trigger: "manual" | "auto";
  }
  | TurnCommon & Permitted & {
    readonly hook_event_name: "Stop";
    /** A hook has made this turn go on before. */
    readonly stop_hook_active: boolean;
    readonly last_assistant_message: string | null;
  };

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What only the place of an event knows of it; the thread fills in the rest. */
export type LifecycleEvent = Without<
  LifecycleInput,
  "session_id" | "turn_id" | "transcript_path" | "cwd" | "model" | "permission_mode"
>;

export type SessionStartSource = "startup" | "resume" | "compact";

/** What all hooks of one event said, put together. */
export interface HookReport {
  /** For people: what hooks want said, and which of them failed. */
  readonly warnings: readonly string[];
  /** For the model, as words of the developer. */
  readonly contexts: readonly string[];
  /** Why what is going on is refused, answered otherwise or, for `Stop`, goes on; `null` = nobody objects. */
  readonly block: string | null;
  /** Why everything is to stop; `null` = nobody wants that. */
  readonly stop: string | null;
  /** A person need not be asked any more. Only of `PermissionRequest`. */
  readonly allow: boolean;
  /** What the call is to be run with in place of what the model wrote; `undefined` = that. Only of `PreToolUse`. */
  readonly updatedInput: unknown;
}

/** The hooks that people configured. */
export interface LifecycleHooks {
  /** Whether there is any for the event; where there is none nothing needs to be prepared. */
  has(event: LifecycleEventName): boolean;
  /**
   * Runs those that match, side by side. Never throws: a hook that fails is a warning.
   *
   * @param names what matchers are held against; empty = the event has no matchers
   * @param signal kills them with all that they started
   */
  run(
    input: LifecycleInput,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<HookReport>;
}
