import { join } from "node:path";
import { openAuth, readClaims, readStoredLogin, type StoredLogin } from "../auth/mod.ts";
import type { Config } from "../config/mod.ts";
import { readWholeText, replaceFile } from "../files/mod.ts";
import { userAgent } from "../model/mod.ts";
import { readOsFacts } from "../platform/mod.ts";
import type { SelfCommand } from "../sandbox/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";

/** Who asks the vendor's service. */
export interface CloudClient {
  readonly originator: string;
  readonly version: string;
  readonly terminal: string;
  readonly self: SelfCommand;
  readonly allowApiKeyEnv: boolean;
  readonly now: () => number;
  readonly logger?: Logger;
  /** For all attempts together, in milliseconds; 15 s unless told otherwise. */
  readonly limitMs?: number;
}

export interface CloudRequirements {
  /** A `requirements.toml`; `null` = the service has none, or did not answer. */
  readonly text: string | null;
  /** For a person: something could not be asked for. */
  readonly warning: string | null;
}

/** Plans whose workspaces have administrators that can require something. */
const MANAGED_PLANS: ReadonlySet<string> = new Set(["business", "enterprise"]);

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;
const LIMIT_MS = 15_000;
const FRESH_MS = 3_600_000;
/** How long an answer may stand in for a service that does not answer. */
const STALE_MS = 7 * 24 * 3_600_000;

const NOTHING: CloudRequirements = { text: null, warning: null };

/**
 * What the administrator of the login's workspace requires. Costs one look at the stored login where that cannot be
 * anything. The service's answer is kept for an hour; when the service does not answer, what it said in the last seven
 * days still counts, and only without that the session goes on with a warning.
 */
export async function cloudRequirements(
  config: Config,
  env: Readonly<Record<string, string>>,
  client: CloudClient,
): Promise<CloudRequirements> {
  if (client.allowApiKeyEnv && env["CODEX_API_KEY"]?.trim()) return NOTHING;
  const login = await managedLogin(config);
  if (login === null) return NOTHING;
  const cache = new RequirementsCache(config.codexHome, login, client.now);
  const known = await cache.read();
  if (known !== null && known.age < FRESH_MS) return { text: known.contents, warning: null };
  try {
    const contents = await fetchPatiently(config, env, client);
    await cache.write(contents).catch((error: unknown) => {
      client.logger?.warn("the requirements could not be kept", { error: String(error) });
    });
    return { text: contents, warning: null };
  } catch (error) {
    client.logger?.warn("the requirements could not be fetched", { error: String(error) });
    if (known !== null && known.age < STALE_MS) {
      return {
        text: known.contents,
        warning: "What your workspace requires could not be asked for; what it required " +
          `${Math.ceil(known.age / 3_600_000)} h ago is in force.`,
      };
    }
    return {
      text: null,
      warning:
        "What your workspace requires could not be asked for, so this session runs without " +
        "it. Check the network.",
    };
  }
}

interface ManagedLogin {
  readonly userId: string | null;
  readonly accountId: string | null;
}

/** The login, where it is one whose workspace may require something. One that cannot be read is told elsewhere. */
async function managedLogin(config: Config): Promise<ManagedLogin | null> {
  let login: StoredLogin | null;
  try {
    login = await readStoredLogin({ codexHome: config.codexHome, store: config.credentialsStore });
  } catch {
    return null;
  }
  if (login?.mode !== "chatgpt" || login.tokens === null) return null;
  const claims = readClaims(login.tokens.idToken);
  if (!MANAGED_PLANS.has(claims.planType ?? "")) return null;
  return { userId: claims.userId, accountId: login.tokens.accountId ?? claims.accountId };
}

/** Repeats with growing pauses. @throws when the service did not answer within the limit */
async function fetchPatiently(
  config: Config,
  env: Readonly<Record<string, string>>,
  client: CloudClient,
): Promise<string | null> {
  const limit = AbortSignal.timeout(client.limitMs ?? LIMIT_MS);
  const agent = userAgent({ ...client, ...await readOsFacts() });
  const { originator } = client;
  await using auth = await openAuth({
    codexHome: config.codexHome,
    env,
    allowApiKeyEnv: false,
    store: config.credentialsStore,
    logger: client.logger ?? SILENT_LOGGER,
    clientHeaders: () => Promise.resolve({ originator, "user-agent": agent }),
    self: client.self,
    forcedWorkspaceId: config.forcedChatgptWorkspaceId,
  });
  let renewed = false;
  for (let attempt = 1;; attempt++) {
    const headers = await auth.get(limit);
    const answer = await ask(config, headers, { originator, "user-agent": agent }, limit);
    if (answer.type === "contents") return answer.contents;
    if (answer.type === "unauthorized" && !renewed) {
      renewed = true;
      if (await auth.afterRejection(headers, limit)) continue;
    }
    if (attempt === ATTEMPTS) throw new Error(answer.reason);
    const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.9 + Math.random() / 5);
    await untilOver(pause, limit);
  }
}

