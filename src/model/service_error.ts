import { type ModelError, modelError } from "./model_error.ts";
import { delayInMessage } from "./retry_after.ts";
import { overloaded, quotaExceeded } from "./status_error.ts";
import { usageNotIncludedMessage } from "./usage_limit.ts";
import { type JsonObject, stringOrNull } from "./wire_json.ts";

/** What an error object means that came within a stream. */
export function serviceError(error: JsonObject): ModelError {
  const message = stringOrNull(error.message) ?? "";
  switch (error.code) {
    case "context_length_exceeded":
      return contextWindowExceeded();
    case "insufficient_quota":
      return quotaExceeded();
    case "usage_not_included":
      return modelError("usage_not_included", usageNotIncludedMessage());
    case "invalid_prompt":
      return modelError("invalid_prompt", message || "The server refused the prompt as invalid.");
    case "server_is_overloaded":
    case "slow_down":
      return overloaded({ retryable: false });
    default: {
      const retryAfterMs = error.code === "rate_limit_exceeded" ? delayInMessage(message) : null;
      return modelError(
        "stream_disconnected",
        `stream disconnected before completion: ${message || "the server reported an error"}`,
        { retryAfterMs },
      );
    }
  }
}

/** The prompt is longer than the model can read. */
export function contextWindowExceeded(): ModelError {
  return modelError(
    "context_window_exceeded",
    "The conversation no longer fits into the model's context window. Compact it or start a new one.",
  );
}
