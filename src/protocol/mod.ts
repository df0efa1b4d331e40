/**
 * Types that cross rooms: what is submitted (Op), what happened (Event), what the model sees (ResponseItem),
 * what a person sees (TurnItem), ids and policies. No logic, no imports from other rooms.
 *
 * Start with `op.ts` and `event.ts`.
 *
 * @module
 */
export type { AbsolutePath, SubmissionId, ThreadId, TurnId } from "./ids.ts";
export type {
  ApprovalPolicy,
  CollaborationMode,
  CollaborationModeKind,
  ElicitationAction,
  Personality,
  ReadAccess,
  ReasoningEffort,
  ReasoningSummary,
  ReviewDecision,
  SandboxMode,
  SandboxPolicy,
  SessionSource,
  SubAgentSource,
  TruncationPolicy,
  Verbosity,
  WebSearchMode,
  WorkspaceWritePolicy,
} from "./policies.ts";
export type {
  CompactionItem,
  ContentItem,
  CustomToolCallItem,
  CustomToolCallOutputItem,
  FunctionCallItem,
  FunctionCallOutputItem,
  GhostSnapshotItem,
  LocalShellCallItem,
  MessageItem,
  MessagePhase,
  OutputContentItem,
  ReasoningItem,
  ResponseItem,
  ToolCallItem,
  WebSearchAction,
  WebSearchCallItem,
} from "./response_item.ts";
export type {
  AgentMessageTurnItem,
  CommandResult,
  CommandSource,
  CommandTurnItem,
  CompactionTurnItem,
  FileChange,
  FileChangeTurnItem,
  ImageViewTurnItem,
  McpToolCallTurnItem,
  ParsedCommand,
  PlanStep,
  PlanStepStatus,
  ProposedPlanTurnItem,
  ReasoningTurnItem,
  TextElement,
  TurnItem,
  UserInput,
  UserMessageTurnItem,
  WebSearchTurnItem,
} from "./items.ts";
export type { ModelProvider, WireApi } from "./provider.ts";
export type { Op, Submission, TurnSettings } from "./op.ts";
export type {
  CodexErrorInfo,
  ElicitationRequest,
  Event,
  EventBody,
  ExecApprovalRequest,
  ItemDelta,
  NetworkApprovalContext,
  PatchApprovalRequest,
  RateLimitSnapshot,
  RateLimitWindow,
  SessionConfigured,
  TokenUsage,
  TokenUsageInfo,
  TurnError,
  UserAnswers,
  UserQuestion,
} from "./event.ts";
export type {
  AfterAgentEvent,
  AfterToolUseEvent,
  HookListener,
  HookOutcome,
  HookPayload,
  HookReport,
  HookToolInput,
  LifecycleEvent,
  LifecycleEventName,
  LifecycleHooks,
  LifecycleInput,
  PermissionMode,
  SessionStartSource,
} from "./hooks.ts";
