/**
 * Credentials: which login there is, what a request carries, how it is renewed, and what any number of instances do
 * so that a refresh token is presented once.
 *
 * Never writes a token anywhere but to the store and, for the moment of a refresh, to its journal; never takes a
 * damaged file for a logout.
 *
 * Login flows call `readStoredLogin(place)`, `saveLogin(place, login)` and `deleteLogin(place)`; these take the locks,
 * write the file as a whole and clear the journal. Start with `manager.ts`, then `refresh.ts` for the protocol and
 * `record.ts` for the format of `auth.json`.
 *
 * @module
 */
export { AuthError, type AuthErrorCode } from "./error.ts";
export { type LoginFiles, loginFiles } from "./home_files.ts";
export { fingerprint, knownRejection, readAttempt } from "./journal.ts";
export { readClaims, type TokenClaims } from "./jwt.ts";
export {
  type DeletedLogin,
  deleteLogin,
  type LoginPlace,
  readStoredLogin,
  saveLogin,
} from "./login_writer.ts";
export { isCutOff } from "./mounted_file.ts";
export type { ExternalRefresher, ExternalTokens } from "./external.ts";
export type { AuthHeaders } from "./headers.ts";
export { AuthManager, type AuthOptions, type LoginSummary, openAuth } from "./manager.ts";
export type { RecoveryOutcome, RecoveryState, UnauthorizedRecovery } from "./recovery.ts";
export { runRefreshHelper } from "./refresh_helper.ts";
export type { RefreshLimits, RefreshStep } from "./refresh.ts";
export type { LoginMode, NewLogin, StoredLogin, TokenRecord } from "./record.ts";
/** Logging in and out, and the start-up check: loaded by what needs it. */
export const loginFlows = () => import("./login/flows.ts");
export type { StoreKind } from "./store.ts";
