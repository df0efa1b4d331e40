import type { ExecStream } from "../args.ts";
import { ExecError } from "../errors.ts";
import { askLocal, memberOf, namesIn, printable, stopped } from "./local_server.ts";
import { PullProgress } from "./pull_progress.ts";

/** The first version with the Responses API. */
const RESPONSES_SINCE = [0, 13, 4] as const;

/** Ollama tells its progress many times a second; checking a large file is its longest silence. Milliseconds. */
const PULL_PATIENCE_MS = 10 * 60_000;

export interface OllamaWish {
  /** Address of the API, with `/v1` at its end. */
  readonly base: string;
  readonly model: string;
  readonly wireApi: "responses" | "chat";
  readonly stderr: ExecStream;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that Ollama has the model, and fetches it if not. False = what listens there is not Ollama.
 *
 * @throws ExecError `bad_local_provider`
 */
export async function prepareOllama(wish: OllamaWish): Promise<boolean> {
  const root = wish.base.replace(/\/v1$/, "");
  const tags = await askLocal(`${root}/api/tags`, wish.signal);
  const models = tags?.status === 200
    ? namesIn(memberOf(tags.body, "models"), "name", "model")
    : null;
  if (models === null) return false;
  if (wish.wireApi === "responses") await checkVersion(root, wish.signal);
  const { model } = wish;
  if (!models.includes(model) && !models.includes(`${model}:latest`)) {
    await pull(root, wish, [...new Set(models)]);
  }
  return true;
}

async function checkVersion(root: string, signal: AbortSignal): Promise<void> {
  const answer = await askLocal(`${root}/api/version`, signal);
  const version = memberOf(answer?.body, "version");
  if (typeof version !== "string" || !isOlder(version)) return;
  throw new ExecError(
    "bad_local_provider",
    `Ollama ${printable(version)} has no Responses API, which came with ${
      RESPONSES_SINCE.join(".")
    }. Update it, or write ` +
      'wire_api = "chat" and a name below [model_providers.ollama] in config.toml.',
  );
}

/** A version that cannot be read is given the benefit of the doubt, and so is `0.0.0`, a build from source. */
function isOlder(version: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers === undefined || numbers.every((number) => number === 0)) return false;
  const differing = RESPONSES_SINCE.findIndex((number, i) => numbers[i] !== number);
  return differing >= 0 && (numbers[differing] ?? 0) < (RESPONSES_SINCE[differing] ?? 0);
}

/** `there`: models that could be asked for instead. */
async function pull(
  root: string,
  { model, stderr, signal }: OllamaWish,
  there: readonly string[],
): Promise<void> {
  const failed = (reason: string) =>
    new ExecError(
      "bad_local_provider",
      `Ollama could not fetch ${model}: ${printable(reason)}` +
        (there.length === 0 ? "" : `. It has ${printable(there.join(", "))}: name one with -m.`),
    );
  const silence = new AbortController();
  const startTimer = () => setTimeout(() => silence.abort(), PULL_PATIENCE_MS);
  let timer = startTimer();
  const progress = new PullProgress(model, stderr);
  try {
    await stderr.write(`Ollama does not have the model ${model} yet. Fetching it.\n`);
    const response = await fetch(`${root}/api/pull`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, stream: true }),
      signal: AbortSignal.any([signal, silence.signal]),
    });
    for await (const line of linesOf(response)) {
      clearTimeout(timer);
      timer = startTimer();
      const error = memberOf(line, "error");
      if (error !== undefined) throw failed(String(error));
      await progress.tell(line);
    }
    if (!progress.succeeded) throw failed(`the server ended with status ${response.status}`);
  } catch (error) {
    if (signal.aborted) throw stopped();
    if (error instanceof ExecError) throw error;
    const reason = silence.signal.aborted
      ? "the server fell silent"
      : error instanceof Error
      ? error.message
      : String(error);
    throw failed(reason);
  } finally {
    clearTimeout(timer);
    await progress.end();
  }
}

/** The JSON values of a body, one a line. Lines that are none are passed over. */
async function* linesOf({ body }: Response): AsyncGenerator<unknown> {
  let rest = "";
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.flatMap(valueOf);
  }
  yield* valueOf(rest);
}

function valueOf(line: string): unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
