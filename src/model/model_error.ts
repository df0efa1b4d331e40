import type { CodexErrorInfo } from "../protocol/mod.ts";
import type { ModelErrorCode, ModelErrorDetails } from "./types.ts";

/** A request that failed. `details` says what to do about it; the message is for a person. */
export class ModelError extends Error {
  readonly details: ModelErrorDetails;

  constructor(message: string, details: ModelErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.name = "ModelError";
    this.details = details;
  }
}

/** A {@link ModelError} with the usual values for whatever is not given. */
export function modelError(
  code: ModelErrorCode,
  message: string,
  details: Partial<Omit<ModelErrorDetails, "code">> & { readonly cause?: unknown } = {},
): ModelError {
  const { cause, ...rest } = details;
  return new ModelError(message, {
    code,
    info: rest.info ?? defaultInfo(code),
    retryable: rest.retryable ?? isUsuallyRetryable(code),
    retryAfterMs: rest.retryAfterMs ?? null,
    rateLimits: rest.rateLimits ?? null,
    httpStatus: rest.httpStatus ?? null,
  }, cause === undefined ? undefined : { cause });
}

function defaultInfo(code: ModelErrorCode): CodexErrorInfo {
  switch (code) {
    case "context_window_exceeded":
      return { type: "context_window_exceeded" };
    case "usage_limit_reached":
    case "usage_not_included":
    case "quota_exceeded":
      return { type: "usage_limit_exceeded" };
    case "server_overloaded":
      return { type: "server_overloaded" };
    case "internal_server_error":
      return { type: "internal_server_error" };
    case "invalid_image":
      return { type: "bad_request" };
    case "rate_limited":
    case "retry_limit":
      return { type: "response_too_many_failed_attempts", httpStatusCode: 429 };
    case "aborted":
    case "bad_request":
    case "missing_env_var":
    case "unauthorized":
    case "unexpected_status":
    case "invalid_prompt":
    case "connection_failed":
    case "stream_disconnected":
    case "idle_timeout":
      return { type: "other" };
  }
}

function isUsuallyRetryable(code: ModelErrorCode): boolean {
  switch (code) {
    case "rate_limited":
    case "internal_server_error":
    case "connection_failed":
    case "stream_disconnected":
    case "idle_timeout":
      return true;
    case "aborted":
    case "missing_env_var":
    case "bad_request":
    case "invalid_image":
    case "unauthorized":
    case "unexpected_status":
    case "usage_limit_reached":
    case "usage_not_included":
    case "quota_exceeded":
    case "retry_limit":
    case "server_overloaded":
    case "context_window_exceeded":
    case "invalid_prompt":
      return false;
  }
}
