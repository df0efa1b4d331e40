import type { MessageItem, ResponseItem } from "../protocol/mod.ts";
import { userMessage } from "./messages.ts";
import { isUserTurn } from "./scaffolding.ts";
import { approximateTokens, truncateMiddle } from "./truncate.ts";

/** Tokens that earlier messages of the person may keep beside a summary. */
const KEPT_USER_TOKENS = 20_000;

/** First line of the message that carries a summary. Later compactions know old summaries by it. */
const SUMMARY_PREFIX =
  "[Summary of the conversation so far. The messages before this point were removed to make room; go on from here.]";

/** Asks the model for a hand-over note; the last user message of a compaction request unless config has another. */
export const COMPACTION_PROMPT = `\
The conversation is about to be cut to make room, and whoever continues will see nothing but your answer and some of the \
user's own messages. Write a hand-over note for them:
- what the user wants, with every constraint and preference stated so far
- what has been done, and which decisions were taken for which reasons
- the present state: files touched, commands that matter and what they showed, what works and what does not
- what remains, in order, and anything that must not be forgotten (paths, names, values, error texts)
Be complete but brief, state facts only, and call no tools.`;

/** Text of a message; images count for nothing. */
function textOf(item: MessageItem): string {
  return item.content.map((part) => part.type === "input_image" ? "" : part.text).filter((text) =>
    text !== ""
  ).join("\n");
}

/** True for the message that an earlier compaction left behind. */
export function isSummaryText(text: string): boolean {
  return text.startsWith(`${SUMMARY_PREFIX}\n`);
}

/** The message text that carries `summary` into the next stretch of the conversation. */
export function summaryText(summary: string): string {
  return `${SUMMARY_PREFIX}\n${summary.trim() === "" ? "(no summary available)" : summary}`;
}

/** What the person wrote, oldest first, without scaffolding and summaries. */
export function collectUserMessages(items: readonly ResponseItem[]): string[] {
  return items.filter(isUserTurn).map(textOf).filter((text) => text !== "" && !isSummaryText(text));
}

/** The newest messages that fit the budget, in their old order; the one that overflows is cut in the middle. */
function selectRecent(messages: readonly string[], budget: number): string[] {
  const kept: string[] = [];
  let left = budget;
  for (const message of messages.toReversed()) {
    if (left <= 0) break;
    const tokens = approximateTokens(message);
    kept.unshift(
      tokens <= left ? message : truncateMiddle(message, { mode: "tokens", limit: left }),
    );
    left -= tokens;
  }
  return kept;
}

/**
 * The history after a local compaction: fresh initial context, recent messages of the person, the summary last.
 * `summary` is the whole text of that message, see {@link summaryText}.
 */
export function compactedHistory(
  initialContext: readonly ResponseItem[],
  userMessages: readonly string[],
  summary: string,
): ResponseItem[] {
  return [
    ...initialContext,
    ...selectRecent(userMessages, KEPT_USER_TOKENS).map(userMessage),
    userMessage(summary),
  ];
}
