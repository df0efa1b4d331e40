import type { AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { type Authority, createAuthority } from "./authority.ts";
import { completeCutWrite } from "./cut_write.ts";
import { AuthError } from "./error.ts";
import {
  askOwner,
  externalLogin,
  externalPlan,
  type ExternalRefresher,
  type ExternalTokens,
} from "./external.ts";
import { type AuthHeaders, headersOf, NO_LOGIN } from "./headers.ts";
import { loginFiles } from "./home_files.ts";
import { readClaims } from "./jwt.ts";
import { type KeyringEntry, systemKeyring } from "./keyring.ts";
import { type DeletedLogin, deleteLogin } from "./login_writer.ts";
import { loginText, type StoredLogin } from "./record.ts";
import { type ReloadOutcome, UnauthorizedRecovery } from "./recovery.ts";
import {
  limitsFromEnvironment,
  lockTimeout,
  look,
  REFRESH_LIMITS,
  refreshAndPersistChatgptToken,
  type RefreshContext,
  type RefreshLimits,
  type RefreshResult,
  type RefreshStep,
} from "./refresh.ts";
import { refreshInHelper, type SelfCommand } from "./refresh_helper.ts";
import { loadFirst, loadSettled, loggedOut, sameLogin } from "./same_login.ts";
import { ServerClock, Staleness } from "./staleness.ts";
import { type LoginStore, openStore, type StoreKind } from "./store.ts";

export interface AuthOptions {
  readonly codexHome: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  /** Only `exec` takes a key from `CODEX_API_KEY`. */
  readonly allowApiKeyEnv: boolean;
  readonly store: StoreKind;
  readonly logger?: Logger;
  /** Headers that say who asks, for requests to the authority. */
  readonly clientHeaders?: () => Promise<Readonly<Record<string, string>>>;
  /** The only account allowed; `null` = any. */
  readonly forcedWorkspaceId?: string | null;
  /** Milliseconds since the epoch; the system clock by default. */
  readonly now?: () => number;
  /** How to start the helper that a renewal is safe in; absent: it happens in this process. */
  readonly self?: SelfCommand;
  readonly keyring?: KeyringEntry;
  readonly limits?: Partial<RefreshLimits>;
  /** Told at each moment of a refresh, and waited for. */
  readonly onStep?: (step: RefreshStep) => void | Promise<void>;
}

/** Who is logged in, without any secret. */
export interface LoginSummary {
  readonly kind: AuthHeaders["kind"];
  readonly email: string | null;
  readonly planType: string | null;
  readonly accountId: string | null;
}

/** A login that another program owns. */
interface ExternalLogin {
  readonly login: StoredLogin;
  readonly plan: string;
  readonly refresher: ExternalRefresher | null;
}

/** How often, per process, a stale token is renewed ahead of a request. Milliseconds. */
const PROACTIVE_EVERY_MS = 60_000;

/**
 * Opens the login. Sources, the first one wins: `CODEX_API_KEY` when allowed, tokens that another program hands over
 * later, then the configured store. `OPENAI_API_KEY` of the environment is never used.
 */
export async function openAuth(options: AuthOptions): Promise<AuthManager> {
  const manager = new AuthManager(options);
  try {
    await manager.reload();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
  }
  return manager;
}

/** Keeps one snapshot of the login and renews it. One per process, home and store. Fits `Credentials` of `model/`. */
export class AuthManager implements AsyncDisposable {
  readonly #envKey: string | null;
  readonly #store: LoginStore;
  readonly #context: RefreshContext;
  readonly #authority: Authority;
  readonly #clock: ServerClock;
  readonly #staleness = new Staleness();
  readonly #logger: Logger;
  readonly #options: AuthOptions;
  /** What the store gave; another program's tokens go before it. */
  #stored: StoredLogin | null = null;
  #external: ExternalLogin | null = null;
  /** The owner of the external tokens is being asked for new ones. */
  #asking: Promise<void> | null = null;
  /** Something is stored that cannot be used: not the same as nothing. */
  #unreadable: AuthError | null = null;
  #refreshing: Promise<RefreshResult> | null = null;
  /** The renewal happens in another process, which outlives this one. */
  #isElsewhere = false;
  #proactiveAt = -Infinity;

  constructor(options: AuthOptions) {
    this.#options = options;
    this.#logger = (options.logger ?? SILENT_LOGGER).withTarget("codex_core::auth");
    const key = options.allowApiKeyEnv ? options.env["CODEX_API_KEY"]?.trim() : "";
    this.#envKey = key || null;
    const { codexHome, keyring = systemKeyring(codexHome) } = options;
    this.#store = openStore(options.store, codexHome, keyring, this.#logger);
    this.#clock = new ServerClock(options.now ?? Date.now);
    const limits = {
      ...REFRESH_LIMITS,
      ...limitsFromEnvironment(options.env),
      ...options.limits,
    };
    this.#authority = createAuthority({
      env: options.env,
      clientHeaders: options.clientHeaders ?? (() => Promise.resolve({})),
      timeoutMs: limits.request,
      onServerTime: (ms) => this.#clock.note(ms),
      logger: this.#logger,
    });
    this.#context = {
      files: loginFiles(codexHome),
      store: this.#store,
      authority: this.#authority,
      limits,
      now: () => this.#clock.now(),
      pid: Deno.pid,
      logger: this.#logger,
      onStep: options.onStep ?? (() => {}),
    };
  }

  /** Which login there is, without its secrets. */
  get kind(): AuthHeaders["kind"] {
    return headersOf(this.#snapshot).kind;
  }

  /** What is wrong with the stored login, for a person; `null` = nothing. */
  get warning(): string | null {
    return this.#unreadable === null ? null : `Not logged in: ${this.#unreadable.message}`;
  }

  /** Who is logged in, as the tokens say. */
  get summary(): LoginSummary {
    const { kind, accountId } = headersOf(this.#snapshot);
    const claims = readClaims(this.#snapshot?.tokens?.idToken ?? "");
    const planType = this.#external?.plan ?? claims.planType;
    return { kind, accountId, email: claims.email, planType };
  }

  /**
   * Headers for a request. No I/O unless the token is about to end: then it is renewed first, and if that fails the
   * request decides.
   *
   * @throws AuthError `unreadable_store`, `unsupported_store` or `no_tokens`: a login is stored that cannot be used
   */
  async get(signal: AbortSignal): Promise<AuthHeaders> {
    signal.throwIfAborted();
    if (this.#unreadable !== null) await this.reload();
    const snapshot = this.#snapshot;
    if (snapshot === null) return NO_LOGIN;
    if (snapshot.mode !== "apikey" && snapshot.tokens === null) throw noTokens();
    if (this.#staleness.isStale(snapshot, this.#clock.now())) await this.#refreshAhead(signal);
    return headersOf(this.#snapshot);
  }

  /**
   * Call it when a server answered 401 to `rejected`, once for each request. True: other headers are there, so that
   * one more try is worth it. False: there is nothing to renew (an API key).
   *
   * @throws AuthError when the login cannot be renewed; `retryable` tells whether it might be in a moment
   */
  async afterRejection(rejected: AuthHeaders, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (rejected.kind === "api_key") return false;
    if (rejected.kind === "none") throw notLoggedIn(this.#options.allowApiKeyEnv);
    // Another request's recovery may have brought the newer token already.
    if (headersOf(this.#snapshot).authorization !== rejected.authorization) return true;
    const recovery = this.unauthorizedRecovery();
    while (recovery.hasNext) {
      const outcome = await recovery.next(signal);
      if (outcome.type === "skipped") throw outcome.error;
      if (outcome.type !== "unchanged") return true;
    }
    return false;
  }

  /** Puts the clock right by which a token is judged; see `staleness.ts`. `ms`: since the epoch. */
  noteServerTime(ms: number): void {
    this.#clock.note(ms);
  }

  /** The recovery of one refused request, for the snapshot as it is now. */
  unauthorizedRecovery(): UnauthorizedRecovery {
    const snapshot = this.#snapshot;
    const isManaged = snapshot?.mode === "chatgpt" && snapshot.tokens !== null;
    const start = this.#external !== null ? "refresh_token" : isManaged ? "reload" : "done";
    return new UnauthorizedRecovery({
      guardedReload: () => this.#guardedReload(),
      refresh: (signal) => this.refreshTokenFromAuthority(signal),
    }, start);
  }

  /**
   * Replaces the snapshot by what the sources give now. Resolves to whether the kind of login has changed.
   *
   * @throws AuthError when something is stored that cannot be used
   */
  async reload(): Promise<boolean> {
    const before = this.kind;
    if (this.#envKey !== null) return false;
    try {
      this.#stored = await this.#loadStored();
      this.#unreadable = null;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.#logger.warn("the stored login is not usable", { code: error.code });
      this.#stored = null;
      this.#unreadable = error;
      throw error;
    }
    return this.kind !== before;
  }

  /** Takes over what another instance renewed; else renews. Does nothing for an API key or no login. */
  async refreshToken(signal: AbortSignal): Promise<void> {
    // Tokens of another program are renewed when they are refused, not on request.
    if (this.#external !== null) return;
    if (this.unauthorizedRecovery().hasNext) await this.#refresh(signal);
  }

  /** Gets new tokens from whoever gives them: the authority, or the program that owns the login. */
  async refreshTokenFromAuthority(signal: AbortSignal): Promise<void> {
    const external = this.#external;
    if (external === null) return await this.refreshToken(signal);
    this.#asking ??= this.#askOwner(external).finally(() => this.#asking = null);
    await untilAborted(this.#asking, signal);
  }

  /**
   * Goes on with tokens that another program owns, instead of the stored login, until `logout`.
   *
   * @throws AuthError `external_refresh_failed`: not a JWT, or not the forced workspace
   */
  useExternalTokens(tokens: ExternalTokens, refresher: ExternalRefresher | null): void {
    const forced = this.#options.forcedWorkspaceId ?? null;
    const login = externalLogin(tokens, forced, this.#clock.now());
    this.#external = { login, plan: externalPlan(tokens), refresher };
  }

  /** Forgets another program's tokens and removes the stored login. */
  async logout(): Promise<DeletedLogin> {
    this.#external = null;
    const { codexHome, store } = this.#options;
    const deleted = await deleteLogin({
      codexHome,
      store,
      opened: this.#store,
      logger: this.#logger,
    });
    await this.reload();
    return deleted;
  }

  /**
   * Waits, for a limited time, until a refresh under way is safe. One in the helper is, unless the end of this process
   * is that of its container, where nothing outlives it; hence a moment for that one too.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#refreshing === null) return;
    const { exit, helperExit } = this.#context.limits;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#isElsewhere ? helperExit : exit);
    await Promise.race([this.#refreshing.catch(() => {}), late]);
    clearTimeout(timer);
  }

  get #snapshot(): StoredLogin | null {
    if (this.#envKey !== null) {
      const fields = { OPENAI_API_KEY: this.#envKey };
      return { mode: "apikey", apiKey: this.#envKey, tokens: null, lastRefresh: null, fields };
    }
    return this.#external?.login ?? this.#stored;
  }

  /** What the owner has said or done meanwhile is newer than its answer. */
  async #askOwner(external: ExternalLogin): Promise<void> {
    const previous = external.login.tokens?.accountId ?? null;
    const { ownerAnswer } = this.#context.limits;
    const tokens = await askOwner(external.refresher, previous, ownerAnswer);
    if (this.#external === null) throw loggedOut();
    if (this.#external === external) this.useExternalTokens(tokens, external.refresher);
  }

  async #guardedReload(): Promise<ReloadOutcome> {
    const before = this.#stored;
    if (before === null) return { type: "unchanged" };
    try {
      const login = sameLogin(
        before,
        await loadSettled(this.#store.reload, this.#context.limits.settle),
      );
      this.#stored = login;
      const isNewer = login.tokens.accessToken !== before.tokens?.accessToken;
      if (isNewer) this.#logger.info("took over a login that another instance renewed");
      return { type: isNewer ? "changed" : "unchanged" };
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      // A damaged file is no logout. Under the lock it is looked at again.
      if (error.retryable) return { type: "unchanged" };
      return { type: "skipped", error };
    }
  }

  async #loadStored(): Promise<StoredLogin | null> {
    const { files, limits } = this.#context;
    try {
      return await loadFirst(this.#store.load, limits.settle);
    } catch (error) {
      if (!(error instanceof AuthError) || error.code !== "unreadable_store") throw error;
    }
    await completeCutWrite(files, limits.commitLock, this.#logger).catch((error: unknown) =>
      this.#logger.warn("the login cannot be mended", { reason: String(error) })
    );
    return await this.#store.load();
  }

  async #refreshAhead(signal: AbortSignal): Promise<void> {
    const now = this.#options.now?.() ?? Date.now();
    if (this.#refreshing === null && now - this.#proactiveAt < PROACTIVE_EVERY_MS) return;
    this.#proactiveAt = now;
    try {
      await this.#refresh(signal);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      this.#logger.warn("the login could not be renewed ahead of time", { code: error.code });
    }
  }

  /** One refresh at a time; whoever asks meanwhile gets its result. Aborting ends the waiting alone. */
  async #refresh(signal: AbortSignal): Promise<void> {
    this.#refreshing ??= this.#startRefresh().finally(() => {
      this.#refreshing = null;
    });
    await untilAborted(this.#refreshing, signal);
  }

  async #startRefresh(): Promise<RefreshResult> {
    const snapshot = this.#stored;
    if (snapshot?.tokens === undefined || snapshot.tokens === null) throw noTokens();
    try {
      const result = await this.#renew(snapshot);
      this.#stored = result.login;
      this.#logger.info("the login is renewed", { by: result.type });
      return result;
    } catch (error) {
      if (error instanceof AuthError) {
        this.#logger.warn("the login is not renewed", { code: error.code });
        throw error;
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new AuthError("store_failed", `Your login could not be renewed: ${reason}`, {
        cause: error,
      });
    }
  }

  /** In the helper where there is one: what it has begun, nothing that happens to this process stops. */
  async #renew(snapshot: StoredLogin): Promise<RefreshResult> {
    const { self, env, store, codexHome } = this.#options;
    const context = this.#context;
    if (self === undefined || store === "ephemeral") {
      return await refreshAndPersistChatgptToken(context, snapshot);
    }
    const early = await look(context, snapshot);
    if (early !== null) return early;
    this.#isElsewhere = true;
    const reply = await refreshInHelper(self, {
      codexHome,
      store,
      env,
      clientHeaders: await this.#options.clientHeaders?.() ?? {},
      limits: context.limits,
      clockOffset: context.now() - Date.now(),
      snapshot: loginText(snapshot, "compact"),
    }).finally(() => this.#isElsewhere = false);
    if (reply === "late") throw await lockTimeout(context);
    if (reply === null) {
      this.#logger.warn("the helper did not do it; renewing in this process");
      return await refreshAndPersistChatgptToken(context, snapshot);
    }
    if (reply.serverTime !== null) this.#clock.note(reply.serverTime);
    if (reply.error !== null) {
      const { code, message, retryAfterMs } = reply.error;
      throw new AuthError(code, message, { retryAfterMs });
    }
    const stored = await loadSettled(this.#store.reload, context.limits.settle);
    return { type: reply.done ?? "adopted", login: sameLogin(snapshot, stored) };
  }
}

function notLoggedIn(allowApiKeyEnv: boolean): AuthError {
  const orKey = allowApiKeyEnv ? ", or put an API key into the variable CODEX_API_KEY" : "";
  return new AuthError(
    "not_logged_in",
    `You are not logged in, and the server wants a login. Log in with \`codex login\`${orKey}.`,
  );
}

function noTokens(): AuthError {
  return new AuthError(
    "no_tokens",
    "The stored login has no tokens. Log in again with `codex login`.",
  );
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
