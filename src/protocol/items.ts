import type { AbsolutePath } from "./ids.ts";
import type { MessagePhase, WebSearchAction } from "./response_item.ts";

/** One piece of what a person hands in. */
export type UserInput =
  | { readonly type: "text"; readonly text: string; readonly textElements: readonly TextElement[] }
  | { readonly type: "image"; readonly imageUrl: string }
  | { readonly type: "local_image"; readonly path: AbsolutePath }
  | { readonly type: "skill"; readonly name: string; readonly path: string }
  | { readonly type: "mention"; readonly name: string; readonly path: string };

/** A stretch of the text that a front end shows as one element. Offsets are UTF-8 bytes. */
export interface TextElement {
  readonly byteRange: { readonly start: number; readonly end: number };
  readonly placeholder: string | null;
}

/** Display-only reading of a command line. Never used for a decision about safety. */
export type ParsedCommand =
  | { readonly type: "read"; readonly cmd: string; readonly name: string; readonly path: string }
  | { readonly type: "list_files"; readonly cmd: string; readonly path: string | null }
  | {
    readonly type: "search";
    readonly cmd: string;
    readonly query: string | null;
    readonly path: string | null;
  }
  | { readonly type: "unknown"; readonly cmd: string };

export type FileChange =
  | { readonly type: "add"; readonly content: string }
  | { readonly type: "delete"; readonly content: string }
  | {
    readonly type: "update";
    /** One line of context, no file headers. */
    readonly unifiedDiff: string;
    readonly movePath: AbsolutePath | null;
  };

export type CommandSource =
  | "agent"
  | "user_shell"
  | "unified_exec_startup"
  | "unified_exec_interaction";

/** What a finished command left behind. Streams are already capped; see `process/`. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly aggregatedOutput: string;
  /** −1 when no code is known (killed by a signal, refused, failed to start). */
  readonly exitCode: number;
  readonly durationMs: number;
  /** The text that the model is shown. */
  readonly formattedOutput: string;
}

export type PlanStepStatus = "pending" | "in_progress" | "completed";

export interface PlanStep {
  readonly step: string;
  readonly status: PlanStepStatus;
}

export interface UserMessageTurnItem {
  readonly type: "user_message";
  readonly id: string;
  readonly content: readonly UserInput[];
}

export interface AgentMessageTurnItem {
  readonly type: "agent_message";
  readonly id: string;
  readonly text: readonly string[];
  readonly phase: MessagePhase | null;
}

/** The proposed plan of Plan mode (not the checklist of `update_plan`). */
export interface ProposedPlanTurnItem {
  readonly type: "plan";
  readonly id: string;
  readonly text: string;
}

export interface ReasoningTurnItem {
  readonly type: "reasoning";
  readonly id: string;
  readonly summaryText: readonly string[];
  readonly rawContent: readonly string[];
}

export interface WebSearchTurnItem {
  readonly type: "web_search";
  readonly id: string;
  readonly query: string;
  readonly action: WebSearchAction;
}

export interface CompactionTurnItem {
  readonly type: "context_compaction";
  readonly id: string;
}

export interface CommandTurnItem {
  readonly type: "command_execution";
  /** The call id. */
  readonly id: string;
  readonly processId: string | null;
  /** As asked for: before the sandbox wraps it. */
  readonly command: readonly string[];
  readonly cwd: AbsolutePath;
  readonly parsedCommand: readonly ParsedCommand[];
  readonly source: CommandSource;
  readonly interactionInput: string | null;
  readonly status: "in_progress" | "completed" | "failed" | "declined";
  /** Null while it runs. */
  readonly result: CommandResult | null;
}

export interface FileChangeTurnItem {
  readonly type: "file_change";
  /** The call id. */
  readonly id: string;
  readonly changes: Readonly<Record<AbsolutePath, FileChange>>;
  /** Nobody was asked. */
  readonly autoApproved: boolean;
  readonly status: "in_progress" | "completed" | "failed" | "declined";
  readonly stdout: string;
  readonly stderr: string;
}

export interface McpToolCallTurnItem {
  readonly type: "mcp_tool_call";
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly status: "in_progress" | "completed" | "failed";
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: string | null;
  readonly durationMs: number | null;
}

export interface ImageViewTurnItem {
  readonly type: "image_view";
  readonly id: string;
  readonly path: AbsolutePath;
}

/** Something in a turn that a person can see, from its start to its end. */
export type TurnItem =
  | UserMessageTurnItem
  | AgentMessageTurnItem
  | ProposedPlanTurnItem
  | ReasoningTurnItem
  | WebSearchTurnItem
  | CompactionTurnItem
  | CommandTurnItem
  | FileChangeTurnItem
  | McpToolCallTurnItem
  | ImageViewTurnItem;
