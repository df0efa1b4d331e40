import type { MessageItem, Personality } from "../protocol/mod.ts";
import { personalityText } from "./base_instructions.ts";
import { AGENTS_PREFIX, TURN_ABORTED_TAG } from "./scaffolding.ts";

/** A message to the model with the weight of this program, not of the person. */
export function developerMessage(text: string): MessageItem {
  return { type: "message", role: "developer", content: [{ type: "input_text", text }] };
}

/** A message in the person's name. */
export function userMessage(text: string): MessageItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

/** The block that carries AGENTS.md files and other standing instructions of the person. */
export function agentsMessage(text: string, cwd: string): MessageItem {
  return userMessage(`${AGENTS_PREFIX}${cwd}\n\n<INSTRUCTIONS>\n${text}\n</INSTRUCTIONS>`);
}

/** Tells a model that joins a running thread which instructions are its own. */
export function modelSwitchMessage(instructions: string): MessageItem {
  return developerMessage(
    "<model_switch>\nAnother model handled this conversation until now. From here on you follow the " +
      `instructions below; where they differ from earlier ones, these win.\n\n${instructions}\n</model_switch>`,
  );
}

/**
 * Announces a tone that was chosen while the thread was running. `texts` are the model's own, `null` = it has none.
 * The answer is `null` when there is nothing to say.
 */
export function personalityMessage(
  personality: Personality,
  texts: Readonly<Partial<Record<Personality | "default", string>>> | null,
): MessageItem | null {
  const text = personalityText({ personalityTexts: texts }, personality);
  if (text.trim() === "") return null;
  return developerMessage(
    "<personality_spec>\nThe user has chosen another way for you to communicate. It replaces whatever was said " +
      `about tone before:\n${text}\n</personality_spec>`,
  );
}

/** Instructions that belong to a mode of work such as Plan. */
export function collaborationModeMessage(instructions: string): MessageItem {
  return developerMessage(`<collaboration_mode>${instructions}</collaboration_mode>`);
}

/** Left in the history after an interrupt, so that the model does not take half-done work for finished. */
export function turnAbortedMessage(): MessageItem {
  return userMessage(
    `${TURN_ABORTED_TAG}\nThe user stopped the previous turn on purpose. Commands and patches that were running may ` +
      "have taken effect in part: look at the present state before you try them again.\n</turn_aborted>",
  );
}
