import { readAnswer } from "../answer_text.ts";
import type { Issuer } from "./issuer.ts";
import { LoginError } from "./login_error.ts";

/** What a code is redeemed for. */
export interface GrantedTokens {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface CodeGrant {
  readonly code: string;
  /** The same as in the request that brought the code. */
  readonly redirectUri: string;
  readonly verifier: string;
}

/** Longest time for one request to the issuer, in milliseconds. */
const REQUEST_LIMIT_MS = 30_000;

/**
 * Redeems a code.
 *
 * @throws LoginError `issuer_failed`; the signal's reason when aborted
 */
export async function exchangeCode(
  issuer: Issuer,
  grant: CodeGrant,
  signal: AbortSignal,
): Promise<GrantedTokens> {
  const answer = await postForm(issuer, "the exchange of the code for tokens", signal, [
    ["grant_type", "authorization_code"],
    ["code", grant.code],
    ["redirect_uri", grant.redirectUri],
    ["client_id", issuer.clientId],
    ["code_verifier", grant.verifier],
  ]);
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = answer;
  if (!isText(idToken) || !isText(accessToken) || !isText(refreshToken)) {
    throw new LoginError("issuer_failed", "The issuer's answer lacks one of the three tokens.");
  }
  return { idToken, accessToken, refreshToken };
}

/**
 * An API key for the same account. Not every account may have one, so that failure is not an error.
 *
 * @returns `null` = there is none
 */
export async function exchangeForApiKey(
  issuer: Issuer,
  idToken: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const answer = await postForm(issuer, "the exchange for an API key", signal, [
      ["grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"],
      ["client_id", issuer.clientId],
      ["requested_token", "openai-api-key"],
      ["subject_token", idToken],
      ["subject_token_type", "urn:ietf:params:oauth:token-type:id_token"],
    ]);
    return isText(answer["access_token"]) ? answer["access_token"] : null;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LoginError)) throw error;
    return null;
  }
}

type Form = readonly (readonly [name: string, value: string])[];

async function postForm(
  issuer: Issuer,
  what: string,
  signal: AbortSignal,
  form: Form,
): Promise<Readonly<Record<string, unknown>>> {
  const body = form.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  const { status, ok, json } = await sendToIssuer(`${issuer.url}/oauth/token`, {
    body,
    contentType: "application/x-www-form-urlencoded",
    what,
    signal,
  });
  if (!ok) {
    throw new LoginError("issuer_failed", `${sentence(what)} failed: ${statusText(status, json)}.`);
  }
  if (json === null) {
    throw new LoginError("issuer_failed", `${sentence(what)} failed: the answer is not JSON.`);
  }
  return json;
}

export interface IssuerRequest {
  readonly body: string;
  readonly contentType: string;
  /** Names the request in errors, such as "the request for a code". */
  readonly what: string;
  readonly signal: AbortSignal;
  /** How long an answer is waited for, in milliseconds; 30 s unless told otherwise. */
  readonly limitMs?: number;
}

export interface IssuerAnswer {
  readonly status: number;
  readonly ok: boolean;
  /** The body if it is a JSON object, else `null`. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

/**
 * One POST to the issuer. Redirects are not followed: they would carry secrets to wherever they point.
 *
 * @throws LoginError `issuer_failed` when there is no answer; the signal's reason when aborted
 */
export async function sendToIssuer(url: string, request: IssuerRequest): Promise<IssuerAnswer> {
  const { limitMs = REQUEST_LIMIT_MS } = request;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": request.contentType, accept: "application/json" },
      body: request.body,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(limitMs)]),
    });
    const { text, failure } = await readAnswer(response);
    if (failure !== null) throw failure;
    return { status: response.status, ok: response.ok, json: objectOf(text) };
  } catch (error) {
    request.signal.throwIfAborted();
    throw new LoginError(
      "issuer_failed",
      `${sentence(request.what)} got no answer from ${new URL(url).origin}. ` +
        "Check the connection, and the proxy if there is one.",
      { cause: error },
    );
  }
}

/** Status and, when the answer follows RFC 6749, its error code. Never the body: it may hold anything. */
export function statusText(status: number, json: IssuerAnswer["json"]): string {
  const code = oauthError(json);
  return code === null ? `status ${status}` : `status ${status}, ${code}`;
}

/** The error code of RFC 6749, also in the nested form; `null` = none that is fit to be shown. */
export function oauthError(json: IssuerAnswer["json"]): string | null {
  const error = json?.["error"];
  const code = typeof error === "object" && error !== null && "code" in error
    ? error.code
    : error ?? json?.["code"];
  return typeof code === "string" && /^[\w.-]{1,64}$/.test(code) ? code : null;
}

function objectOf(text: string): IssuerAnswer["json"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Readonly<Record<string, unknown>>
      : null;
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
