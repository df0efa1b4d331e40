import type {
  CommandTurnItem,
  Event,
  FileChangeTurnItem,
  McpToolCallTurnItem,
  PlanStep,
  TurnItem,
  WebSearchTurnItem,
} from "../protocol/mod.ts";
import { errorText } from "./jsonl.ts";
import { durationText, firstLines, readable } from "./readable.ts";
import { shlexJoin } from "../app/mod.ts";
import type { Style } from "./style.ts";

/** Lines of one command's or tool's output that are worth a person's time. */
const SHOWN_LINES = 20;

export interface BannerFacts {
  readonly version: string;
  readonly workdir: string;
  readonly model: string;
  readonly provider: string;
  readonly approval: string;
  readonly sandbox: string;
  readonly reasoningEffort: string;
  readonly reasoningSummaries: string;
  readonly threadId: string;
  readonly prompt: string;
}

/** What is about to run, with which settings. The labels are read by scripts. */
export function banner(facts: BannerFacts, style: Style): string {
  const rows: readonly (readonly [string, string])[] = [
    ["workdir", facts.workdir],
    ["model", facts.model],
    ["provider", facts.provider],
    ["approval", facts.approval],
    ["sandbox", facts.sandbox],
    ["reasoning effort", facts.reasoningEffort],
    ["reasoning summaries", facts.reasoningSummaries],
    ["session id", facts.threadId],
  ];
  return [
    `OpenAI Codex v${facts.version} (research preview)`,
    "--------",
    ...rows.map(([label, value]) => `${style.bold(`${label}:`)} ${readable(value)}`),
    "--------",
    style.heading("user"),
    readable(facts.prompt).trimEnd(),
    "",
  ].join("\n");
}

export interface HumanOptions {
  readonly style: Style;
  readonly hideReasoning: boolean;
  readonly showRawReasoning: boolean;
}

const PLAN_MARKS: Readonly<Record<PlanStep["status"], string>> = {
  completed: "✓",
  in_progress: "→",
  pending: "•",
};

/**
 * Tells a person what happens, event by event. Returns the text to append to stderr; writes nothing itself.
 * One printer serves one run: it remembers which command's line is still without its end.
 */
export class HumanPrinter {
  readonly #style: Style;
  readonly #options: HumanOptions;
  /** Call id of the command whose line has no line end yet. */
  #unfinishedLine: string | null = null;
  #turnDiff = "";
  #tokens: number | null = null;

  constructor(options: HumanOptions) {
    this.#options = options;
    this.#style = options.style;
  }

  text(event: Event): string {
    const { msg } = event;
    const unfinished = this.#unfinishedLine;
    if (unfinished === null) return this.#block(event);
    this.#unfinishedLine = null;
    if (msg.type === "item_completed" && msg.item.id === unfinished) {
      return msg.item.type === "command_execution" ? this.#commandEnd(msg.item) : "\n";
    }
    const text = this.#block(event);
    // When something else happens while a command runs, its end will repeat which one it was.
    if (text !== "") return `\n${text}`;
    this.#unfinishedLine = unfinished;
    return "";
  }

  /** What the whole thread has cost, once the turn is over. */
  closing(): string {
    const pending = this.#unfinishedLine === null ? "" : "\n";
    this.#unfinishedLine = null;
    if (this.#tokens === null) return pending;
    // Loading the locale data for `toLocaleString` would cost more than all other printing.
    const count = String(this.#tokens).replaceAll(/\B(?=(\d{3})+$)/g, ",");
    return `${pending}${this.#style.heading("tokens used")}\n${count}\n`;
  }

  #block({ msg }: Event): string {
    const { style } = this.#options;
    switch (msg.type) {
      case "item_started":
        return this.#itemStarted(msg.item);
      case "item_completed":
        return this.#itemCompleted(msg.item);
      case "plan_update":
        return this.#plan(msg.explanation, msg.plan);
      case "error":
        return `${style.bad("ERROR:")} ${readable(errorText(msg.error))}\n`;
      case "stream_error":
        return `${style.dim(readable(errorText(msg.error)))}\n`;
      case "warning":
        return `${style.warn("warning:")} ${readable(msg.message)}\n`;
      case "deprecation_notice": {
        const details = msg.details === null ? "" : `${style.dim(readable(msg.details))}\n`;
        return `${style.warn("deprecated:")} ${readable(msg.summary)}\n${details}`;
      }
      case "background":
        return `${style.dim(readable(msg.message))}\n`;
      case "model_reroute":
        return `${style.warn("warning:")} ${msg.fromModel} was replaced by ${msg.toModel}\n`;
      case "turn_diff":
        this.#turnDiff = msg.unifiedDiff;
        return "";
      case "token_count":
        if (msg.info !== null) {
          const { inputTokens, cachedInputTokens, outputTokens } = msg.info.totalTokenUsage;
          this.#tokens = Math.max(0, inputTokens - cachedInputTokens) + outputTokens;
        }
        return "";
      case "turn_completed":
        return this.#endOfTurn();
      case "turn_aborted":
        return this.#endOfTurn() + `${style.warn("task interrupted")}\n`;
      case "session_configured":
      case "turn_started":
      case "item_updated":
      case "item_delta":
      case "terminal_interaction":
      case "exec_approval_request":
      case "apply_patch_approval_request":
      case "elicitation_request":
      case "request_user_input":
      case "thread_rolled_back":
      case "raw_response_item":
      case "shutdown_complete":
        return "";
    }
  }

  /** The diff grows with each patch, so it is shown once, when nothing can be added any more. */
  #endOfTurn(): string {
    const diff = this.#turnDiff;
    this.#turnDiff = "";
    if (diff === "") return "";
    return `${this.#style.heading("file update:")}\n${readable(diff).trimEnd()}\n`;
  }

