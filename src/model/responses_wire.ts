import { requestBody } from "./request_body.ts";
import { ResponseDecoder } from "./response_events.ts";
import type { Wire } from "./wire.ts";

/** The Responses API. */
export const RESPONSES_WIRE: Wire = {
  path: "responses",
  body: requestBody,
  decoder: (_request, headers) => new ResponseDecoder(headers.get("openai-model")),
  refusal: () => null,
  adapt: () => false,
};
