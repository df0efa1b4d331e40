import type { TokenUsage } from "../protocol/mod.ts";
import type { ModelError } from "./model_error.ts";
import { parseResponseItem } from "./response_item.ts";
import { serviceError } from "./service_error.ts";
import { disconnected } from "./stream_error.ts";
import type { ResponseEvent } from "./types.ts";
import type { AnswerDecoder } from "./wire.ts";
import { isObject, type JsonObject, numberOrNull, parseObject, stringOrNull } from "./wire_json.ts";

/** Turns the data of server-sent events into {@link ResponseEvent}s. One for each response. */
export class ResponseDecoder implements AnswerDecoder {
  /** Nothing but the completion itself completes a response. */
  readonly settled = false;
  #model: string | null;
  #reported: ModelError | null = null;

  /** `model`: what the headers of the response named, so that it is not told twice. */
  constructor(model: string | null) {
    this.#model = model;
  }

  /** Events in one data block: none for unknown types and broken JSON. Throws when the server reports a failure. */
  decode(data: string): ResponseEvent[] {
    const event = parseObject(data);
    if (event === null) return [];
    if (event.object === "response" && event.type === undefined) return wholeResponse(event);
    const found = this.#known(event);
    const model = modelIn(event);
    if (model !== null && model !== this.#model) {
      this.#model = model;
      return found === null
        ? [{ type: "server_model", model }]
        : [{ type: "server_model", model }, found];
    }
    return found === null ? [] : [found];
  }

  /** Why the stream is over although no completion came. */
  closed(): never {
    throw this.#reported ?? disconnected("stream closed before response.completed");
  }

  #known(event: JsonObject): ResponseEvent | null {
    switch (event.type) {
      case "response.output_text.delta":
        return typeof event.delta === "string" ? { type: "text_delta", delta: event.delta } : null;
      case "response.reasoning_summary_text.delta":
        return typeof event.delta === "string" && typeof event.summary_index === "number"
          ? { type: "reasoning_summary_delta", delta: event.delta, index: event.summary_index }
          : null;
      case "response.reasoning_text.delta":
        return typeof event.delta === "string" && typeof event.content_index === "number"
          ? { type: "reasoning_raw_delta", delta: event.delta, index: event.content_index }
          : null;
      case "response.reasoning_summary_part.added":
        return typeof event.summary_index === "number"
          ? { type: "reasoning_summary_part", index: event.summary_index }
          : null;
      case "response.created":
        return { type: "created" };
      case "response.output_item.added": {
        const item = parseResponseItem(event.item);
        return item === null ? null : { type: "item_added", item };
      }
      case "response.output_item.done": {
        const item = parseResponseItem(event.item);
        return item === null ? null : { type: "item_done", item };
      }
      case "response.completed":
      case "response.done":
        return completed(event);
      case "response.failed":
        throw failure(event.response);
      case "response.incomplete":
        throw incomplete(event.response);
      case "error":
        // Some servers say only here what was wrong, and close.
        this.#reported = serviceError(isObject(event.error) ? event.error : event);
        return null;
      case undefined:
        if (isObject(event.error)) this.#reported = serviceError(event.error);
        return null;
      default:
        return null;
    }
  }
}

/** The events of a response in one piece, as some gateways give it whatever was asked for. */
function wholeResponse(response: JsonObject): ResponseEvent[] {
  if (response.status === "failed") throw failure(response);
  if (response.status === "incomplete") throw incomplete(response);
  const output: readonly unknown[] = Array.isArray(response.output) ? response.output : [];
  const items = output.map(parseResponseItem).filter((item) => item !== null);
  return [
    { type: "created" },
    ...items.map((item): ResponseEvent => ({ type: "item_done", item })),
    completed({ response }),
  ];
}

function completed(event: JsonObject): ResponseEvent {
  const response = isObject(event.response) ? event.response : {};
  const responseId = stringOrNull(response.id);
  if (responseId === null && event.type === "response.completed") {
    throw disconnected("response.completed without an id");
  }
  return {
    type: "completed",
    responseId: responseId ?? "",
    usage: isObject(response.usage) ? usageOf(response.usage) : null,
  };
}

function usageOf(usage: JsonObject): TokenUsage {
  const inputTokens = numberOrNull(usage.input_tokens) ?? 0;
  const outputTokens = numberOrNull(usage.output_tokens) ?? 0;
  return {
    inputTokens,
    cachedInputTokens: detail(usage.input_tokens_details, "cached_tokens"),
    outputTokens,
    reasoningOutputTokens: detail(usage.output_tokens_details, "reasoning_tokens"),
    totalTokens: numberOrNull(usage.total_tokens) ?? inputTokens + outputTokens,
  };
}

function detail(details: unknown, name: string): number {
  return isObject(details) ? numberOrNull(details[name]) ?? 0 : 0;
}

function failure(response: unknown): ModelError {
  const error = isObject(response) && isObject(response.error) ? response.error : null;
  return error === null ? disconnected("response.failed event received") : serviceError(error);
}

function incomplete(response: unknown): ModelError {
  const details = isObject(response) ? response.incomplete_details : null;
  const reason = isObject(details) ? stringOrNull(details.reason) : null;
  return disconnected(`Incomplete response returned, reason: ${reason ?? "unknown"}`);
}

/** Model that answers, where an event names it: `response.headers`, else `headers`. */
function modelIn(event: JsonObject): string | null {
  const { response } = event;
  const fromResponse = isObject(response) ? modelOf(response.headers) : null;
  return fromResponse ?? modelOf(event.headers);
}

function modelOf(headers: unknown): string | null {
  if (!isObject(headers)) return null;
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() !== "openai-model" && name.toLowerCase() !== "x-openai-model") continue;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === "string" && first !== "") return first;
  }
  return null;
}
