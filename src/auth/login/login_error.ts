/**
 * - `cancelled`: by the person, by another login that took over, or by a signal.
 * - `timed_out`: nobody finished the login in time.
 * - `port_in_use`: no port is free for the answer of the browser.
 * - `refused`: the issuer or the person at the issuer's page said no.
 * - `wrong_workspace`: the login belongs to another workspace than the configured one.
 * - `not_enabled`: the issuer does not offer this kind of login.
 * - `issuer_failed`: the issuer could not be reached, or its answer is no use.
 * - `not_saved`: the login was granted but could not be stored.
 */
export type LoginErrorCode =
  | "cancelled"
  | "timed_out"
  | "port_in_use"
  | "refused"
  | "wrong_workspace"
  | "not_enabled"
  | "issuer_failed"
  | "not_saved";

/** Why a login did not come about. `message` is for a person and never holds a token or an issuer's page. */
export class LoginError extends Error {
  override readonly name = "LoginError";
  constructor(readonly code: LoginErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
