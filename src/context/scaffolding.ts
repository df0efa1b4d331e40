import type { MessageItem, ResponseItem } from "../protocol/mod.ts";

/** Fixed strings: other programs and older session files know the blocks by them. */
export const AGENTS_PREFIX = "# AGENTS.md instructions for ";
export const ENVIRONMENT_TAG = "<environment_context>";
export const TURN_ABORTED_TAG = "<turn_aborted>";

const CASE_SENSITIVE_STARTS = [
  "<user_shell_command>",
  AGENTS_PREFIX,
  "<user_instructions>",
  "<skill>",
] as const;

const CASE_INSENSITIVE_STARTS = [ENVIRONMENT_TAG, TURN_ABORTED_TAG] as const;

/** True for texts that the program itself puts into the conversation under the user's role. */
export function isScaffoldingText(text: string): boolean {
  const start = text.trimStart();
  if (CASE_SENSITIVE_STARTS.some((prefix) => start.startsWith(prefix))) return true;
  return CASE_INSENSITIVE_STARTS.some((tag) => start.slice(0, tag.length).toLowerCase() === tag);
}

/** True for user-role messages that no person wrote: they are no turns for rollback, fork, compaction or titles. */
export function isScaffolding(item: ResponseItem): boolean {
  if (item.type !== "message" || item.role !== "user") return false;
  return item.content.some((part) => part.type === "input_text" && isScaffoldingText(part.text));
}

/** True for messages that a person wrote (or a steering client on their behalf). */
export function isUserTurn(item: ResponseItem): item is MessageItem {
  return item.type === "message" && item.role === "user" && !isScaffolding(item);
}
