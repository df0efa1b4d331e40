import { type ModelError, modelError } from "./model_error.ts";
import { requestBody } from "./request_body.ts";
import { ResponseDecoder } from "./response_events.ts";
import { type RefusedAnswer, statusError } from "./status_error.ts";
import type { ModelProvider } from "./types.ts";
import type { Wire } from "./wire.ts";

/** The Responses API. */
export const RESPONSES_WIRE: Wire = {
  path: "responses",
  body: requestBody,
  decoder: (_request, headers) => new ResponseDecoder(headers.get("openai-model")),
  refusal: unknownProtocol,
  adapt: () => false,
};

/** Most servers of others speak the older protocol only, and have no page where this one's requests go. */
function unknownProtocol(answer: RefusedAnswer, provider: ModelProvider): ModelError | null {
  if (answer.status !== 404 && answer.status !== 405) return null;
  // One that speaks it may not have the model, and says so.
  if (provider.requiresOpenaiAuth || /\bmodel\b/iu.test(answer.body)) return null;
  const { message, details } = statusError(answer, 0);
  return modelError(
    details.code,
    `${message}. A server that speaks Chat Completions alone needs wire_api = "chat" below ` +
      `[model_providers.${provider.id}] in config.toml.`,
    details,
  );
}
