import type { AbsolutePath, SubmissionId, ThreadId, TurnId } from "./ids.ts";
import type { FileChange, ParsedCommand, PlanStep, TurnItem } from "./items.ts";
import type {
  ApprovalPolicy,
  CollaborationModeKind,
  ReasoningEffort,
  SandboxPolicy,
} from "./policies.ts";
import type { ResponseItem } from "./response_item.ts";

/** Tokens of one response, or a sum of such. */
export interface TokenUsage {
  /** Cached ones included. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** Reasoning ones included. */
  readonly outputTokens: number;
  readonly reasoningOutputTokens: number;
  readonly totalTokens: number;
}

export interface TokenUsageInfo {
  readonly totalTokenUsage: TokenUsage;
  readonly lastTokenUsage: TokenUsage;
  /** The share of the window that a turn may fill; `null` = unknown. */
  readonly modelContextWindow: number | null;
}

export interface RateLimitWindow {
  readonly usedPercent: number;
  readonly windowMinutes: number | null;
  /** Unix seconds. */
  readonly resetsAt: number | null;
}

export interface RateLimitSnapshot {
  readonly limitId: string | null;
  readonly limitName: string | null;
  readonly primary: RateLimitWindow | null;
  readonly secondary: RateLimitWindow | null;
  readonly credits: {
    readonly hasCredits: boolean;
    readonly unlimited: boolean;
    readonly balance: string | null;
  } | null;
  readonly planType: string | null;
}

/** Machine-readable class of an error; the wire forms are derived from it at the rim. */
export type CodexErrorInfo =
  | { readonly type: "context_window_exceeded" }
  | { readonly type: "usage_limit_exceeded" }
  | { readonly type: "server_overloaded" }
  | { readonly type: "http_connection_failed"; readonly httpStatusCode: number | null }
  | { readonly type: "response_stream_connection_failed"; readonly httpStatusCode: number | null }
  | { readonly type: "internal_server_error" }
  | { readonly type: "unauthorized" }
  | { readonly type: "bad_request" }
  | { readonly type: "sandbox_error" }
  | { readonly type: "response_stream_disconnected"; readonly httpStatusCode: number | null }
  | { readonly type: "response_too_many_failed_attempts"; readonly httpStatusCode: number | null }
  | { readonly type: "thread_rollback_failed" }
  | { readonly type: "other" };

export interface TurnError {
  readonly message: string;
  readonly info: CodexErrorInfo;
  readonly additionalDetails: string | null;
}

/** A piece of an item that is still being made. Never recorded; may be coalesced under pressure. */
export type ItemDelta =
  | { readonly type: "agent_message"; readonly text: string }
  | { readonly type: "plan"; readonly text: string }
  | { readonly type: "reasoning_summary"; readonly text: string; readonly summaryIndex: number }
  | { readonly type: "reasoning_section_break"; readonly summaryIndex: number }
  | { readonly type: "reasoning_raw"; readonly text: string; readonly contentIndex: number }
  | {
    readonly type: "command_output";
    readonly stream: "stdout" | "stderr";
    /** Raw bytes, cut at UTF-8 boundaries where there are any; at most 8192. */
    readonly chunk: Uint8Array;
  };

export interface SessionConfigured {
  readonly type: "session_configured";
  readonly threadId: ThreadId;
  readonly forkedFromId: ThreadId | null;
  readonly threadName: string | null;
  readonly model: string;
  readonly modelProviderId: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly cwd: AbsolutePath;
  readonly reasoningEffort: ReasoningEffort | null;
  readonly historyLogId: number;
  readonly historyEntryCount: number;
  /** Where commands reach the network proxy, `host:port`; `null` = there is none. */
  readonly networkProxy: { readonly httpAddr: string; readonly socksAddr: string | null } | null;
  /** `null` when the thread is not kept on disk. */
  readonly rolloutPath: AbsolutePath | null;
}

/** A host that no rule of the network proxy names. */
export interface NetworkApprovalContext {
  readonly host: string;
  readonly protocol: "http" | "https" | "socks5_tcp" | "socks5_udp";
}

