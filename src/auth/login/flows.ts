/**
 * Logging in and out: what `codex login`, `codex logout` and the start-up check need. Loaded by those alone; a run
 * that has a login reads none of this.
 *
 * Start with `browser_login.ts`, then `device_login.ts`.
 */
export { type BrowserLogin, type BrowserLoginOptions, startBrowserLogin } from "./browser_login.ts";
export { CALLBACK_PORTS } from "./callback_server.ts";
export { deviceLogin, type DeviceLoginOptions, type DevicePrompt } from "./device_login.ts";
export type { ChatgptLogin } from "./granted_login.ts";
export { type Issuer, issuerOf } from "./issuer.ts";
export { LoginError, type LoginErrorCode } from "./login_error.ts";
export { logout, type LogoutOptions } from "./logout.ts";
export { openBrowser } from "./open_browser.ts";
export { isWorkspacePlan, type Plan, planOf } from "./plans.ts";
export {
  type EnforceOptions,
  enforceRestrictions,
  type LoginRestrictions,
  methodRefusal,
} from "./restrictions.ts";
export { type Revocation, revocationOf, revokeTokens } from "./revoke.ts";
