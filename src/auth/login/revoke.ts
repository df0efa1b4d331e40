import type { Issuer } from "./issuer.ts";
import { LoginError } from "./login_error.ts";
import { sendToIssuer } from "./token_exchange.ts";

export interface Revocation {
  /** Address of the authority's revoke endpoint. */
  readonly url: string;
  readonly clientId: string;
  /** How long an answer is waited for, in milliseconds; 10 s unless told otherwise. */
  readonly limitMs?: number;
}

/**
 * Where a login is revoked. `CODEX_REVOKE_TOKEN_URL_OVERRIDE` names it; else it is beside the token endpoint that
 * `CODEX_REFRESH_TOKEN_URL_OVERRIDE` names, else it is the issuer's.
 */
export function revocationOf(
  issuer: Issuer,
  env: Readonly<Record<string, string>>,
): Revocation {
  const { CODEX_REVOKE_TOKEN_URL_OVERRIDE: given, CODEX_REFRESH_TOKEN_URL_OVERRIDE: refresh } = env;
  const base = refresh && URL.canParse(refresh) ? refresh : `${issuer.url}/`;
  const url = given && URL.canParse(given) ? given : new URL("/oauth/revoke", base).href;
  return { url, clientId: issuer.clientId };
}

/** Revoking is a courtesy: whoever logs out is logged out here in any case, soon. */
const LIMIT_MS = 10_000;

/**
 * Makes tokens worthless at the authority: the refresh token, with which the others fall, else the access token.
 *
 * @returns whether the authority said so; a failure is no error
 */
export async function revokeTokens(
  { url, clientId, limitMs = LIMIT_MS }: Revocation,
  tokens: { readonly refreshToken: string; readonly accessToken: string },
  signal: AbortSignal,
): Promise<boolean> {
  const [token, hint] = tokens.refreshToken !== ""
    ? [tokens.refreshToken, "refresh_token"]
    : [tokens.accessToken, "access_token"];
  if (token === "") return false;
  try {
    const { ok } = await sendToIssuer(url, {
      body: JSON.stringify({ token, token_type_hint: hint, client_id: clientId }),
      contentType: "application/json",
      what: "the revocation",
      signal,
      limitMs,
    });
    return ok;
  } catch (error) {
    if (error instanceof LoginError || signal.aborted) return false;
    throw error;
  }
}
