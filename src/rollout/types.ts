import type {
  AbsolutePath,
  ApprovalPolicy,
  CollaborationMode,
  Event,
  Personality,
  ReasoningEffort,
  ReasoningSummary,
  ResponseItem,
  SandboxPolicy,
  SessionSource,
  ThreadId,
  TruncationPolicy,
  TurnId,
} from "../protocol/mod.ts";

/** First line of a session file. */
export interface SessionMeta {
  readonly id: ThreadId;
  readonly forkedFromId: ThreadId | null;
  /** Start of the session: ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  readonly cwd: AbsolutePath;
  readonly originator: string;
  readonly cliVersion: string;
  readonly source: SessionSource;
  readonly modelProvider: string | null;
  readonly baseInstructions: string | null;
  /** Tools that a client brought, in wire form; absent and `[]` = none. */
  readonly dynamicTools?: readonly unknown[];
  /** `null` outside a repository. */
  readonly git: {
    readonly commitHash: string | null;
    readonly branch: string | null;
    readonly repositoryUrl: string | null;
  } | null;
}

/** The settings that a request was made with. */
export interface TurnContextRecord {
  readonly turnId: TurnId | null;
  readonly cwd: AbsolutePath;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** Present only when managed settings restrict hosts. */
  readonly network?: {
    readonly allowedDomains: readonly string[];
    readonly deniedDomains: readonly string[];
  };
  readonly model: string;
  readonly personality: Personality | null;
  readonly collaborationMode: CollaborationMode | null;
  readonly effort: ReasoningEffort | null;
  readonly summary: ReasoningSummary;
  readonly userInstructions: string | null;
  readonly developerInstructions: string | null;
  /** JSON schema of the final answer; `null` = none. */
  readonly finalOutputJsonSchema: unknown;
  readonly truncationPolicy: TruncationPolicy | null;
}

/** Something to put on record. */
export type RolloutItem =
  | { readonly type: "session_meta"; readonly meta: SessionMeta }
  | { readonly type: "response_item"; readonly item: ResponseItem }
  | { readonly type: "turn_context"; readonly context: TurnContextRecord }
  | {
    readonly type: "compacted";
    readonly message: string;
    readonly replacementHistory: readonly ResponseItem[] | null;
  }
  /** Becomes the older event lines that the policy keeps, often none. */
  | { readonly type: "event"; readonly event: Event };

/** Something read back. Events stay in the older vocabulary: not all of them have an inner twin. */
export type RolloutLine =
  | Extract<RolloutItem, { readonly type: "session_meta" | "response_item" | "compacted" }>
  | {
    readonly type: "turn_context";
    readonly model: string;
    /** Whole payload, wire form. */
    readonly payload: Readonly<Record<string, unknown>>;
  }
  | { readonly type: "event_msg"; readonly msg: Readonly<Record<string, unknown>> };

/** How much is kept of what happened. `extended` is for clients that show old sessions in full. */
export type PersistenceMode = "limited" | "extended";
