import type { TokenUsage } from "../../protocol/mod.ts";
import { isObject, type JsonObject, numberOrNull } from "../wire_json.ts";

/** The token counts in a chunk; `null` = it has none. */
export function chatUsage(chunk: JsonObject): TokenUsage | null {
  const usage = isObject(chunk.usage) ? chunk.usage : groqUsage(chunk);
  if (usage === null) return null;
  const inputTokens = numberOrNull(usage.prompt_tokens);
  const outputTokens = numberOrNull(usage.completion_tokens);
  if (inputTokens === null && outputTokens === null) return null;
  const sum = (inputTokens ?? 0) + (outputTokens ?? 0);
  return {
    inputTokens: inputTokens ?? 0,
    cachedInputTokens: detail(usage.prompt_tokens_details, "cached_tokens") ??
      // DeepSeek's own name for it.
      numberOrNull(usage.prompt_cache_hit_tokens) ?? 0,
    outputTokens: outputTokens ?? 0,
    reasoningOutputTokens: detail(usage.completion_tokens_details, "reasoning_tokens") ?? 0,
    totalTokens: numberOrNull(usage.total_tokens) ?? sum,
  };
}

/** Groq tells it unasked, in a place of its own. */
function groqUsage({ x_groq: groq }: JsonObject): JsonObject | null {
  return isObject(groq) && isObject(groq.usage) ? groq.usage : null;
}

function detail(details: unknown, name: string): number | null {
  return isObject(details) ? numberOrNull(details[name]) : null;
}
