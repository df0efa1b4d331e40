import { type ChatgptLogin, grantedLogin } from "./granted_login.ts";
import type { Issuer } from "./issuer.ts";
import { LoginError } from "./login_error.ts";
import { pause } from "./pause.ts";
import {
  type CodeGrant,
  exchangeCode,
  type IssuerAnswer,
  oauthError,
  sendToIssuer,
  statusText,
} from "./token_exchange.ts";

/** What a person has to be told. */
export interface DevicePrompt {
  /** Page at which the code is typed in. */
  readonly url: string;
  readonly code: string;
  /** How long the code can be used, in milliseconds. */
  readonly limitMs: number;
}

export interface DeviceLoginOptions {
  readonly issuer: Issuer;
  /** The only workspace that is allowed; `null` = any. */
  readonly workspaceId: string | null;
  /** Shows the code; polling begins afterwards. */
  readonly onPrompt: (prompt: DevicePrompt) => Promise<void>;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Waits so many milliseconds; rejects with the signal's reason when aborted. Real time unless told otherwise. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How long a code can be used: 15 minutes from the first poll. */
const LIMIT_MS = 15 * 60_000;
/** Between two polls, when the issuer names no time. */
const DEFAULT_INTERVAL_MS = 5_000;
const SHORTEST_INTERVAL_MS = 1_000;
/** RFC 8628: added to the interval at each `slow_down`. */
const SLOW_DOWN_MS = 5_000;
/** So many polls in a row may stay without a proper answer. */
const MAX_FAILURES = 5;

/**
 * A login without a browser on this machine: the person types a code into a page on any other device.
 *
 * @returns what is to be stored
 * @throws LoginError
 */
export async function deviceLogin(options: DeviceLoginOptions): Promise<ChatgptLogin> {
  const { issuer, workspaceId, signal } = options;
  try {
    const device = await requestCode(options);
    await options.onPrompt({
      url: `${issuer.url}/codex/device`,
      code: device.userCode,
      limitMs: LIMIT_MS,
    });
    const grant = await poll(options, device);
    return grantedLogin(await exchangeCode(issuer, grant, signal), workspaceId);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new LoginError("cancelled", "Login cancelled", { cause: error });
  }
}

interface DeviceCode {
  readonly deviceAuthId: string;
  readonly userCode: string;
  readonly intervalMs: number;
}

async function requestCode(options: DeviceLoginOptions): Promise<DeviceCode> {
  const { clientId } = options.issuer;
  const what = "the request for a code";
  const { status, ok, json } = await post(options, "usercode", what, { client_id: clientId });
  if (status === 404) {
    throw new LoginError(
      "not_enabled",
      "This issuer does not offer logins with a code. Use `codex login`, which opens a browser.",
    );
  }
  if (!ok) {
    throw new LoginError(
      "issuer_failed",
      `The request for a code failed: ${statusText(status, json)}.`,
    );
  }
  const deviceAuthId = json?.["device_auth_id"];
  const userCode = json?.["user_code"] ?? json?.["usercode"];
  if (typeof deviceAuthId !== "string" || typeof userCode !== "string") {
    throw new LoginError("issuer_failed", "The issuer's answer holds no code.");
  }
  return {
    deviceAuthId,
    userCode: printable(userCode),
    intervalMs: intervalOf(json?.["interval"]),
  };
}

/** Seconds as text or as a number. Only an explicit zero means "at once". */
function intervalOf(value: unknown): number {
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? value : "";
  const seconds = text === "" ? NaN : Number(text);
  if (!Number.isFinite(seconds) || seconds < 0) return DEFAULT_INTERVAL_MS;
  return seconds === 0 ? 0 : Math.max(SHORTEST_INTERVAL_MS, seconds * 1000);
}

/** Repeats the question until the person has typed the code in. */
async function poll(options: DeviceLoginOptions, device: DeviceCode): Promise<CodeGrant> {
  const { issuer, signal, now, wait = pause } = options;
  const deadline = now() + LIMIT_MS;
  let { intervalMs } = device;
  let failures = 0;
  for (;;) {
    const verdict = await askOnce(options, device);
    switch (verdict.kind) {
      case "granted":
        return {
          code: verdict.code,
          verifier: verdict.verifier,
          redirectUri: `${issuer.url}/deviceauth/callback`,
        };
      case "pending":
        failures = 0;
        break;
      case "slow_down":
        failures = 0;
        intervalMs += SLOW_DOWN_MS;
        break;
      case "failed":
        failures += 1;
        if (failures >= MAX_FAILURES) throw verdict.error;
        intervalMs = Math.max(intervalMs, SHORTEST_INTERVAL_MS);
        break;
      default:
        return verdict satisfies never;
    }
    if (now() + intervalMs >= deadline) throw expired();
    await wait(intervalMs, signal);
  }
}

type Verdict =
  | { readonly kind: "granted"; readonly code: string; readonly verifier: string }
  | { readonly kind: "pending" | "slow_down" }
  | { readonly kind: "failed"; readonly error: LoginError };

/** @throws LoginError when asking again is of no use */
async function askOnce(options: DeviceLoginOptions, device: DeviceCode): Promise<Verdict> {
  let answer: IssuerAnswer;
  try {
    answer = await post(options, "token", "the question whether the code was used", {
      device_auth_id: device.deviceAuthId,
      user_code: device.userCode,
    });
  } catch (error) {
    if (!(error instanceof LoginError)) throw error;
    return { kind: "failed", error };
  }
  const { status, ok, json } = answer;
  if (ok) return granted(json);
  switch (oauthError(json)) {
    case "slow_down":
      return { kind: "slow_down" };
    case "authorization_pending":
      return { kind: "pending" };
    case "expired_token":
      throw expired();
    case "access_denied":
      throw new LoginError("refused", "The login was refused.");
  }
  if (status === 403 || status === 404) return { kind: "pending" };
  if (status === 429) return { kind: "slow_down" };
  const error = new LoginError(
    "issuer_failed",
    `The issuer does not go on with this code: ${statusText(status, json)}.`,
  );
  if (status < 500) throw error;
  return { kind: "failed", error };
}

function granted(json: IssuerAnswer["json"]): Verdict {
  const code = json?.["authorization_code"];
  const verifier = json?.["code_verifier"];
  if (typeof code !== "string" || typeof verifier !== "string") {
    throw new LoginError("issuer_failed", "The issuer's answer holds no authorization.");
  }
  return { kind: "granted", code, verifier };
}

function expired(): LoginError {
  return new LoginError(
    "timed_out",
    "The code was not used in time. `codex login --device-auth` gives a new one.",
  );
}

async function post(
  { issuer, signal }: DeviceLoginOptions,
  path: string,
  what: string,
  body: Readonly<Record<string, string>>,
): Promise<IssuerAnswer> {
  return await sendToIssuer(`${issuer.url}/api/accounts/deviceauth/${path}`, {
    body: JSON.stringify(body),
    contentType: "application/json",
    what,
    signal,
  });
}

/** What goes to a terminal must not steer it. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "").slice(0, 64);
}
