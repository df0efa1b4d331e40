import type { AbsolutePath, SubmissionId } from "./ids.ts";
import type { UserAnswers } from "./event.ts";
import type { UserInput } from "./items.ts";
import type {
  ApprovalPolicy,
  CollaborationMode,
  ElicitationAction,
  Personality,
  ReasoningEffort,
  ReasoningSummary,
  ReviewDecision,
  SandboxPolicy,
} from "./policies.ts";

/** Settings that an Op may change; absent keeps the present value. */
export interface TurnSettings {
  readonly cwd?: AbsolutePath;
  readonly approvalPolicy?: ApprovalPolicy;
  readonly sandboxPolicy?: SandboxPolicy;
  readonly model?: string;
  /** `null` goes back to the model's default. */
  readonly effort?: ReasoningEffort | null;
  readonly summary?: ReasoningSummary;
  readonly collaborationMode?: CollaborationMode;
  readonly personality?: Personality;
}

/** Something that changes a thread. A question to the program is a function call instead, not an Op. */
export type Op =
  | {
    readonly type: "user_turn";
    readonly items: readonly UserInput[];
    /** Stay in force for later turns. */
    readonly settings: TurnSettings;
    /** JSON schema of the final answer; `null` = free text. */
    readonly outputSchema: unknown;
  }
  | { readonly type: "override_turn_context"; readonly settings: TurnSettings }
  | { readonly type: "interrupt" }
  | { readonly type: "clean_background_terminals" }
  | { readonly type: "exec_approval"; readonly id: string; readonly decision: ReviewDecision }
  | { readonly type: "patch_approval"; readonly id: string; readonly decision: ReviewDecision }
  /** `id` is the turn's; `null` answers cancel. */
  | {
    readonly type: "user_input_answer";
    readonly id: string;
    readonly answers: UserAnswers | null;
  }
  | {
    readonly type: "resolve_elicitation";
    readonly serverName: string;
    readonly requestId: string | number;
    readonly action: ElicitationAction;
  }
  | { readonly type: "run_user_shell_command"; readonly command: string }
  | { readonly type: "compact" }
  | { readonly type: "thread_rollback"; readonly numTurns: number }
  | { readonly type: "shutdown" };

export interface Submission {
  readonly id: SubmissionId;
  readonly op: Op;
}
