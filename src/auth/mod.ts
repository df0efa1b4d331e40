/**
 * Credentials: which login there is, what a request carries, and what to do when it is refused.
 *
 * Never writes a token to a log or a message, never takes a damaged file for a logout, and never presents a
 * refresh token: renewing a login across processes is not part of this version.
 *
 * Start with `manager.ts`, then `record.ts` for the format of `auth.json`.
 *
 * @module
 */
export { AuthError, type AuthErrorCode, LoginRequiredError } from "./error.ts";
export { type AuthHeaders, type AuthManager, type AuthOptions, openAuth } from "./manager.ts";
export type { StoreKind } from "./store.ts";
