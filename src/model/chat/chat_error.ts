import { type ModelError, modelError } from "../model_error.ts";
import { contextWindowExceeded, serviceError } from "../service_error.ts";
import type { RefusedAnswer } from "../status_error.ts";
import { disconnected } from "../stream_error.ts";
import { isObject, type JsonObject, parseObject, stringOrNull } from "../wire_json.ts";

/** vLLM, SGLang and most gateways have no code for a prompt that is too long, only this sentence. */
const TOO_LONG = /maximum context length/iu;

/** What a refusal with a status means beyond that status; `null` = nothing. */
export function chatRefusal(answer: RefusedAnswer): ModelError | null {
  if (answer.status !== 400 && answer.status !== 413) return null;
  const body = parseObject(answer.body);
  const error = isObject(body?.error) ? body.error : body;
  return error !== null && isTooLong(error) ? contextWindowExceeded() : null;
}

/** What an error means that came in place of a piece of the answer: an object, or a mere text (Ollama). */
export function chatStreamError(error: unknown): ModelError {
  if (!isObject(error)) return disconnected(stringOrNull(error) ?? "the server reported an error");
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
