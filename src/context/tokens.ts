import type { ResponseItem, TokenUsage, TokenUsageInfo } from "../protocol/mod.ts";
import { utf8Length } from "./truncate.ts";
import { isUserTurn } from "./scaffolding.ts";

const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
  totalTokens: 0,
};

/** Tokens that base prompt and tools take in any thread; the display of "left" starts after them. */
const BASELINE_TOKENS = 12_000;

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningOutputTokens: a.reasoningOutputTokens + b.reasoningOutputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
  };
}

/** Bytes that base64 of an encrypted blob stands for, less its fixed overhead. */
function encryptedBytes(encrypted: string): number {
  return Math.max(0, Math.floor(encrypted.length * 3 / 4) - 650);
}

/** Rough number of tokens that one item costs in a request. */
export function estimateItemTokens(item: ResponseItem): number {
  if (item.type === "ghost_snapshot") return 0;
  if (item.type === "compaction") return Math.ceil(encryptedBytes(item.encrypted_content) / 4);
  if (item.type === "reasoning" && typeof item.encrypted_content === "string") {
    return Math.ceil(encryptedBytes(item.encrypted_content) / 4);
  }
  return Math.ceil(utf8Length(JSON.stringify(item)) / 4);
}

function isModelMade(item: ResponseItem): boolean {
  switch (item.type) {
    case "message":
      return item.role === "assistant";
    case "reasoning":
    case "function_call":
    case "custom_tool_call":
    case "local_shell_call":
    case "web_search_call":
    case "compaction":
      return true;
    case "function_call_output":
    case "custom_tool_call_output":
    case "ghost_snapshot":
      return false;
  }
}

/** The part of a model's window that a turn may fill. `null` = unknown. */
export function effectiveWindow(
  model: { readonly contextWindow: number | null; readonly effectiveContextWindowPercent: number },
): number | null {
  if (model.contextWindow === null) return null;
  return Math.floor(model.contextWindow * model.effectiveContextWindowPercent / 100);
}

/** Share of the window that is left, 0 to 100, for display. */
export function percentLeft(window: number, used: number): number {
  if (window <= BASELINE_TOKENS) return 0;
  const room = window - BASELINE_TOKENS;
  const left = room - Math.max(0, used - BASELINE_TOKENS);
  return Math.round(Math.min(100, Math.max(0, left * 100 / room)));
}

/**
 * What a thread has used so far, and how full its window is. The server's counts are the truth; estimates fill the
 * time between a response and the next one.
 */
export class TokenLedger {
  #info: TokenUsageInfo | null;

  /** `info`: the last `token_count` of a resumed thread, so that totals go on. */
  constructor(info: TokenUsageInfo | null = null) {
    this.#info = info;
  }

  /** `null` until the first response. */
  info(): TokenUsageInfo | null {
    return this.#info;
  }

  /** Takes in the usage of one response. `window`: see {@link effectiveWindow}. */
  addUsage(usage: TokenUsage, window: number | null): void {
    this.#info = {
      totalTokenUsage: addUsage(this.#info?.totalTokenUsage ?? NO_USAGE, usage),
      lastTokenUsage: usage,
      modelContextWindow: window ?? this.#info?.modelContextWindow ?? null,
    };
  }

  /** The server said that the window overflowed: the next turn must see a full one. */
  setFull(window: number): void {
    this.#info = {
      totalTokenUsage: this.#info?.totalTokenUsage ?? NO_USAGE,
      lastTokenUsage: { ...NO_USAGE, totalTokens: window },
      modelContextWindow: window,
    };
  }

  /** After compaction or rollback: the old count is no longer true, an estimate is. */
  setEstimate(tokens: number, window: number | null): void {
    this.#info = {
      totalTokenUsage: this.#info?.totalTokenUsage ?? NO_USAGE,
      lastTokenUsage: { ...NO_USAGE, totalTokens: Math.max(0, tokens) },
      modelContextWindow: window ?? this.#info?.modelContextWindow ?? null,
    };
  }

  /**
   * Tokens that count against the limits now: the last response plus estimates of what it did not see.
   * `reasoningIncluded`: the server counts earlier encrypted reasoning itself.
   */
  totalForLimits(items: readonly ResponseItem[], reasoningIncluded: boolean): number {
    let total = this.#info?.lastTokenUsage.totalTokens ?? 0;
    const lastMade = items.findLastIndex(isModelMade);
    for (const item of items.slice(lastMade + 1)) total += estimateItemTokens(item);
    if (reasoningIncluded) return total;
    const lastUser = items.findLastIndex(isUserTurn);
    for (const item of items.slice(0, Math.max(0, lastUser))) {
      if (item.type === "reasoning" && typeof item.encrypted_content === "string") {
        total += estimateItemTokens(item);
      }
    }
    return total;
  }
}
