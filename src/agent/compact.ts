import {
  collectUserMessages,
  compactedHistory,
  COMPACTION_PROMPT,
  effectiveWindow,
  type History,
  summaryText,
  userMessage,
} from "../context/mod.ts";
import { ModelError, type ModelInfo } from "../model/mod.ts";
import { initialContext } from "./initial_context.ts";
import { aroundCompaction } from "./lifecycle.ts";
import { withRetries } from "./sampling.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";
import { uuidV7 } from "./uuid.ts";

/** Share of the window beyond which a conversation is compacted even if config would let it grow. */
const WINDOW_SHARE = 0.9;

/** Tokens at which a thread with this model is compacted by itself; `null` = never. */
export function compactionLimit(model: ModelInfo): number | null {
  const share = model.contextWindow === null
    ? null
    : Math.floor(model.contextWindow * WINDOW_SHARE);
  const limits = [model.autoCompactTokenLimit, share].filter((limit) => limit !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** True when the next request would come too near the end of the window. */
export function needsCompaction(session: Session, turn: Turn): boolean {
  const limit = compactionLimit(turn.model);
  if (limit === null) return false;
  const used = session.ledger.totalForLimits(
    session.history.items(),
    session.reasoningIncluded,
  );
  return used >= limit;
}

/**
 * Replaces the history by a summary, the newest words of the person, and a fresh opening.
 *
 * @throws StoppedByHook when a hook does not want it, or wants the turn to end with it
 */
export async function compact(
  session: Session,
  turn: Turn,
  trigger: "manual" | "auto" = "auto",
): Promise<void> {
  await aroundCompaction(session, turn, "PreCompact", trigger);
  const item = { type: "context_compaction", id: uuidV7(session.services.now) } as const;
  await session.emit(turn.id, { type: "item_started", turnId: turn.id, item });
  const summary = summaryText(await summarise(session, turn));
  const replacement = compactedHistory(
    initialContext(session),
    collectUserMessages(session.history.items()),
    summary,
  );
  session.history.replace(replacement);
  session.write([{ type: "compacted", message: summary, replacementHistory: replacement }]);
  session.ledger.setEstimate(
    session.history.estimateTokens(session.options.baseInstructions),
    effectiveWindow(turn.model),
  );
  await session.emitTokenCount(turn.id);
  await session.emit(turn.id, { type: "item_completed", turnId: turn.id, item });
  await session.emit(turn.id, {
    type: "warning",
    message:
      "The conversation was long and has been replaced by a summary. Details may be lost; a new session for each task keeps answers sharper.",
  });
  session.startsAs ??= "compact";
  await aroundCompaction(session, turn, "PostCompact", trigger);
}

/**
 * Asks for the summary; leaves the oldest items out of it one by one while the request itself is too long. The history
 * keeps them: what the person said outlives the summary, and everything a summary that fails.
 */
async function summarise(session: Session, turn: Turn): Promise<string> {
  let dropped = 0;
  const summary = await withRetries(session, turn, async () => {
    const history = session.history.copy();
    for (let i = 0; i < dropped; i++) history.removeFirst();
    while (true) {
      try {
        return await requestSummary(session, turn, history);
      } catch (error) {
        const tooLong = error instanceof ModelError &&
          error.details.code === "context_window_exceeded";
        if (!tooLong || history.items().length <= 1) throw error;
        history.removeFirst();
        dropped += 1;
      }
    }
  });
  if (dropped > 0) {
    await session.emit(turn.id, {
      type: "background",
      message: `${dropped} of the oldest items were left out of the summary: they did not fit.`,
    });
  }
  return summary;
}

async function requestSummary(session: Session, turn: Turn, history: History): Promise<string> {
  const input = history.forPrompt({ acceptsImages: turn.toolContext.acceptsImages });
  const request = {
    model: turn.model,
    instructions: session.options.baseInstructions,
    input: [...input, userMessage(session.options.compactPrompt ?? COMPACTION_PROMPT)],
    tools: [],
    parallelToolCalls: false,
    effort: turn.settings.effort,
    summary: turn.settings.summary,
    verbosity: session.options.verbosity,
    outputSchema: null,
    promptCacheKey: session.id,
  };
  let text: string | null = null;
  for await (const event of turn.server.stream(request, turn.signal)) {
    if (event.type === "rate_limits") await session.updateRateLimits(turn.id, event.snapshot);
    if (event.type === "completed") await session.addUsage(turn.id, event.usage, turn.model);
    if (event.type !== "item_done" || event.item.type !== "message") continue;
    text = event.item.content.map((part) => part.type === "output_text" ? part.text : "").join("");
  }
  // Anything older would stand for a summary that was never written.
  if (text === null) throw new Error("The model gave no summary, so the history stays as it is.");
  return text;
}
