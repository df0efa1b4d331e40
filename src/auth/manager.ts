import type { AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { AuthError } from "./error.ts";
import { systemKeyring } from "./keyring.ts";
import type { StoredLogin } from "./record.ts";
import { openStore, type StoreKind } from "./store.ts";

type LoadLogin = () => Promise<StoredLogin | null>;

/** What a request carries. Same shape as `AuthHeaders` of `model/`. */
export interface AuthHeaders {
  /** Complete header value; `null` = send none. */
  readonly authorization: string | null;
  readonly accountId: string | null;
  readonly kind: "chatgpt" | "api_key" | "none";
}

export interface AuthOptions {
  readonly codexHome: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  /** Only `exec` takes a key from `CODEX_API_KEY`. */
  readonly allowApiKeyEnv: boolean;
  readonly store: StoreKind;
  readonly logger?: Logger;
}

/** Keeps one snapshot of the login. Fits `Credentials` of `model/`. */
export interface AuthManager {
  /** Which login there is, without its secrets. */
  readonly kind: "chatgpt" | "api_key" | "none";
  /** What is wrong with the stored login, for a person; `null` = nothing. */
  readonly warning: string | null;
  /** Headers of the snapshot. No I/O. */
  get(signal: AbortSignal): Promise<AuthHeaders>;
  /**
   * Call it when the server answered 401 to `rejected`. Reads the store again: true when another process
   * has renewed the same account's login, so that one more try is worth it; false when there is nothing to
   * renew (an API key, or no login).
   *
   * @throws AuthError when only a new login helps
   */
  afterRejection(rejected: AuthHeaders, signal: AbortSignal): Promise<boolean>;
}

const NO_LOGIN: AuthHeaders = { authorization: null, accountId: null, kind: "none" };

/**
 * Opens the login. Sources, the first one wins: `CODEX_API_KEY` when allowed, then the configured store. A
 * damaged store counts as no login, with a warning. `OPENAI_API_KEY` of the environment is never used.
 */
export async function openAuth(options: AuthOptions): Promise<AuthManager> {
  const logger = (options.logger ?? SILENT_LOGGER).withTarget("codex_core::auth");
  const apiKey = options.allowApiKeyEnv ? options.env["CODEX_API_KEY"]?.trim() ?? "" : "";
  if (apiKey !== "") {
    const record = { mode: "apikey", apiKey, tokens: null, lastRefresh: null, fields: {} } as const;
    return new Manager(record, null, null, logger);
  }
  const keyring = systemKeyring(options.codexHome);
  const { load } = openStore(options.store, options.codexHome, keyring, logger);
  try {
    return new Manager(await load(), load, null, logger);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    logger.error("the stored login is not usable", { reason: error.message });
    return new Manager(null, load, `Not logged in: ${error.message}`, logger);
  }
}

class Manager implements AuthManager {
  #record: StoredLogin | null;
  /** `null` = the login does not come from a store. */
  readonly #load: LoadLogin | null;
  readonly warning: string | null;
  readonly #logger: Logger;

  constructor(
    record: StoredLogin | null,
    load: LoadLogin | null,
    warning: string | null,
    logger: Logger,
  ) {
    this.#record = record;
    this.#load = load;
    this.warning = warning;
    this.#logger = logger;
  }

  get kind(): AuthHeaders["kind"] {
    return headersOf(this.#record).kind;
  }

  get(signal: AbortSignal): Promise<AuthHeaders> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return Promise.resolve(headersOf(this.#record));
  }

  async afterRejection(rejected: AuthHeaders, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (rejected.kind !== "chatgpt" || this.#load === null) return false;
    // An earlier rejection may have brought the newer token already.
    if (headersOf(this.#record).authorization !== rejected.authorization) return true;
    const stored = await this.#read(this.#load);
    const headers = headersOf(stored);
    if (headers.kind !== "chatgpt" || headers.accountId !== rejected.accountId) {
      throw new AuthError(
        "account_changed",
        "The login was refused, and since then somebody has logged out or in to another account. " +
          "Please start again, after `codex login` if needed.",
      );
    }
    if (headers.authorization === rejected.authorization) {
      throw new AuthError(
        "token_expired",
        "The login was refused and has to be renewed. Please log in again with `codex login`.",
      );
    }
    this.#record = stored;
    this.#logger.info("took over a login that another process renewed");
    return true;
  }

  async #read(load: LoadLogin): Promise<StoredLogin | null> {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      // A half-written file is no logout: the answer is the same as for an unchanged one.
      this.#logger.warn("the stored login cannot be read again", { reason: error.message });
      return this.#record;
    }
  }
}

function headersOf(record: StoredLogin | null): AuthHeaders {
  if (record === null) return NO_LOGIN;
  if (record.mode === "apikey") {
    return { authorization: `Bearer ${record.apiKey}`, accountId: null, kind: "api_key" };
  }
  const { tokens } = record;
  return {
    authorization: tokens === null ? null : `Bearer ${tokens.accessToken}`,
    accountId: tokens?.accountId ?? null,
    kind: "chatgpt",
  };
}