export interface ExecApprovalRequest {
  readonly type: "exec_approval_request";
  readonly callId: string;
  /** Where several questions come of one call: the answer then names this. `null` = it names the call. */
  readonly approvalId: string | null;
  readonly turnId: TurnId;
  readonly command: readonly string[];
  readonly cwd: AbsolutePath;
  readonly reason: string | null;
  /** The host that a running command wants to reach; `null` = the question is about the command itself. */
  readonly networkApprovalContext: NetworkApprovalContext | null;
  readonly proposedExecpolicyAmendment: readonly string[] | null;
  readonly parsedCommand: readonly ParsedCommand[];
}

export interface PatchApprovalRequest {
  readonly type: "apply_patch_approval_request";
  readonly callId: string;
  readonly turnId: TurnId;
  readonly changes: Readonly<Record<AbsolutePath, FileChange>>;
  readonly reason: string | null;
  readonly grantRoot: AbsolutePath | null;
}

/** An MCP server wants something of the person. */
export interface ElicitationRequest {
  readonly type: "elicitation_request";
  readonly serverName: string;
  /** The server's own id of its request. */
  readonly requestId: string | number;
  readonly message: string;
}

/** One question that the model wants a person to answer. */
export interface UserQuestion {
  readonly id: string;
  readonly header: string;
  readonly question: string;
  /** The person may write something else. */
  readonly isOther: boolean;
  readonly isSecret: boolean;
  readonly options: readonly { readonly label: string; readonly description: string }[] | null;
}

/** Question id → the chosen or written answers. */
export type UserAnswers = Readonly<Record<string, readonly string[]>>;

/** What happened. Item started / updated / completed is the one vocabulary for the work of a turn. */
export type EventBody =
  | SessionConfigured
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "background"; readonly message: string }
  | {
    readonly type: "deprecation_notice";
    readonly summary: string;
    readonly details: string | null;
  }
  | { readonly type: "error"; readonly error: TurnError }
  /** A request failed and will be made again. */
  | { readonly type: "stream_error"; readonly error: TurnError }
  | {
    readonly type: "turn_started";
    readonly turnId: TurnId;
    readonly modelContextWindow: number | null;
    readonly collaborationModeKind: CollaborationModeKind;
  }
  | {
    readonly type: "turn_completed";
    readonly turnId: TurnId;
    readonly lastAgentMessage: string | null;
  }
  | {
    readonly type: "turn_aborted";
    readonly turnId: TurnId | null;
    readonly reason: "interrupted" | "replaced" | "review_ended";
  }
  | { readonly type: "item_started"; readonly turnId: TurnId; readonly item: TurnItem }
  | { readonly type: "item_updated"; readonly turnId: TurnId; readonly item: TurnItem }
  | { readonly type: "item_completed"; readonly turnId: TurnId; readonly item: TurnItem }
  | {
    readonly type: "item_delta";
    readonly turnId: TurnId;
    readonly itemId: string;
    readonly delta: ItemDelta;
  }
  | {
    readonly type: "token_count";
    readonly info: TokenUsageInfo | null;
    readonly rateLimits: RateLimitSnapshot | null;
  }
  | { readonly type: "turn_diff"; readonly unifiedDiff: string }
  /** The checklist of `update_plan`, whole each time. */
  | {
    readonly type: "plan_update";
    readonly explanation: string | null;
    readonly plan: readonly PlanStep[];
  }
  | {
    readonly type: "model_reroute";
    readonly fromModel: string;
    readonly toModel: string;
    readonly reason: "high_risk_cyber_activity";
  }
  | {
    readonly type: "terminal_interaction";
    /** Call id of the command that opened the terminal. */
    readonly callId: string;
    readonly processId: string;
    readonly stdin: string;
  }
  | ExecApprovalRequest
  | PatchApprovalRequest
  | ElicitationRequest
  | {
    readonly type: "request_user_input";
    readonly callId: string;
    readonly turnId: TurnId;
    readonly questions: readonly UserQuestion[];
  }
  | { readonly type: "thread_rolled_back"; readonly numTurns: number }
  /** For integrators that opt in: each item as it enters the history. */
  | { readonly type: "raw_response_item"; readonly item: ResponseItem }
  | { readonly type: "shutdown_complete" };

export interface Event {
  /** The submission it belongs to; `""` for `session_configured` and the start-up notices after it. */
  readonly id: SubmissionId;
  readonly msg: EventBody;
}
