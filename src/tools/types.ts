import type {
  AbsolutePath,
  ApprovalPolicy,
  CollaborationModeKind,
  EventBody,
  FileChange,
  FunctionCallOutputItem,
  NetworkApprovalContext,
  ParsedCommand,
  ResponseItem,
  ReviewDecision,
  SandboxPolicy,
  TruncationPolicy,
  TurnId,
  UserAnswers,
  UserQuestion,
  WebSearchMode,
} from "../protocol/mod.ts";
import type { CommandPolicy, RuleSet } from "../policy/mod.ts";
import type { ProcessTable, Shell } from "../process/mod.ts";
import type { Sandbox, SelfCommand } from "../sandbox/mod.ts";
import type { ImageCache } from "../context/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import type { NetworkAccess } from "./network_access.ts";
import type { SessionApprovals } from "./session_approvals.ts";
import type { ToolHooks } from "./tool_hooks.ts";

/** What a tool may ask of the thread that runs it. `agent/` implements it. */
export interface ToolHost {
  /** Recorded first where it must be, then delivered. */
  emit(event: EventBody): Promise<void>;
  /** A warning for the person, told once in a session however often it is due. */
  warnOnce(message: string): Promise<void>;
  askExecApproval(request: {
    readonly callId: string;
    /** Tells several questions of one call apart; `null` = the call's id does. */
    readonly approvalId: string | null;
    readonly command: readonly string[];
    readonly cwd: AbsolutePath;
    readonly reason: string | null;
    /** Set when the question is about a host that the running command wants to reach. */
    readonly network: NetworkApprovalContext | null;
    /** The prefix that a person may allow for good. */
    readonly proposedPrefix: readonly string[] | null;
    readonly parsedCommand: readonly ParsedCommand[];
  }): Promise<ReviewDecision>;
  /** Allows every command that begins like this from now on. A failure is told, not thrown. */
  allowPrefix(prefix: readonly string[]): Promise<void>;
  askPatchApproval(request: {
    readonly callId: string;
    /** As the model wrote it. */
    readonly patch: string;
    readonly changes: Readonly<Record<AbsolutePath, FileChange>>;
    readonly reason: string | null;
    readonly grantRoot: AbsolutePath | null;
  }): Promise<ReviewDecision>;
  /** Waits for a person. `null` = they, or an interrupt, cancelled it. */
  askUser(request: {
    readonly callId: string;
    readonly questions: readonly UserQuestion[];
  }): Promise<UserAnswers | null>;
  /** Enters the history at once, before the output of the running call. */
  recordItem(item: ResponseItem): Promise<void>;
  /** Reaches the model with the next request, as user input. */
  queueInput(item: ResponseItem): void;
}

/** The settings of the running turn that tools read. */
export interface ToolContext {
  readonly turnId: TurnId;
  readonly threadId: string;
  readonly cwd: AbsolutePath;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly policy: CommandPolicy;
  /** The rules as they are now. */
  rules(): RuleSet;
  /** What a person approved for the whole session. */
  readonly approvals: SessionApprovals;
  readonly mode: CollaborationModeKind;
  readonly truncation: TruncationPolicy;
  readonly acceptsImages: boolean;
  readonly images: ImageCache;
  readonly shell: Shell;
  /** Environment of commands, policy applied. */
  readonly commandEnv: Readonly<Record<string, string>>;
  readonly tmpdir: AbsolutePath | null;
  /** The proxy that commands have to go through; `null` = the policy alone decides about the network. */
  readonly network: NetworkAccess | null;
  /** Probed once per process, on first use. */
  sandbox(): Promise<Sandbox>;
  /** What works now, for a caller whose sandbox could not be set up any more. */
  renewSandbox(failed: Sandbox): Promise<Sandbox>;
  readonly self: SelfCommand;
  /** Spares a login shell its start-up files when they have been read before; else gives `argv` back. */
  wrapShell(argv: readonly string[], cwd: AbsolutePath): readonly string[];
  readonly now: () => number;
  readonly processes: ProcessTable;
  readonly diff: TurnDiffRecorder;
  readonly host: ToolHost;
  /** `null` = nobody has any, and calls run as if there were none. */
  readonly hooks: ToolHooks | null;
  readonly logger: Logger;
}

/** Remembers what files looked like before the turn's first patch touched them. */
export interface TurnDiffRecorder {
  before(changes: Readonly<Record<AbsolutePath, FileChange>>): Promise<void>;
  /** Git-style diff of the turn so far; `""` = nothing changed. */
  unifiedDiff(): Promise<string>;
}

/** What the model asked for, by kind of output item. */
export type ToolPayload =
  | { readonly kind: "function"; readonly arguments: string }
  | { readonly kind: "custom"; readonly input: string }
  | {
    readonly kind: "local_shell";
    readonly command: readonly string[];
    readonly timeoutMs: number | null;
    readonly workdir: string | null;
  };

export interface ToolCall {
  readonly callId: string;
  readonly name: string;
  readonly payload: ToolPayload;
}

/** What goes back to the model. `success` is for hooks and telemetry; it is never sent. */
export interface ToolOutput {
  readonly body: FunctionCallOutputItem["output"];
  readonly success: boolean;
}

/** One thing that the model can call. */
export interface Tool {
  readonly name: string;
  /** Definition in wire form; `null` = callable but not offered. */
  readonly spec: unknown | null;
  /** May run beside other tools of this kind. */
  readonly parallel: boolean;
  accepts(payload: ToolPayload): boolean;
  /**
   * The model has begun to write a call: begins to load what takes a while, so that it is there when the call is
   * complete. A call may still not follow.
   */
  prepare?(context: ToolContext): void;
  run(call: ToolCall, context: ToolContext, signal: AbortSignal): Promise<ToolOutput>;
}

/** What decides which tools a request carries. */
export interface ToolsetOptions {
  readonly shellType: "default" | "local" | "unified_exec" | "disabled" | "shell_command";
  readonly applyPatchType: "freeform" | "function" | null;
  readonly webSearch: WebSearchMode;
  readonly collaborationModes: boolean;
}
