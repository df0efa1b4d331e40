export type ResponsesProxyErrorCode = "no_key" | "bad_key" | "bad_upstream";

/** What keeps the server from starting. The message is complete for a person and never holds the key. */
export class ResponsesProxyError extends Error {
  override readonly name = "ResponsesProxyError";

  constructor(readonly code: ResponsesProxyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
