import { type ModelError, modelError } from "../model_error.ts";
import { contextWindowExceeded, serviceError } from "../service_error.ts";
import type { RefusedAnswer } from "../status_error.ts";
import { disconnected } from "../stream_error.ts";
import { isObject, type JsonObject, parseObject, stringOrNull } from "../wire_json.ts";

/** Few servers have a code for a prompt that is too long; the others say it in a sentence of their own. */
const TOO_LONG = new RegExp(
  [
    // OpenAI, vLLM, SGLang, DeepSeek, Mistral, most gateways; xAI.
    "maximum (context|prompt) length",
    // llama.cpp, LM Studio.
    "exceeds? the available context size",
    "context (the )?overflows",
    // Anthropic, Fireworks; Bedrock; Gemini; Text Generation Inference.
    "prompt is too long",
    "input is too long",
    "input token count .*exceeds",
    "`max_new_tokens` must be <=",
  ].join("|"),
  "iu",
);

/** Statuses under which servers say it; older ones of llama.cpp take it for a fault of their own. */
const TOO_LONG_STATUSES: readonly number[] = [400, 413, 422, 500];

/** What a refusal with a status means beyond that status; `null` = nothing. */
export function chatRefusal(answer: RefusedAnswer): ModelError | null {
  if (!TOO_LONG_STATUSES.includes(answer.status)) return null;
  const body = parseObject(answer.body);
  const error = isObject(body?.error) ? body.error : body ?? {};
  return isTooLong({ ...error, message: answer.body }) ? contextWindowExceeded() : null;
}

/** What an error means that came in place of a piece of the answer: an object, or a mere text (Ollama). */
export function chatStreamError(error: unknown): ModelError {
  if (!isObject(error)) {
    const message = stringOrNull(error) ?? "the server reported an error";
    return TOO_LONG.test(message) ? contextWindowExceeded() : disconnected(message);
  }
  if (isTooLong(error)) return contextWindowExceeded();
  const { code } = error;
  // Servers that run the model themselves put the HTTP status here that came too late for the head of the answer.
  if (typeof code === "number" && code >= 400 && code < 500 && code !== 408 && code !== 429) {
    const message = stringOrNull(error.message) ?? `the server refused the request: ${code}`;
    return modelError("bad_request", message, { httpStatus: code });
  }
  return serviceError(error);
}

function isTooLong({ code, type, message }: JsonObject): boolean {
  return code === "context_length_exceeded" || type === "exceed_context_size_error" ||
    TOO_LONG.test(stringOrNull(message) ?? "");
}
