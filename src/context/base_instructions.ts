import type { Personality } from "../protocol/mod.ts";
import { BASE_PROMPT, PERSONALITY_SLOT } from "./prompts/base.ts";
import { PERSONALITY_TEXTS } from "./prompts/personality.ts";

/** The part of a catalogue entry that decides the base prompt. */
export interface PromptModel {
  readonly slug: string;
  /** `null` = our own prompt. May hold `{{ personality }}`. */
  readonly baseInstructions: string | null;
  readonly personalityTexts: Readonly<Partial<Record<Personality | "default", string>>> | null;
}

/** The text about tone that a model gets; `""` = none. `null` = nobody chose. */
export function personalityText(
  model: Pick<PromptModel, "personalityTexts">,
  personality: Personality | null,
): string {
  const key = personality ?? "default";
  return model.personalityTexts?.[key] ?? PERSONALITY_TEXTS[key];
}

/**
 * The `instructions` of every request of a thread, fixed when it starts. `personality: null` = nobody chose one; a
 * model whose text has no slot for it comes back as is.
 */
export function baseInstructions(model: PromptModel, personality: Personality | null): string {
  const template = model.baseInstructions ?? BASE_PROMPT;
  if (!template.includes(PERSONALITY_SLOT)) return template;
  const tone = personalityText(model, personality);
  // An empty slot takes its blank line with it.
  if (tone === "") {
    return template.replace(`${PERSONALITY_SLOT}\n\n`, "").replace(PERSONALITY_SLOT, "");
  }
  return template.replace(PERSONALITY_SLOT, () => tone);
}
