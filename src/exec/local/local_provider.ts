import type { Config } from "../../app/mod.ts";
import type { ExecStream } from "../args.ts";
import { ExecError } from "../errors.ts";
import { askLocal, memberOf, namesIn, printable } from "./local_server.ts";
import { prepareOllama } from "./ollama.ts";

/**
 * Makes sure that a server answers where `--oss` expects one, and that it has the model: what is missing is told in a
 * sentence, or fetched where the server is Ollama, before a session begins. Progress goes to `stderr`.
 */
export async function checkLocalProvider(
  { provider, model }: Config,
  stderr: ExecStream,
  signal: AbortSignal,
): Promise<void> {
  const base = (provider.baseUrl ?? "").replace(/\/+$/, "");
  if (provider.id === "ollama" && model !== null) {
    const { wireApi } = provider;
    if (await prepareOllama({ base, model, wireApi, stderr, signal })) return;
  }
  const answer = await askLocal(`${base}/models`, signal);
  if (answer === null) {
    throw new ExecError(
      "bad_local_provider",
      `No server answers at ${base}. ${howToStart(provider.id)} ` +
        "Another address can be named in CODEX_OSS_BASE_URL.",
    );
  }
  if (answer.status >= 400) {
    throw new ExecError(
      "bad_local_provider",
      `What answers at ${base} is no model server: its list of models is refused with status ${answer.status}.`,
    );
  }
  if (provider.id !== "lmstudio" || model === null) return;
  const known = namesIn(memberOf(answer.body, "data"), "id");
  if (known === null || known.includes(model)) return;
  // LM Studio may answer with whatever model is loaded, so this is no reason to stop.
  await stderr.write(
    `warning: LM Studio does not list the model ${model}. \`lms get ${model}\` fetches it` +
      `${known.length === 0 ? "" : `; it has ${printable(known.join(", "))}`}.\n`,
  );
}

function howToStart(id: string): string {
  switch (id) {
    case "ollama":
      return "Start Ollama with `ollama serve`.";
    case "lmstudio":
      return "Start the server of LM Studio with `lms server start`.";
    default:
      return `Start ${id}.`;
  }
}
