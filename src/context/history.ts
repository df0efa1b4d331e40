import type { OutputContentItem, ResponseItem, TruncationPolicy } from "../protocol/mod.ts";
import { normalize, partnerIndex, withCallId } from "./normalize.ts";
import { isUserTurn } from "./scaffolding.ts";
import { estimateItemTokens } from "./tokens.ts";
import { approximateTokens, scalePolicy, truncateToolOutput } from "./truncate.ts";

/** Room for the header lines that tools put around output that they have cut themselves. */
const RECORD_ALLOWANCE = 1.2;

/** How a request wants its copy of the history. */
export interface PromptOptions {
  /** False: images become texts. */
  readonly acceptsImages: boolean;
}

/** Readonly items that are equal in what they say: the form in which they enter the history. */
function forRecord(item: ResponseItem, policy: TruncationPolicy): ResponseItem | null {
  switch (item.type) {
    case "message":
      return item.role === "system" ? null : item;
    case "function_call_output": {
      const output = truncateToolOutput(item.output, policy);
      return output === item.output ? item : { ...item, output };
    }
    case "custom_tool_call_output": {
      const output = truncateToolOutput(item.output, policy);
      return typeof output !== "string" || output === item.output ? item : { ...item, output };
    }
    case "local_shell_call":
      return withCallId(item);
    case "reasoning":
    case "function_call":
    case "custom_tool_call":
    case "web_search_call":
    case "compaction":
    case "ghost_snapshot":
      return item;
    default:
      return null; // A kind that a newer server or session file knows.
  }
}

/**
 * What the model has seen and said in one thread, oldest first. Append-only but for compaction, rollback and the
 * removal helpers. Items are never changed in place, so every view may share them.
 */
export class History {
  #items: ResponseItem[] = [];
  #tokens = new WeakMap<ResponseItem, number>();

  /**
   * Appends, cutting tool outputs to the policy and a fifth. Returns what was stored: that, not the argument, belongs
   * into the session file. Unknown kinds and system messages are dropped.
   */
  record(items: readonly ResponseItem[], truncation: TruncationPolicy): ResponseItem[] {
    const policy = scalePolicy(truncation, RECORD_ALLOWANCE);
    const stored: ResponseItem[] = [];
    for (const item of items) {
      const kept = forRecord(item, policy);
      if (kept !== null) stored.push(kept);
    }
    for (const item of stored) this.#items.push(item);
    return stored;
  }

  /** Everything, raw. A view: read it before the next change. */
  items(): readonly ResponseItem[] {
    return this.#items;
  }

  /** One that changes by itself from here on; items are shared. */
  copy(): History {
    const copy = new History();
    copy.#items = [...this.#items];
    return copy;
  }

  /** A copy that a server accepts; items are shared, the array is the caller's. */
  forPrompt(options: PromptOptions): ResponseItem[] {
    return normalize(this.#items, options);
  }

  /** Puts other items in place of all, as compaction does. */
  replace(items: readonly ResponseItem[]): void {
    this.#items = [...items];
  }

  /** Removes the oldest item and its call or output. False when there is none. */
  removeFirst(): boolean {
    return this.#removePair(0);
  }

  /** Removes the newest item and its call or output. False when there is none. */
  removeLast(): boolean {
    return this.#removePair(this.#items.length - 1);
  }

  #removePair(index: number): boolean {
    if (this.#items[index] === undefined) return false;
    const partner = partnerIndex(this.#items, index);
    this.#items = this.#items.filter((_, at) => at !== index && at !== partner);
    return true;
  }

  /** Cuts strictly before the `count`-th last message of a person; more than there are: before the first. */
  dropLastUserTurns(count: number): void {
    const starts: number[] = [];
    this.#items.forEach((item, at) => {
      if (isUserTurn(item)) starts.push(at);
    });
    const cut = starts[Math.max(0, starts.length - count)];
    if (cut !== undefined) this.#items = this.#items.slice(0, cut);
  }

  /**
   * The server refused an image: if the newest item of person or tool is a tool output, its images become `text`.
   * False when there was nothing of the kind, so that the request need not be made again.
   */
  replaceLastToolImages(text: string): boolean {
    const index = this.#items.findLastIndex((item) =>
      item.type === "function_call_output" || (item.type === "message" && item.role === "user")
    );
    const item = this.#items[index];
    if (item?.type !== "function_call_output" || typeof item.output === "string") return false;
    if (!item.output.some((part) => part.type === "input_image")) return false;
    const output = item.output.map((part): OutputContentItem =>
      part.type === "input_image" ? { type: "input_text", text } : part
    );
    this.#items[index] = { ...item, output };
    return true;
  }

  /** Rough size of a request: all items, and the base prompt if given. Each item is measured once. */
  estimateTokens(baseInstructions = ""): number {
    let total = approximateTokens(baseInstructions);
    for (const item of this.#items) {
      let tokens = this.#tokens.get(item);
      if (tokens === undefined) {
        tokens = estimateItemTokens(item);
        this.#tokens.set(item, tokens);
      }
      total += tokens;
    }
    return total;
  }
}