type Answer =
  | { readonly type: "contents"; readonly contents: string | null }
  | { readonly type: "unauthorized" | "failed"; readonly reason: string };

async function ask(
  config: Config,
  auth: { readonly authorization: string | null; readonly accountId: string | null },
  client: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(requirementsUrl(config.chatgptBaseUrl), {
      headers: {
        ...client,
        ...(auth.authorization === null ? {} : { authorization: auth.authorization }),
        ...(auth.accountId === null ? {} : { "chatgpt-account-id": auth.accountId }),
      },
      signal,
      redirect: "error",
    });
    const text = await response.text();
    if (response.status === 401) return { type: "unauthorized", reason: "401" };
    if (!response.ok) return { type: "failed", reason: `status ${response.status}` };
    const { contents } = JSON.parse(text) as { readonly contents?: unknown };
    return { type: "contents", contents: typeof contents === "string" ? contents : null };
  } catch (error) {
    signal.throwIfAborted();
    return { type: "failed", reason: error instanceof Error ? error.name : "unknown" };
  }
}

/** The vendor's own backend has another path than servers that stand in for it. */
export function requirementsUrl(baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, "");
  return base.includes("/backend-api")
    ? `${base}/wham/config/requirements`
    : `${base}/api/codex/config/requirements`;
}

async function untilOver(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Not a secret: it tells a file that this program wrote from one that somebody edited by hand. */
const SIGNING_KEY = "codex-deno cloud requirements cache, version 1";

interface SignedPayload {
  readonly cached_at: string;
  readonly expires_at: string;
  readonly chatgpt_user_id: string | null;
  readonly account_id: string | null;
  readonly contents: string | null;
}

/** `cloud-requirements-cache.json`: the last answer for one user of one account, signed. */
class RequirementsCache {
  readonly #path: string;

  constructor(codexHome: string, readonly login: ManagedLogin, readonly now: () => number) {
    this.#path = join(codexHome, "cloud-requirements-cache.json");
  }

  /** `null` = nothing that counts for this login. Age in milliseconds. */
  async read(): Promise<{ readonly contents: string | null; readonly age: number } | null> {
    try {
      const { signed_payload: payload, signature } = JSON.parse(
        await readWholeText(this.#path),
      ) as { readonly signed_payload: SignedPayload; readonly signature: string };
      if (await sign(payload) !== signature) return null;
      const { userId, accountId } = this.login;
      if (payload.chatgpt_user_id !== userId || payload.account_id !== accountId) return null;
      const age = this.now() - Date.parse(payload.cached_at);
      return age >= 0 ? { contents: payload.contents, age } : null;
    } catch {
      return null;
    }
  }

  async write(contents: string | null): Promise<void> {
    const now = this.now();
    const payload: SignedPayload = {
      cached_at: new Date(now).toISOString(),
      expires_at: new Date(now + FRESH_MS).toISOString(),
      chatgpt_user_id: this.login.userId,
      account_id: this.login.accountId,
      contents,
    };
    const text = JSON.stringify(
      { signed_payload: payload, signature: await sign(payload) },
      null,
      2,
    );
    await replaceFile(this.#path, text, { mode: 0o600 });
  }
}

async function sign(payload: SignedPayload): Promise<string> {
  const encoder = new TextEncoder();
  const hmac = { name: "HMAC", hash: "SHA-256" } as const;
  const key = await crypto.subtle.importKey("raw", encoder.encode(SIGNING_KEY), hmac, false, [
    "sign",
  ]);
  const { cached_at, expires_at, chatgpt_user_id, account_id, contents } = payload;
  const text = JSON.stringify([cached_at, expires_at, chatgpt_user_id, account_id, contents]);
  return btoa(
    String.fromCharCode(
      ...new Uint8Array(await crypto.subtle.sign(hmac, key, encoder.encode(text))),
    ),
  );
}
