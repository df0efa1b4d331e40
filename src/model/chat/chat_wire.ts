import type { ModelError } from "../model_error.ts";
import type { RefusedAnswer } from "../status_error.ts";
import type { ModelRequest } from "../types.ts";
import type { AnswerDecoder, Wire } from "../wire.ts";
import { isObject, parseObject } from "../wire_json.ts";
import { ChatDecoder } from "./chat_decoder.ts";
import { chatRefusal } from "./chat_error.ts";
import type { ReasoningField } from "./reasoning_field.ts";
import { chatRequestBody } from "./request_body.ts";

const TOKEN_COUNTS = "stream_options";

/**
 * The Chat Completions API, as OpenAI, vLLM, llama.cpp, Ollama, LM Studio and gateways speak it. One for each client: it
 * remembers what the server turned out to be like.
 */
export class ChatWire implements Wire {
  readonly path = "chat/completions";
  #countsTokens = true;
  #reasoningField: ReasoningField | null = null;

  body(request: ModelRequest): Record<string, unknown> {
    return chatRequestBody(request, {
      countsTokens: this.#countsTokens,
      reasoningField: this.#reasoningField,
    });
  }

  decoder(request: ModelRequest): AnswerDecoder {
    return new ChatDecoder(request, (field) => this.#reasoningField = field);
  }

  refusal(answer: RefusedAnswer): ModelError | null {
    return chatRefusal(answer);
  }

  /** A server that does not know how to count tokens is asked again without. */
  adapt(answer: RefusedAnswer): boolean {
    if (!this.#countsTokens || (answer.status !== 400 && answer.status !== 422)) return false;
    const error = parseObject(answer.body)?.error;
    const param = isObject(error) ? error.param : null;
    // Many name the member in a sentence only.
    if (param !== TOKEN_COUNTS && !answer.body.includes(TOKEN_COUNTS)) return false;
    this.#countsTokens = false;
    return true;
  }
}
