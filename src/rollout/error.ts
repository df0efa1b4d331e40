/** Why a session file could not be written, read or found. */
export type RolloutErrorCode =
  | "empty_file"
  | "no_session_meta"
  | "not_found"
  | "permission_denied"
  | "no_space"
  | "io";

/** Failure of this room; `path` is the file or folder concerned. */
export class RolloutError extends Error {
  override readonly name = "RolloutError";

  constructor(
    readonly code: RolloutErrorCode,
    message: string,
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
