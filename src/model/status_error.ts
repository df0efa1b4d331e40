import { type ModelError, modelError } from "./model_error.ts";
import { activeRateLimits } from "./rate_limits.ts";
import { retryAfterMs } from "./retry_after.ts";
import type { ModelErrorDetails } from "./types.ts";
import { usageLimitMessage, usageNotIncludedMessage } from "./usage_limit.ts";
import { isObject, type JsonObject, numberOrNull, parseObject, stringOrNull } from "./wire_json.ts";

/** An answer that is not a success, read to its end. */
export interface RefusedAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: string;
  readonly url: string;
}

const MAX_QUOTED_LENGTH = 1000;
const INVALID_IMAGE = /image data you provided does not represent a valid image/iu;

/** What a refusal means. `now` in milliseconds. */
export function statusError(answer: RefusedAnswer, now: number): ModelError {
  const error = errorMember(answer.body);
  const common = { httpStatus: answer.status, retryAfterMs: retryAfterMs(answer.headers, now) };
  switch (answer.status) {
    case 400:
      return badRequest(answer, error);
    case 429:
      return tooManyRequests(answer, error, common, now);
    case 500:
      return modelError("internal_server_error", internalErrorText(answer, error), common);
    case 503:
      if (error?.code === "server_is_overloaded" || error?.code === "slow_down") {
        return overloaded({ ...common, retryable: true });
      }
      break;
  }
  return unexpected(answer, error, common);
}

/** The model cannot take more work now. Whether it is worth a retry depends on how the server said it. */
export function overloaded(details: Partial<Omit<ModelErrorDetails, "code">>): ModelError {
  const message = "The model has no free capacity at the moment. Another model may have.";
  return modelError("server_overloaded", message, details);
}

function badRequest(answer: RefusedAnswer, error: JsonObject | null): ModelError {
  const code = stringOrNull(error?.code) ?? "";
  if (INVALID_IMAGE.test(answer.body) || code.startsWith("invalid_image")) {
    const message = "An image in the last message is not valid. Send the message without it.";
    return modelError("invalid_image", message, { httpStatus: 400 });
  }
  // Clients match on the body, so it stays as the server wrote it.
  return modelError("bad_request", answer.body || "400 Bad Request", { httpStatus: 400 });
}

function tooManyRequests(
  answer: RefusedAnswer,
  error: JsonObject | null,
  common: { readonly retryAfterMs: number | null },
  now: number,
): ModelError {
  if (error?.type === "usage_limit_reached") {
    const rateLimits = activeRateLimits(answer.headers);
    const message = usageLimitMessage({
      planType: stringOrNull(error.plan_type),
      resetsAt: numberOrNull(error.resets_at),
      limitName: rateLimits?.limitName ?? null,
      promotion: answer.headers.get("x-codex-promo-message")?.trim() || null,
    }, now);
    return modelError("usage_limit_reached", message, { httpStatus: 429, rateLimits });
  }
  if (error?.type === "usage_not_included") {
    return modelError("usage_not_included", usageNotIncludedMessage(), { httpStatus: 429 });
  }
  if (error?.code === "insufficient_quota") return quotaExceeded({ httpStatus: 429 });
  const requestId = requestIdOf(answer.headers);
  const told = stringOrNull(error?.message) ?? "";
  // Programs match on the beginning; a person wants to know which limit it is.
  const message = "exceeded retry limit, last status: 429 Too Many Requests" +
    (requestId === null ? "" : `, request id: ${requestId}`) + (told === "" ? "" : `: ${told}`);
  return modelError("rate_limited", message, { ...common, httpStatus: 429 });
}

/** The account cannot pay for more. */
export function quotaExceeded(details: Partial<Omit<ModelErrorDetails, "code">> = {}): ModelError {
  const message = "The quota of this account is used up. See its plan and billing settings.";
  return modelError("quota_exceeded", message, details);
}

function internalErrorText(answer: RefusedAnswer, error: JsonObject | null): string {
  const told = quoted(answer, error);
  const requestId = requestIdOf(answer.headers);
  return "The model server had an internal error, often a sign of high demand" +
    (told === "" ? "" : `: ${told}`) + (requestId === null ? "" : `, request id: ${requestId}`);
}

function unexpected(
  answer: RefusedAnswer,
  error: JsonObject | null,
  common: { readonly retryAfterMs: number | null; readonly httpStatus: number },
): ModelError {
  const { status, headers } = answer;
  const name = `${status} ${answer.statusText || "<unknown status code>"}`;
  const start = isBlockPage(answer)
    ? `Access blocked by Cloudflare, as happens in regions that the service does not cover (status ${name})`
    : `unexpected status ${name}: ${quoted(answer, error)}`;
  const ray = headers.get("cf-ray");
  const requestId = requestIdOf(headers);
  const message = [
    start,
    `url: ${answer.url}`,
    ...(ray === null ? [] : [`cf-ray: ${ray}`]),
    ...(requestId === null ? [] : [`request id: ${requestId}`]),
  ].join(", ");
  // 4xx means that the same request fails again; only these two speak about the moment.
  const retryable = status >= 500 || status === 408 || status === 425;
  const code = status === 401 ? "unauthorized" : "unexpected_status";
  return modelError(code, message, { ...common, retryable });
}

function isBlockPage({ status, body }: RefusedAnswer): boolean {
  return status === 403 && body.includes("Cloudflare") && body.includes("blocked");
}

function quoted(answer: RefusedAnswer, error: JsonObject | null): string {
  const text = stringOrNull(error?.message) ?? answer.body.trim();
  return text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}...` : text;
}

function requestIdOf(headers: Headers): string | null {
  return headers.get("x-request-id") ?? headers.get("x-oai-request-id");
}

function errorMember(body: string): JsonObject | null {
  const error = parseObject(body)?.error;
  return isObject(error) ? error : null;
}
