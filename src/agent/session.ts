import {
  effectiveWindow,
  History,
  ImageCache,
  rebuildHistory,
  TokenLedger,
} from "../context/mod.ts";
import type { ModelClient, ModelInfo } from "../model/mod.ts";
import type { CommandPolicy, LiveRules } from "../policy/mod.ts";
import type { ProcessTable, Shell } from "../process/mod.ts";
import type {
  AbsolutePath,
  ApprovalPolicy,
  EventBody,
  Personality,
  RateLimitSnapshot,
  ResponseItem,
  SandboxPolicy,
  SessionSource,
  SessionStartSource,
  SubmissionId,
  ThreadId,
  TokenUsage,
  TokenUsageInfo,
  TruncationPolicy,
  Verbosity,
  WebSearchMode,
} from "../protocol/mod.ts";
import type { RolloutItem, RolloutLine, RolloutRecorder } from "../rollout/mod.ts";
import type { Sandbox, SelfCommand } from "../sandbox/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import { type NetworkAccess, SessionApprovals } from "../tools/mod.ts";
import { EventQueue } from "./event_queue.ts";
import type { Hooks } from "./hooks.ts";
import { PendingAnswers } from "./pending_answers.ts";
import type { ThreadSettings } from "./settings.ts";

/** What a thread needs from the rest of the program; the composition root builds it. */
export interface ThreadServices {
  readonly client: ModelClient;
  findModel(slug: string): ModelInfo;
  noteModelsEtag(etag: string): void;
  sandbox(): Promise<Sandbox>;
  /** What works now, for a caller whose sandbox could not be set up any more. */
  renewSandbox(failed: Sandbox): Promise<Sandbox>;
  readonly policy: CommandPolicy;
  readonly rules: LiveRules;
  readonly hooks: Hooks;
  readonly self: SelfCommand;
  readonly shell: Shell;
  /** Environment of commands, policy applied. */
  readonly commandEnv: Readonly<Record<string, string>>;
  /** Environment of this program, for what it asks of others on its own account. */
  readonly hostEnv: Readonly<Record<string, string>>;
  wrapShell(argv: readonly string[], cwd: AbsolutePath): readonly string[];
  readonly tmpdir: AbsolutePath | null;
  /** The proxy that commands have to go through; `null` = there is none. */
  readonly network: NetworkAccess | null;
  readonly processes: ProcessTable;
  readonly logger: Logger;
  readonly now: () => number;
}

/** What stays the same for the life of a thread. */
export interface ThreadOptions {
  readonly id: ThreadId;
  readonly source: SessionSource;
  readonly settings: ThreadSettings;
  /** Sent as `instructions` with every request. */
  readonly baseInstructions: string;
  /** False when the base instructions already carry the tone. */
  readonly personalityApart: Personality | null;
  readonly developerInstructions: string | null;
  readonly userInstructions: string | null;
  /** Replaces the built-in request for a summary. */
  readonly compactPrompt: string | null;
  readonly verbosity: Verbosity | null;
  readonly webSearch: WebSearchMode;
  readonly limits: SettingLimits;
  readonly features: Readonly<Record<string, boolean>>;
  /** `null` = nothing is kept on disk. */
  readonly recorder: RolloutRecorder | null;
  /** Shown after `session_configured`, in order. */
  readonly notices: readonly EventBody[];
  /** Set for a thread that goes on with an older one. */
  readonly resumed: ResumedState | null;
}

/** Each says why a value may not be chosen; `null` = it may. */
export interface SettingLimits {
  approvalPolicy(policy: ApprovalPolicy): string | null;
  sandboxPolicy(policy: SandboxPolicy): string | null;
  webSearch(mode: WebSearchMode): string | null;
}

export interface ResumedState {
  /** What the session file says about the history, oldest first. */
  readonly lines: readonly RolloutLine[];
  readonly tokenInfo: TokenUsageInfo | null;
  /** Model of the last turn on file. */
  readonly lastModel: string | null;
}

