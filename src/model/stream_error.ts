import { type ModelError, modelError } from "./model_error.ts";

/** A stream that broke off; the text is what other programs match on. */
export function disconnected(reason: string, cause?: unknown): ModelError {
  return modelError("stream_disconnected", `stream disconnected before completion: ${reason}`, {
    cause,
  });
}

/** The request was given up by its owner. */
export function aborted(signal: AbortSignal): ModelError {
  return modelError("aborted", "the request was interrupted", { cause: signal.reason });
}

/** The server said nothing for too long; the text is what other programs match on. */
export function idle(): ModelError {
  const message = "stream disconnected before completion: idle timeout waiting for SSE";
  return modelError("idle_timeout", message);
}
