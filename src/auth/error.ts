/**
 * - `login_expired`: the server refuses the login and it cannot be renewed here: a person must log in again.
 * - `account_changed`: since the start somebody logged out or in to another account.
 * - `unreadable_store`: the stored login exists but is damaged or of a form that is not known.
 * - `unsupported_store`: the configured store is not available.
 */
export type AuthErrorCode =
  | "login_expired"
  | "account_changed"
  | "unreadable_store"
  | "unsupported_store";

/** What keeps this program from proving who asks. `message` is for a person and never holds a token. */
export class AuthError extends Error {
  override readonly name: string = "AuthError";
  constructor(readonly code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** A new login is needed. Trying again is of no use. */
export class LoginRequiredError extends AuthError {
  override readonly name = "LoginRequiredError";
  constructor(code: "login_expired" | "account_changed", message: string) {
    super(code, message);
  }
}
