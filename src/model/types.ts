import type {
  CodexErrorInfo,
  ModelProvider,
  Personality,
  RateLimitSnapshot,
  ReasoningEffort,
  ReasoningSummary,
  ResponseItem,
  TokenUsage,
  TruncationPolicy,
  Verbosity,
} from "../protocol/mod.ts";

/** What a request carries to prove who asks. */
export interface AuthHeaders {
  /** Complete header value, such as `Bearer …`; `null` = send none. */
  readonly authorization: string | null;
  readonly accountId: string | null;
  /** Which login it came from; decides the vendor's address and compression. */
  readonly kind: "chatgpt" | "api_key" | "none";
}

/** The narrow port through which `model/` asks for credentials. `auth/` fits it; tests pass a literal. */
export interface Credentials {
  get(signal: AbortSignal): Promise<AuthHeaders>;
  /**
   * Called after a 401. Resolves to true when other headers are worth one more try; rejects with a
   * {@link ModelError}-shaped failure when the login is known to be dead.
   */
  afterRejection(rejected: AuthHeaders, signal: AbortSignal): Promise<boolean>;
  /** Told what time it is, in milliseconds since the epoch, by servers that the login is sent to. */
  noteServerTime?(ms: number): void;
}

export type ShellToolType = "default" | "local" | "unified_exec" | "disabled" | "shell_command";

/** One entry of the model catalogue, with config overrides applied. */
export interface ModelInfo {
  readonly slug: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly defaultReasoningEffort: ReasoningEffort | null;
  readonly supportedReasoningEfforts: readonly {
    readonly effort: ReasoningEffort;
    readonly description: string;
  }[];
  readonly shellType: ShellToolType;
  readonly visibility: "list" | "hide" | "none";
  readonly supportedInApi: boolean;
  readonly priority: number;
  /** Slug that the vendor recommends instead. */
  readonly upgrade: string | null;
  /** `null` = our own base prompt. May hold `{{ personality }}`. */
  readonly baseInstructions: string | null;
  readonly personalityTexts: Readonly<Partial<Record<Personality | "default", string>>> | null;
  readonly supportsReasoningSummaries: boolean;
  readonly supportsVerbosity: boolean;
  readonly defaultVerbosity: Verbosity | null;
  readonly applyPatchToolType: "freeform" | "function" | null;
  readonly truncationPolicy: TruncationPolicy;
  readonly supportsParallelToolCalls: boolean;
  readonly contextWindow: number | null;
  readonly autoCompactTokenLimit: number | null;
  readonly effectiveContextWindowPercent: number;
  readonly experimentalSupportedTools: readonly string[];
  readonly inputModalities: readonly ("text" | "image")[];
  /** True when the slug is not in the catalogue and everything here is a guess. */
  readonly isFallback: boolean;
}

/** One sampling request. Keys become the body in the order that the spec fixes. */
export interface ModelRequest {
  readonly model: ModelInfo;
  readonly instructions: string;
  readonly input: readonly ResponseItem[];
  /** Tool definitions in wire form. */
  readonly tools: readonly unknown[];
  readonly parallelToolCalls: boolean;
  readonly effort: ReasoningEffort | null;
  readonly summary: ReasoningSummary;
  readonly verbosity: Verbosity | null;
  readonly outputSchema: unknown;
  readonly promptCacheKey: string;
}

/** Facts that belong to one turn and travel as headers. */
export interface TurnHeaders {
  readonly threadId: string;
  /** JSON for `x-codex-turn-metadata`; `null` = not ready yet. */
  readonly turnMetadata: string | null;
  /** Label for `x-openai-subagent`; `null` for ordinary threads. */
  readonly subagent: string | null;
}

export type ResponseEvent =
  | { readonly type: "created" }
  | { readonly type: "item_added"; readonly item: ResponseItem }
  | { readonly type: "item_done"; readonly item: ResponseItem }
  | { readonly type: "text_delta"; readonly delta: string }
  | { readonly type: "reasoning_summary_delta"; readonly delta: string; readonly index: number }
  | { readonly type: "reasoning_raw_delta"; readonly delta: string; readonly index: number }
  | { readonly type: "reasoning_summary_part"; readonly index: number }
  | { readonly type: "server_model"; readonly model: string }
  | { readonly type: "rate_limits"; readonly snapshot: RateLimitSnapshot }
  | { readonly type: "models_etag"; readonly etag: string }
  | { readonly type: "server_reasoning_included" }
  | {
    readonly type: "completed";
    readonly responseId: string;
    readonly usage: TokenUsage | null;
  };

/** What went wrong with a request, by cause. */
export type ModelErrorCode =
  | "aborted"
  | "missing_env_var"
  | "bad_request"
  | "invalid_image"
  | "unauthorized"
  | "unexpected_status"
  | "usage_limit_reached"
  | "usage_not_included"
  | "quota_exceeded"
  | "rate_limited"
  | "retry_limit"
  | "internal_server_error"
  | "server_overloaded"
  | "context_window_exceeded"
  | "invalid_prompt"
  | "connection_failed"
  | "stream_disconnected"
  | "idle_timeout";

export interface ModelErrorDetails {
  readonly code: ModelErrorCode;
  readonly info: CodexErrorInfo;
  /** The turn loop may make the request again. */
  readonly retryable: boolean;
  /** Delay that the server asked for. */
  readonly retryAfterMs: number | null;
  readonly rateLimits: RateLimitSnapshot | null;
  /** Status of the answer, when the failure came as one. */
  readonly httpStatus?: number | null;
}

/** State of one turn towards the server: the sticky `x-codex-turn-state` header lives here. */
export interface ModelTurn {
  /**
   * Makes one request and yields its events until `completed`; throws a `ModelError` otherwise. Ending the
   * iteration early closes the connection.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ResponseEvent>;
}

export interface ModelClient {
  readonly provider: ModelProvider;
  /** One per turn. */
  openTurn(headers: () => TurnHeaders): ModelTurn;
}

/** Settings from config that shape requests. */
export interface ModelClientOptions {
  readonly provider: ModelProvider;
  readonly credentials: Credentials;
  /** Environment for `env_key` and `env_http_headers`. */
  readonly env: Readonly<Record<string, string>>;
  readonly originator: string;
  readonly userAgent: string;
  readonly version: string;
  /** Comma list for `x-codex-beta-features`; empty = header absent. */
  readonly betaFeatures: readonly string[];
  readonly residency: "us" | null;
  readonly enableRequestCompression: boolean;
  /** Replaces the network by a file of server-sent events (`CODEX_RS_SSE_FIXTURE`). */
  readonly fixture: string | null;
  /** Milliseconds since the epoch; the system clock by default. */
  readonly now?: () => number;
}

/** What config may say about a model, over the catalogue. */
export interface ModelOverrides {
  readonly contextWindow: number | null;
  readonly autoCompactTokenLimit: number | null;
  readonly toolOutputTokenLimit: number | null;
  readonly supportsReasoningSummaries: boolean | null;
}

export type { ReasoningSummary };
