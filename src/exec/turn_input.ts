import { readWholeText } from "../app/mod.ts";
import type { AbsolutePath, UserInput } from "../protocol/mod.ts";
import type { ExecArgs, ExecIo } from "./args.ts";
import { decodeText } from "./decode_text.ts";
import { ExecError, reasonOf } from "./errors.ts";

/** Clients match on these two. */
const READING_STDIN = "Reading prompt from stdin...";
const EMPTY_STDIN = "No prompt provided via stdin.";

/** Several times what the largest context takes; what is longer never ends, or was not meant to be a prompt. */
const MAX_STDIN_BYTES = 16 * 1024 * 1024;
const LONG_STDIN =
  `The prompt on stdin is longer than ${
    MAX_STDIN_BYTES / 1024 / 1024
  } MiB, which no model reads. ` +
  "Pipe in less, or let the prompt name a file for the model to look into.";

/** The words of the prompt. With an argument, stdin is never touched: it may be a terminal that nobody types on. */
async function readPrompt(prompt: string | null, io: ExecIo): Promise<string> {
  if (prompt !== null && prompt !== "-") return prompt;
  if (prompt === null) {
    if (io.stdin.isTerminal) {
      throw new ExecError(
        "no_prompt",
        "There is no prompt. Give one as an argument, or pipe one into stdin.",
      );
    }
    await io.stderr.write(`${READING_STDIN}\n`);
  }
  const bytes = await io.stdin.read(MAX_STDIN_BYTES);
  if (bytes === null) throw new ExecError("prompt_too_long", LONG_STDIN);
  const text = decodeText(bytes);
  if (text.trim() === "") throw new ExecError("no_prompt", EMPTY_STDIN);
  return text;
}

async function readOutputSchema(path: AbsolutePath): Promise<unknown> {
  let text: string;
  try {
    text = await readWholeText(path);
  } catch (error) {
    throw new ExecError(
      "bad_output_schema",
      `Failed to read output schema file ${path}: ${reasonOf(error)}`,
      { cause: error },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ExecError(
      "bad_output_schema",
      `Output schema file ${path} is not valid JSON: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

export interface TurnInput {
  readonly prompt: string;
  /** Images first, then the prompt. */
  readonly items: readonly UserInput[];
  /** `null` = free text. */
  readonly outputSchema: unknown;
}

/**
 * Everything that the turn is made of. Read before anything is started that costs time or money. Images are only
 * named here: one that cannot be read is told to the model, not to the person.
 */
export async function readTurnInput(
  args: Pick<ExecArgs, "prompt" | "images" | "outputSchema">,
  io: ExecIo,
  resolvePath: (path: string) => AbsolutePath,
): Promise<TurnInput> {
  const prompt = await readPrompt(args.prompt, io);
  const outputSchema = args.outputSchema === null
    ? null
    : await readOutputSchema(resolvePath(args.outputSchema));
  const images = args.images.map((path): UserInput => ({
    type: "local_image",
    path: resolvePath(path),
  }));
  return {
    prompt,
    outputSchema,
    items: [...images, { type: "text", text: prompt, textElements: [] }],
  };
}
