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

/** A body that is no answer of a model; asking again would bring the same. */
export function endless(what: string, limitBytes: number): ModelError {
  const { message } = disconnected(
    `the server sent ${what} of more than ${limitBytes / 1024 / 1024} MiB, as no model does; ` +
      "look whether `base_url` of the provider is right",
  );
  return modelError("stream_disconnected", message, { retryable: false });
}

/** The server said nothing for too long; the text is what other programs match on. */
export function idle(): ModelError {
  const message = "stream disconnected before completion: idle timeout waiting for SSE";
  return modelError("idle_timeout", message);
}
