/** Why the room could not do its work. Whatever can be answered about a command is answered, not thrown. */
export type PolicyErrorCode = "grammar_unavailable";

/** The room's own failure: the installation is broken. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";

  constructor(readonly code: PolicyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
