import type {
  CommandTurnItem,
  Event,
  FileChangeTurnItem,
  McpToolCallTurnItem,
  PlanStep,
  TokenUsage,
  TurnError,
  TurnItem,
  WebSearchTurnItem,
} from "../protocol/mod.ts";
import { shlexJoin } from "../app/mod.ts";

type Wire = Readonly<Record<string, unknown>>;
type LongItem = CommandTurnItem | McpToolCallTurnItem | WebSearchTurnItem;

/** What a turn that was stopped from outside says in `turn.failed`. Clients match on it. */
const INTERRUPTED = "interrupted";
const LOST = "the session ended before the turn did";

const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
  totalTokens: 0,
};

function usageOf(now: TokenUsage, before: TokenUsage): Wire {
  return {
    input_tokens: now.inputTokens - before.inputTokens,
    cached_input_tokens: now.cachedInputTokens - before.cachedInputTokens,
    output_tokens: now.outputTokens - before.outputTokens,
  };
}

/** One line for a person: the message, with what is known beyond it in brackets. */
export function errorText(error: TurnError): string {
  return error.additionalDetails === null
    ? error.message
    : `${error.message} (${error.additionalDetails})`;
}

function commandFields(item: CommandTurnItem): Wire {
  const { result } = item;
  let status = "in_progress";
  if (result !== null) {
    status = result.exitCode === 0 && item.status !== "declined" ? "completed" : "failed";
  } else if (item.status !== "in_progress") status = "failed";
  return {
    type: "command_execution",
    command: shlexJoin(item.command),
    aggregated_output: result?.aggregatedOutput ?? "",
    exit_code: result?.exitCode ?? null,
    status,
  };
}

function mcpFields(item: McpToolCallTurnItem): Wire {
  return {
    type: "mcp_tool_call",
    server: item.server,
    tool: item.tool,
    arguments: item.arguments ?? null,
    result: item.result === null ? null : {
      content: item.result["content"] ?? [],
      structured_content: item.result["structuredContent"] ?? null,
    },
    error: item.error === null ? null : { message: item.error },
    status: item.status,
  };
}

function longItemFields(item: LongItem): Wire {
  switch (item.type) {
    case "command_execution":
      return commandFields(item);
    case "mcp_tool_call":
      return mcpFields(item);
    case "web_search":
      return { type: "web_search", query: item.query, action: item.action };
  }
}

/** How an item looks whose end was never reported, because the turn was stopped. */
function stoppedFields(item: LongItem): Wire {
  switch (item.type) {
    case "command_execution":
      return commandFields({ ...item, status: "failed" });
    case "mcp_tool_call":
      return mcpFields({ ...item, status: "failed", error: INTERRUPTED });
    case "web_search":
      return longItemFields(item);
  }
}

function fileChangeFields(item: FileChangeTurnItem): Wire {
  return {
    type: "file_change",
    changes: Object.entries(item.changes).map(([path, change]) => ({ path, kind: change.type })),
    status: item.status === "completed" ? "completed" : "failed",
  };
}

function todoFields(plan: readonly PlanStep[]): Wire {
  return {
    type: "todo_list",
    items: plan.map((step) => ({ text: step.step, completed: step.status === "completed" })),
  };
}

/**
 * Turns what happened into the lines of `codex exec --json`: one JSON object a line, without line ends. Item ids
 * (`item_0`, `item_1`, …) count over the whole process, so one encoder serves one run.
 *
 * The lines are a contract with every client that parses them: type first, then the keys in the order written here;
 * nulls are printed.
 */
export class JsonlEncoder {
  #nextItem = 0;
  /** Begun and not ended: inner id → item id on the wire. */
  readonly #open = new Map<string, { readonly id: string; readonly item: LongItem }>();
  readonly #begunPatches = new Set<string>();
  #plan: { readonly id: string; readonly steps: readonly PlanStep[] } | null = null;
  #failure: string | null = null;
  /** What the thread has used so far; `null` = not known. */
  #total: TokenUsage | null;
  #turnStart: TokenUsage | null = null;

  /** What earlier turns of a resumed thread have used is known once an event tells. */
  constructor({ resumed }: { readonly resumed: boolean }) {
    this.#total = resumed ? null : NO_TOKENS;
  }

  lines(event: Event): string[] {
    return this.#objects(event).map((object) => JSON.stringify(object));
  }

