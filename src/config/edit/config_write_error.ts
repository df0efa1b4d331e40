/**
 * Why a write over the config API was refused; programs match on these.
 *
 * - `configLayerReadonly`: another file than the user's.
 * - `configVersionConflict`: somebody wrote the file since the caller read it.
 * - `configValidationError`: the value, or the configuration as a whole, would not fit.
 * - `configPathNotFound`: something was to be deleted from a table that is not there.
 * - `userLayerNotFound`: there is no user file to write.
 */
export type ConfigWriteErrorCode =
  | "configLayerReadonly"
  | "configVersionConflict"
  | "configValidationError"
  | "configPathNotFound"
  | "userLayerNotFound";

/** A refused write; nothing was written. */
export class ConfigWriteError extends Error {
  override readonly name = "ConfigWriteError";

  constructor(readonly code: ConfigWriteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
