import { type Logger } from "../telemetry/mod.ts";
import { readAnswer } from "./answer_text.ts";
import { AuthError } from "./error.ts";
import type { RejectionReason } from "./journal.ts";
import { issuerOf } from "./login/issuer.ts";
import type { NewTokens } from "./record.ts";
import { limitRunningTime } from "./running_time.ts";

/** Logins of other issuers are renewed and revoked where the environment says. */
const VENDOR = issuerOf(null, null);

export type AuthorityAnswer =
  /** `error`: what must be told once they are stored, since the answer broke off before the one for requests. */
  | { readonly type: "tokens"; readonly tokens: NewTokens; readonly error: AuthError | null }
  | { readonly type: "rejected"; readonly reason: RejectionReason }
  /** No answer, or one that decides nothing: whether the token is spent is not known. */
  | { readonly type: "unknown"; readonly error: AuthError };

export interface AuthorityOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Headers that every request of this program carries. */
  readonly clientHeaders: () => Promise<Readonly<Record<string, string>>>;
  /** For a whole exchange, in milliseconds. */
  readonly timeoutMs: number;
  /** What time the authority has, in milliseconds since the epoch. */
  readonly onServerTime: (ms: number) => void;
  readonly logger: Logger;
}

/** The token authority, over HTTP. Never throws for what a network or a server does. */
export interface Authority {
  requestChatgptTokenRefresh(refreshToken: string): Promise<AuthorityAnswer>;
  /** Best effort: a token that nobody keeps should not stay valid. */
  revoke(refreshToken: string): Promise<void>;
}

export function createAuthority(options: AuthorityOptions): Authority {
  return {
    requestChatgptTokenRefresh: (token) => requestChatgptTokenRefresh(options, token),
    revoke: (token) => revoke(options, token),
  };
}

async function requestChatgptTokenRefresh(
  options: AuthorityOptions,
  refreshToken: string,
): Promise<AuthorityAnswer> {
  using limit = limitRunningTime(options.timeoutMs);
  try {
    const response = await post(options, limit.signal, {
      client_id: VENDOR.clientId,
      grant_type: "refresh_token",
      refresh_token: refreshToken,
      scope: "openid profile email",
    });
    const serverTime = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(serverTime)) options.onServerTime(serverTime);
    const { text, failure } = await readAnswer(response);
    if (failure === null) return response.ok ? readTokens(text) : readRefusal(response, text);
    const error = noAnswer(options, failure);
    return (response.ok ? rescued(text, error) : null) ?? { type: "unknown", error };
  } catch (cause) {
    return { type: "unknown", error: noAnswer(options, cause) };
  }
}

function noAnswer({ env, logger, timeoutMs }: AuthorityOptions, cause: unknown): AuthError {
  logger.warn("no answer from the login service", { reason: describe(cause) });
  return cause instanceof DOMException && cause.name === "TimeoutError"
    ? noAnswerWithin(env, timeoutMs, cause)
    : noHelp(env, "it could not be reached, or the connection broke", cause);
}

/** What to tell who has waited for so many milliseconds. */
export function noAnswerWithin(
  env: Readonly<Record<string, string>>,
  ms: number,
  cause?: unknown,
): AuthError {
  return noHelp(env, `it did not answer within ${ms / 1000} s`, cause);
}

function noHelp(env: Readonly<Record<string, string>>, reason: string, cause: unknown): AuthError {
  return new AuthError(
    "authority_unreachable",
    `Your login has to be renewed, and the login service (${
      hostOf(tokenUrl(env))
    }) did not help: ` +
      `${reason}. Check the network and try again.`,
    { cause },
  );
}

async function revoke(options: AuthorityOptions, refreshToken: string): Promise<void> {
  const { revocationOf, revokeTokens } = await import("./login/revoke.ts");
  const revocation = revocationOf(VENDOR, options.env);
  const never = new AbortController().signal;
  const isRevoked = await revokeTokens(revocation, { refreshToken, accessToken: "" }, never);
  if (!isRevoked) options.logger.warn("a superseded token was not revoked");
}

/** Read at each call, as the reference does. */
function tokenUrl(env: Readonly<Record<string, string>>): string {
  return env["CODEX_REFRESH_TOKEN_URL_OVERRIDE"] || `${VENDOR.url}/oauth/token`;
}

async function post(
  options: AuthorityOptions,
  signal: AbortSignal,
  body: unknown,
): Promise<Response> {
  return await fetch(tokenUrl(options.env), {
    method: "POST",
    headers: { ...await options.clientHeaders(), "content-type": "application/json" },
    body: JSON.stringify(body),
    // A token is not carried to wherever a redirect points.
    redirect: "manual",
    signal,
  });
}

function readTokens(text: string): AuthorityAnswer {
  const error = new AuthError(
    "authority_error",
    "Your login could not be renewed: the login service gave an answer without tokens. Try again.",
  );
  const body = jsonObject(text);
  if (body === null) return rescued(text, error) ?? { type: "unknown", error };
  const tokens = tokensOf((name) => body[name]);
  return tokens.idToken ?? tokens.accessToken ?? tokens.refreshToken
    ? { type: "tokens", tokens, error: null }
    : { type: "unknown", error };
}

function tokensOf(field: (name: string) => unknown): NewTokens {
  return {
    idToken: string(field("id_token")),
    accessToken: string(field("access_token")),
    refreshToken: string(field("refresh_token")),
  };
}

/**
 * What an answer holds that is no JSON, since it broke off or something on the way added to it: the new refresh token
 * is the only one that is still good. `null` = it is not in there.
 *
 * @param error what to tell when there is nothing for requests
 */
function rescued(text: string, error: AuthError): AuthorityAnswer | null {
  const tokens = tokensOf((name) => text.match(`"${name}"\\s*:\\s*"([\\w.~+/=-]+)"`)?.[1]);
  if (tokens.refreshToken === null) return null;
  return { type: "tokens", tokens, error: tokens.accessToken === null ? error : null };
}

const REASONS: Readonly<Record<string, RejectionReason>> = {
  refresh_token_expired: "expired",
  refresh_token_reused: "reused",
  refresh_token_invalidated: "invalidated",
};

function readRefusal(response: Response, text: string): AuthorityAnswer {
  const reason = REASONS[errorCode(text)?.toLowerCase() ?? ""];
  if (reason !== undefined) return { type: "rejected", reason };
  if (response.status === 401) return { type: "rejected", reason: "other" };
  const status = `${response.status} ${response.statusText}`.trim();
  const message =
    `Your login could not be renewed now: the login service answered ${status}. Try again in a moment.`;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const retryAfterMs = seconds >= 0 ? seconds * 1000 : null;
  return { type: "unknown", error: new AuthError("authority_error", message, { retryAfterMs }) };
}

function errorCode(text: string): string | null {
  const body = jsonObject(text);
  if (body === null) return null;
  const error = body["error"];
  if (typeof error === "string") return error;
  if (typeof error === "object" && error !== null && "code" in error) {
    if (typeof error.code === "string") return error.code;
  }
  return string(body["code"]);
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Readonly<Record<string, unknown>> : null;
  } catch {
    return null;
  }
}

function string(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Without path and query. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "its address is not valid";
}

/** The kind of failure. Its text would name the address, and may go on about the request. */
function describe(cause: unknown): string {
  return cause instanceof Error ? cause.name : "unknown";
}
