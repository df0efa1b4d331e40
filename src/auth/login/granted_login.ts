import { jwtPayload, readClaims } from "../jwt.ts";
import type { NewLogin } from "../record.ts";
import { LoginError } from "./login_error.ts";
import type { GrantedTokens } from "./token_exchange.ts";

/** A login with a ChatGPT account, ready to be stored. */
export type ChatgptLogin = Extract<NewLogin, { kind: "chatgpt" }>;

/**
 * Checks freshly granted tokens and names their account.
 *
 * @param workspaceId the only workspace that is allowed; `null` = any
 * @throws LoginError `wrong_workspace`, or `issuer_failed` for an id token that is none
 */
export function grantedLogin(tokens: GrantedTokens, workspaceId: string | null): ChatgptLogin {
  if (jwtPayload(tokens.idToken) === null) {
    throw new LoginError("issuer_failed", "The issuer's id token cannot be read.");
  }
  const { accountId } = readClaims(tokens.idToken);
  if (workspaceId !== null && accountId !== workspaceId) {
    throw new LoginError(
      "wrong_workspace",
      `Login is restricted to workspace id ${workspaceId}, and this one is for ` +
        `${accountId ?? "none"}. Choose that workspace and log in again.`,
    );
  }
  return { kind: "chatgpt", apiKey: null, tokens: { ...tokens, accountId } };
}
