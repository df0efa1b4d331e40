import { AuthError } from "./error.ts";
import { jwtPayload, readClaims } from "./jwt.ts";
import { parseLogin, type StoredLogin, timestamp } from "./record.ts";

/** Tokens of a login that another program owns, which started this one. Never stored. */
export interface ExternalTokens {
  /** A JWT. */
  readonly accessToken: string;
  readonly accountId: string;
  /** `null` = what the token says. */
  readonly planType: string | null;
}

/** Asks the owner of the login for new tokens. */
export type ExternalRefresher = (
  request: { readonly reason: "unauthorized"; readonly previousAccountId: string | null },
  signal: AbortSignal,
) => Promise<ExternalTokens>;

/**
 * The login that these tokens make up.
 *
 * @param forcedWorkspaceId the only account allowed; `null` = any
 * @throws AuthError `external_refresh_failed`
 */
export function externalLogin(
  tokens: ExternalTokens,
  forcedWorkspaceId: string | null,
  now: number,
): StoredLogin {
  if (jwtPayload(tokens.accessToken) === null) throw failed("the access token is not a JWT");
  if (forcedWorkspaceId !== null && tokens.accountId !== forcedWorkspaceId) {
    throw failed("they belong to another workspace than the configured one");
  }
  return parseLogin(JSON.stringify({
    auth_mode: "chatgptAuthTokens",
    OPENAI_API_KEY: null,
    tokens: {
      id_token: tokens.accessToken,
      access_token: tokens.accessToken,
      refresh_token: "",
      account_id: tokens.accountId,
    },
    last_refresh: timestamp(now),
  }));
}

/** The plan: what the owner says, else the token, else `unknown`. */
export function externalPlan(tokens: ExternalTokens): string {
  return tokens.planType ?? readClaims(tokens.accessToken).planType ?? "unknown";
}

/** New tokens from the owner, who may take `limitMs`. Every failure may pass. */
export async function askOwner(
  refresher: ExternalRefresher | null,
  previousAccountId: string | null,
  limitMs: number,
): Promise<ExternalTokens> {
  if (refresher === null) throw failed("it has not said how to ask it");
  const limit = AbortSignal.timeout(limitMs);
  const late = Promise.withResolvers<never>();
  limit.addEventListener("abort", () => late.reject(limit.reason), { once: true });
  try {
    const asked = refresher({ reason: "unauthorized", previousAccountId }, limit);
    return await Promise.race([asked, late.promise]);
  } catch (cause) {
    if (cause instanceof AuthError) throw cause;
    const reason = limit.aborted ? `it did not answer within ${limitMs / 1000} s` : "it failed";
    throw failed(reason, cause);
  }
}

function failed(reason: string, cause?: unknown): AuthError {
  return new AuthError(
    "external_refresh_failed",
    `The program that owns your login gave no usable new tokens: ${reason}.`,
    { cause },
  );
}
