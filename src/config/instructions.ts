import { readWholeText } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError, reasonOf } from "./error.ts";
import type { ConfigTable, ProfileTable } from "./schema.ts";

/** Reads the files that replace built-in prompts. */
export async function readInstructions(
  table: ConfigTable,
  profile: ProfileTable,
): Promise<{ baseInstructions: string | null; compactPrompt: string | null }> {
  const baseFile = profile.model_instructions_file ?? table.model_instructions_file;
  const compactFile = profile.experimental_compact_prompt_file ??
    table.experimental_compact_prompt_file;
  const compactText = table.compact_prompt?.trim() ?? "";
  return {
    baseInstructions: baseFile === undefined
      ? null
      : await readPrompt("model_instructions_file", baseFile),
    compactPrompt: compactText !== ""
      ? compactText
      : compactFile === undefined
      ? null
      : await readPrompt("experimental_compact_prompt_file", compactFile),
  };
}

async function readPrompt(key: string, file: AbsolutePath): Promise<string> {
  let text: string;
  try {
    text = (await readWholeText(file)).trim();
  } catch (error) {
    throw new ConfigError(
      "unreadable_file",
      `\`${key}\`: failed to read ${file}: ${reasonOf(error)}`,
      { file, key },
      { cause: error },
    );
  }
  if (text !== "") return text;
  throw new ConfigError("empty_file", `\`${key}\`: ${file} is empty`, { file, key });
}
