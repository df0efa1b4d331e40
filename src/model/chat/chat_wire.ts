import type { ModelError } from "../model_error.ts";
import type { RefusedAnswer } from "../status_error.ts";
import type { ModelRequest } from "../types.ts";
import type { AnswerDecoder, Wire } from "../wire.ts";
import { ChatDecoder, type ServerNotes } from "./chat_decoder.ts";
import { chatRefusal } from "./chat_error.ts";
import { Keepsakes } from "./keepsakes.ts";
import { chatRequestBody, OPTIONAL_MEMBERS, type OptionalMember } from "./request_body.ts";

/**
 * The Chat Completions API, as OpenAI, vLLM, llama.cpp, Ollama, LM Studio and gateways speak it. One for each client: it
 * remembers what the server turned out to be like.
 */
export class ChatWire implements Wire {
  readonly path = "chat/completions";
  readonly #refused = new Set<OptionalMember>();
  readonly #notes: ServerNotes = { reasoningField: null, keepsakes: new Keepsakes() };

  body(request: ModelRequest): Record<string, unknown> {
    return chatRequestBody(request, { refused: this.#refused, ...this.#notes });
  }

  decoder(request: ModelRequest): AnswerDecoder {
    return new ChatDecoder(request, this.#notes);
  }

  refusal(answer: RefusedAnswer): ModelError | null {
    return chatRefusal(answer);
  }

  /** A server that does not know a member which it can do without is asked again without it. */
  adapt(answer: RefusedAnswer): boolean {
    if (answer.status !== 400 && answer.status !== 422) return false;
    // Many name the member in a sentence only.
    const member = OPTIONAL_MEMBERS.find((name) =>
      !this.#refused.has(name) && answer.body.includes(name)
    );
    if (member === undefined) return false;
    this.#refused.add(member);
    return true;
  }
}