  #section(name: string, text: string): string {
    return `${this.#style.heading(name)}\n${readable(text).trimEnd()}\n`;
  }

  #itemStarted(item: TurnItem): string {
    const { style } = this.#options;
    switch (item.type) {
      case "command_execution":
        this.#unfinishedLine = item.id;
        return `${style.heading("exec")}\n${this.#commandLine(item)}`;
      case "mcp_tool_call":
        return `${style.heading("tool")} ${this.#invocation(item)}\n`;
      case "web_search":
        return "🌐 Searching the web...\n";
      case "user_message":
      case "agent_message":
      case "plan":
      case "reasoning":
      case "context_compaction":
      case "file_change":
      case "image_view":
        return "";
    }
  }

  #itemCompleted(item: TurnItem): string {
    switch (item.type) {
      case "command_execution":
        return `${this.#style.heading("exec")}\n${this.#commandLine(item)}${
          this.#commandEnd(item)
        }`;
      case "file_change":
        return this.#fileChange(item);
      case "mcp_tool_call":
        return this.#mcpEnd(item);
      case "web_search":
        return this.#searched(item);
      case "agent_message":
        return item.text.map((text) => this.#section("codex", text)).join("");
      case "plan":
        return this.#section("plan", item.text);
      case "reasoning": {
        if (this.#options.hideReasoning) return "";
        const raw = this.#options.showRawReasoning ? item.rawContent : [];
        return [...item.summaryText, ...raw].map((text) => this.#section("thinking", text)).join(
          "",
        );
      }
      case "context_compaction":
        return "context compacted\n";
      case "image_view":
        return `viewed image ${readable(item.path)}\n`;
      case "user_message":
        return "";
    }
  }

  #commandLine(item: CommandTurnItem): string {
    const { style } = this.#options;
    return `${style.bold(readable(shlexJoin(item.command)))} in ${readable(item.cwd)}`;
  }

  #commandEnd({ result }: CommandTurnItem): string {
    const { style } = this.#options;
    if (result === null) return "\n";
    const took = durationText(result.durationMs);
    const end = result.exitCode === 0
      ? style.good(` succeeded in ${took}:`)
      : style.bad(` exited ${result.exitCode} in ${took}:`);
    return `${end}\n${this.#output(result.aggregatedOutput)}`;
  }

  #output(text: string): string {
    const { shown, more } = firstLines(text, SHOWN_LINES);
    const rest = more === 0 ? "" : `\n… and ${more} more ${more === 1 ? "line" : "lines"}`;
    const lines = readable(shown) + rest;
    return lines === "" ? "" : `${this.#style.dim(lines)}\n`;
  }

  #fileChange(item: FileChangeTurnItem): string {
    const { style } = this.#options;
    const rows = Object.entries(item.changes).map(([path, change]) => {
      if (change.type === "add") return `A ${readable(path)}`;
      if (change.type === "delete") return `D ${readable(path)}`;
      if (change.movePath === null) return `M ${readable(path)}`;
      return `R ${readable(path)} -> ${readable(change.movePath)}`;
    });
    const failed = item.status === "completed"
      ? ""
      : `${style.bad("not applied:")}\n${this.#output(item.stderr)}`;
    return `${style.heading("file update")}\n${rows.join("\n")}\n${failed}`;
  }

  #invocation(item: McpToolCallTurnItem): string {
    const given = item.arguments === null || item.arguments === undefined
      ? ""
      : JSON.stringify(item.arguments);
    return readable(`${item.server}.${item.tool}(${given})`);
  }

  #mcpEnd(item: McpToolCallTurnItem): string {
    const { style } = this.#options;
    const failed = item.status !== "completed";
    const took = item.durationMs === null ? "" : ` in ${durationText(item.durationMs)}`;
    const end = failed ? style.bad(` failed${took}:`) : style.good(` success${took}:`);
    const result = item.error ?? JSON.stringify(item.result, null, 2);
    return `${this.#invocation(item)}${end}\n${this.#output(result)}`;
  }

  #searched(item: WebSearchTurnItem): string {
    return item.query === "" ? "🌐 Searched the web\n" : `🌐 Searched: ${readable(item.query)}\n`;
  }

  #plan(explanation: string | null, steps: readonly PlanStep[]): string {
    const { style } = this.#options;
    const rows = steps.map(({ step, status }) => {
      const mark = PLAN_MARKS[status];
      const line = `  ${mark} ${readable(step)}`;
      return status === "completed" ? style.good(line) : line;
    });
    const why = explanation === null || explanation === ""
      ? []
      : [style.dim(readable(explanation))];
    return [style.heading("Plan update"), ...why, ...rows, ""].join("\n");
  }
}
