export type NetworkErrorCode =
  /** A value of the configuration has the wrong shape; the message names its key. */
  | "invalid_setting"
  /** A domain pattern that cannot be read. */
  | "invalid_pattern"
  /** A setting is wider than the managed requirements allow. */
  | "constraint"
  /** A listener could not be opened. */
  | "listen_failed";

/** What keeps the proxy from starting or from taking new settings. Blocked requests are no errors. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
