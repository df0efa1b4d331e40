/** `disposed`: used after its end. `no_free_id`: every process id is taken. */
export type ProcessErrorCode = "disposed" | "no_free_id";

/** A broken invariant of this room. How a command ended is never an error: see `ExecOutcome`. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
  readonly code: ProcessErrorCode;

  constructor(code: ProcessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