  /** The lines that close everything when the thread has ended without ending its turn. */
  lost(): string[] {
    this.#failure ??= LOST;
    return [...this.#endOfItems(true), this.#endOfTurn()].map((object) => JSON.stringify(object));
  }

  #objects({ msg }: Event): Wire[] {
    switch (msg.type) {
      case "session_configured":
        return [{ type: "thread.started", thread_id: msg.threadId }];
      case "turn_started":
        this.#failure = null;
        this.#turnStart = this.#total;
        return [{ type: "turn.started" }];
      case "turn_completed":
        return [...this.#endOfItems(false), this.#endOfTurn()];
      case "turn_aborted":
        this.#failure ??= INTERRUPTED;
        return [...this.#endOfItems(true), this.#endOfTurn()];
      case "item_started":
        return this.#started(msg.item);
      case "item_completed":
        return this.#completed(msg.item);
      case "plan_update":
        return [this.#planLine(msg.plan)];
      case "token_count":
        if (msg.info !== null) this.#total = msg.info.totalTokenUsage;
        return [];
      case "warning":
        return [this.#whole({ type: "error", message: msg.message })];
      case "stream_error":
        return [{ type: "error", message: errorText(msg.error), will_retry: true }];
      case "error":
        this.#failure = errorText(msg.error);
        return [{ type: "error", message: this.#failure }];
      case "background":
      case "deprecation_notice":
      case "item_updated":
      case "item_delta":
      case "turn_diff":
      case "model_reroute":
      case "terminal_interaction":
      case "exec_approval_request":
      case "apply_patch_approval_request":
      case "elicitation_request":
      case "request_user_input":
      case "thread_rolled_back":
      case "raw_response_item":
      case "shutdown_complete":
        return [];
    }
  }

  #newId(): string {
    return `item_${this.#nextItem++}`;
  }

  #whole(fields: Wire): Wire {
    return { type: "item.completed", item: { id: this.#newId(), ...fields } };
  }

  #begin(item: LongItem): Wire {
    const id = this.#newId();
    this.#open.set(item.id, { id, item });
    return { type: "item.started", item: { id, ...longItemFields(item) } };
  }

  #end(item: LongItem, id: string): Wire {
    this.#open.delete(item.id);
    return { type: "item.completed", item: { id, ...longItemFields(item) } };
  }

  #started(item: TurnItem): Wire[] {
    switch (item.type) {
      case "command_execution":
      case "mcp_tool_call":
        return [this.#begin(item)];
      case "web_search":
        // What is searched for is only known at the end.
        return [this.#begin({ ...item, query: "", action: { type: "other" } })];
      case "file_change":
        this.#begunPatches.add(item.id);
        return [];
      case "user_message":
      case "agent_message":
      case "plan":
      case "reasoning":
      case "context_compaction":
      case "image_view":
        return [];
    }
  }

  #completed(item: TurnItem): Wire[] {
    switch (item.type) {
      case "command_execution": {
        const open = this.#open.get(item.id);
        return open === undefined ? [] : [this.#end(item, open.id)];
      }
      case "mcp_tool_call":
      case "web_search":
        return [this.#end(item, this.#open.get(item.id)?.id ?? this.#newId())];
      case "file_change":
        return this.#begunPatches.delete(item.id) ? [this.#whole(fileChangeFields(item))] : [];
      case "agent_message":
        return item.text.map((text) => this.#whole({ type: "agent_message", text }));
      case "reasoning":
        return item.summaryText.map((text) => this.#whole({ type: "reasoning", text }));
      case "user_message":
      case "plan":
      case "context_compaction":
      case "image_view":
        return [];
    }
  }

  #planLine(steps: readonly PlanStep[]): Wire {
    const type = this.#plan === null ? "item.started" : "item.updated";
    const id = this.#plan?.id ?? this.#newId();
    this.#plan = { id, steps };
    return { type, item: { id, ...todoFields(steps) } };
  }

  /** The checklist, then whatever is still open: every item that was started is completed before the turn ends. */
  #endOfItems(stopped: boolean): Wire[] {
    const lines: Wire[] = [];
    if (this.#plan !== null) {
      const { id, steps } = this.#plan;
      lines.push({ type: "item.completed", item: { id, ...todoFields(steps) } });
      this.#plan = null;
    }
    for (const { id, item } of this.#open.values()) {
      // A command that outlives its turn says so: its status stays "in_progress".
      const fields = stopped ? stoppedFields(item) : longItemFields(item);
      lines.push({ type: "item.completed", item: { id, ...fields } });
    }
    this.#open.clear();
    this.#begunPatches.clear();
    return lines;
  }

  #endOfTurn(): Wire {
    if (this.#failure !== null) return { type: "turn.failed", error: { message: this.#failure } };
    const total = this.#total ?? NO_TOKENS;
    return {
      type: "turn.completed",
      usage: usageOf(total, NO_TOKENS),
      ...(this.#turnStart === null ? {} : { turn_usage: usageOf(total, this.#turnStart) }),
    };
  }
}
