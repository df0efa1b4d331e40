/**
 * Why there is no usable login. Which of them may pass is in {@link MAY_PASS}; the others last until somebody does
 * something.
 *
 * - `not_logged_in`: there is none, and the server wants one.
 * - `token_expired`, `token_reused`, `token_revoked`: what the authority says about the refresh token.
 * - `refresh_refused`: it refuses without one of the reasons that we know.
 * - `account_changed`, `logged_out`: since the start somebody logged in to another account, or out.
 * - `no_tokens`: a ChatGPT login without tokens is stored, or without the one that renews it.
 * - `authority_unreachable`: no answer; `authority_error`: an answer that is no decision, such as 503.
 * - `lock_timeout`: another instance has been renewing the login for too long.
 * - `store_not_writable`: the renewed login could not be kept, so it was not asked for.
 * - `store_failed`: the renewed login waits in the journal, since the store did not take it.
 * - `cut_off`: the record is a mounted file that was replaced where it comes from, and is out of date here.
 * - `unreadable_store`: the stored login exists but is damaged or of a form that is not known.
 * - `unsupported_store`: the configured store is not available.
 * - `external_refresh_failed`: the program that owns the login did not give new tokens.
 */
export type AuthErrorCode =
  | "not_logged_in"
  | "token_expired"
  | "token_reused"
  | "token_revoked"
  | "refresh_refused"
  | "account_changed"
  | "logged_out"
  | "no_tokens"
  | "authority_unreachable"
  | "authority_error"
  | "lock_timeout"
  | "store_not_writable"
  | "store_failed"
  | "cut_off"
  | "unreadable_store"
  | "unsupported_store"
  | "external_refresh_failed";

const MAY_PASS: ReadonlySet<AuthErrorCode> = new Set([
  "authority_unreachable",
  "authority_error",
  "lock_timeout",
  "store_failed",
  "external_refresh_failed",
]);

/** What keeps this program from proving who asks. `message` is for a person and never holds a secret. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  /** Whether the same attempt may succeed a moment later, without anybody doing something. */
  readonly retryable: boolean;
  /** How long the login service wants to be left alone, in milliseconds; `null` = it does not say. */
  readonly retryAfterMs: number | null;

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    options: ErrorOptions & { readonly retryAfterMs?: number | null } = {},
  ) {
    super(message, options);
    this.retryable = MAY_PASS.has(code);
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