/** The state of one thread: what the model has seen, what it cost, where events and records go. */
export class Session {
  readonly history = new History();
  readonly events = new EventQueue();
  readonly pending: PendingAnswers;
  readonly approvals = new SessionApprovals();
  readonly images = new ImageCache();
  /** Warnings that are told once. */
  readonly warned = new Set<string>();
  readonly ledger: TokenLedger;
  settings: ThreadSettings;
  /** Why the next request is the first of its kind, until the hooks have heard of it. */
  startsAs: SessionStartSource | null;
  rateLimits: RateLimitSnapshot | null = null;
  /** The server counts earlier encrypted reasoning itself. */
  reasoningIncluded = false;

  constructor(readonly options: ThreadOptions, readonly services: ThreadServices) {
    this.settings = options.settings;
    this.startsAs = options.resumed === null ? "startup" : "resume";
    this.pending = new PendingAnswers(services.logger);
    this.ledger = new TokenLedger(options.resumed?.tokenInfo ?? null);
  }

  get id(): ThreadId {
    return this.options.id;
  }

  /** Recorded first, then delivered. */
  async emit(id: SubmissionId, msg: EventBody): Promise<void> {
    const event = { id, msg };
    if (msg.type !== "item_delta") this.write([{ type: "event", event }]);
    await this.events.push(event);
  }

  /** The last word on a turn: on the disk before anyone hears it. */
  async emitFlushed(id: SubmissionId, msg: EventBody): Promise<void> {
    const event = { id, msg };
    this.write([{ type: "event", event }]);
    await this.flush();
    await this.events.push(event);
  }

  /** Appends to the session file; a failure there is reported by the recorder, once. */
  write(items: RolloutItem[]): void {
    this.options.recorder?.record(items);
  }

  /** Enters history and session file. */
  recordItems(items: readonly ResponseItem[], truncation?: TruncationPolicy): void {
    const stored = this.history.record(items, truncation ?? this.truncation());
    this.write(stored.map((item) => ({ type: "response_item", item })));
  }

  async flush(): Promise<void> {
    await this.options.recorder?.flush();
  }

  model(): ModelInfo {
    return this.services.findModel(this.settings.model);
  }

  /** Puts back what a resumed thread had seen. */
  restore(initialContext: readonly ResponseItem[]): void {
    const lines = this.options.resumed?.lines ?? [];
    const restored = rebuildHistory(lines, { truncation: this.truncation(), initialContext });
    this.history.replace(restored.items());
  }

  async addUsage(id: SubmissionId, usage: TokenUsage | null, model: ModelInfo): Promise<void> {
    const window = effectiveWindow(model);
    if (usage !== null) this.ledger.addUsage(usage, window);
    // A server that does not count must not keep the conversation from being compacted in time.
    else {this.ledger.setEstimate(
        this.history.estimateTokens(this.options.baseInstructions),
        window,
      );}
    await this.emitTokenCount(id);
  }

  async updateRateLimits(id: SubmissionId, snapshot: RateLimitSnapshot): Promise<void> {
    this.rateLimits = {
      ...snapshot,
      credits: snapshot.credits ?? this.rateLimits?.credits ?? null,
      planType: snapshot.planType ?? this.rateLimits?.planType ?? null,
    };
    await this.emitTokenCount(id);
  }

  /** Tells the reader what a resumed thread had used before; that is on record already. */
  async tellUsage(): Promise<void> {
    const info = this.ledger.info();
    if (info === null) return;
    const msg = { type: "token_count", info, rateLimits: this.rateLimits } as const;
    await this.events.push({ id: "", msg });
  }

  async emitTokenCount(id: SubmissionId): Promise<void> {
    await this.emit(id, {
      type: "token_count",
      info: this.ledger.info(),
      rateLimits: this.rateLimits,
    });
  }

  private truncation(): TruncationPolicy {
    return this.model().truncationPolicy;
  }
}
