import { FilesError } from "../files/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import type { Authority } from "./authority.ts";
import { AuthError } from "./error.ts";
import { removeLeftovers } from "./file_store.ts";
import { type LoginFiles, removeIfThere } from "./home_files.ts";
import {
  type Attempt,
  fingerprint,
  type Journal,
  knownRejection,
  prepareJournal,
  readAttempt,
  readJournal,
  rejectionError,
  writeAttempt,
} from "./journal.ts";
import { takeCommitLocks, takeRefreshLock } from "./locks.ts";
import { cutOff, isCutOff } from "./mounted_file.ts";
import { notKept, persistTokens } from "./persist.ts";
import { isSameAccount, type StoredLogin } from "./record.ts";
import { loadSettled, sameLogin, SETTLE_MS, type TokenLogin } from "./same_login.ts";
import type { LoginStore } from "./store.ts";

/** Moments of the protocol, in order. A program that tests it can wait, or die, at each. */
export type RefreshStep =
  | "waiting_for_lock"
  | "locked"
  | "before_request"
  | "after_answer"
  | "journaled"
  | "before_commit"
  | "committed";

/** Milliseconds. */
export interface RefreshLimits {
  readonly outerLock: number;
  readonly commitLock: number;
  readonly request: number;
  /** When to look, after a refusal, for another program's success. */
  readonly foreignWinner: readonly number[];
  /** How long a damaged file may be one that somebody is writing. */
  readonly settle: number;
  /** How long the end of the program waits for a refresh under way. */
  readonly exit: number;
  /** The same for one that happens in the helper, which need not end with this process. */
  readonly helperExit: number;
  /** How long a program that owns the login may take to give new tokens. */
  readonly ownerAnswer: number;
}

export const REFRESH_LIMITS: RefreshLimits = {
  outerLock: 75_000,
  commitLock: 10_000,
  request: 30_000,
  foreignWinner: [0, 250, 1000, 2000],
  settle: SETTLE_MS,
  exit: 15_000,
  helperExit: 2_000,
  ownerAnswer: 10_000,
};

/**
 * The limits that a person set in the environment, in milliseconds: how long a run waits for another instance
 * (`CODEX_LOGIN_LOCK_TIMEOUT_MS`), and for the login service (`CODEX_LOGIN_REQUEST_TIMEOUT_MS`). What is no whole
 * number above zero does not count.
 */
export function limitsFromEnvironment(
  env: Readonly<Record<string, string>>,
): Partial<RefreshLimits> {
  const outerLock = positiveMs(env["CODEX_LOGIN_LOCK_TIMEOUT_MS"]);
  const request = positiveMs(env["CODEX_LOGIN_REQUEST_TIMEOUT_MS"]);
  return {
    ...(outerLock === null ? {} : { outerLock }),
    ...(request === null ? {} : { request }),
  };
}

function positiveMs(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** What a refresh works with. */
export interface RefreshContext {
  readonly files: LoginFiles;
  readonly store: LoginStore;
  readonly authority: Authority;
  readonly limits: RefreshLimits;
  readonly now: () => number;
  readonly pid: number;
  readonly logger: Logger;
  readonly onStep: (step: RefreshStep) => void | Promise<void>;
}

/** The login to go on with: somebody else's renewal, or our own. */
export interface RefreshResult {
  readonly type: "adopted" | "refreshed";
  readonly login: StoredLogin;
}

/** How often a waiting instance looks whether the holder is done. */
const LOOK_EVERY_MS = 250;

/**
 * Renews a ChatGPT login so that, among all instances of this program that share the store, its refresh token is
 * presented once. Everything from the reload to the commit happens under one lock; the complete next record is in the
 * journal, synced to the disk, before anything else sees it, and whoever takes the lock next completes a journal that
 * a crash left. What somebody else wrote meanwhile wins.
 *
 * Takes no signal: once a token has been presented its successor must be kept, whoever still waits for it.
 *
 * @throws AuthError
 */
export async function refreshAndPersistChatgptToken(
  context: RefreshContext,
  snapshot: StoredLogin,
): Promise<RefreshResult> {
  const early = await look(context, snapshot);
  if (early !== null) return early;
  if (context.store.kind === "ephemeral") {
    return await present(context, snapshot, await currentLogin(context, snapshot));
  }
  const taken = await lockOrAdopt(context, snapshot);
  if ("login" in taken) return taken;
  await using _lock = taken;
  await context.onStep("locked");
  await rollForward(context);
  const current = await currentLogin(context, snapshot);
  if (current.tokens.accessToken !== snapshot.tokens?.accessToken) {
    return { type: "adopted", login: current };
  }
  return await present(context, snapshot, current);
}

/** Without a lock: has somebody renewed it already? A file that cannot be read now says nothing. */
export async function look(
  context: RefreshContext,
  snapshot: StoredLogin,
): Promise<RefreshResult | null> {
  let stored: StoredLogin | null;
  try {
    stored = await context.store.reload();
  } catch (error) {
    if (error instanceof AuthError) return null;
    throw error;
  }
  const login = sameLogin(snapshot, stored);
  if (login.tokens.accessToken === snapshot.tokens?.accessToken) return null;
  return { type: "adopted", login };
}

async function lockOrAdopt(
  context: RefreshContext,
  snapshot: StoredLogin,
): Promise<AsyncDisposable | RefreshResult> {
  const { files, limits } = context;
  await context.onStep("waiting_for_lock");
  const enough = new AbortController();
  const locking = takeRefreshLock(files, limits.outerLock, enough.signal, context.logger);
  try {
    for (;;) {
      const lock = await orWaited(locking, LOOK_EVERY_MS);
      if (lock === null) throw await lockTimeout(context);
      if (lock !== "waited") return lock;
      const adopted = await look(context, snapshot);
      if (adopted === null) continue;
      await letGo(locking, enough);
      return adopted;
    }
  } catch (error) {
    await letGo(locking, enough);
    throw error instanceof FilesError ? notWritable(files, error) : error;
  }
}

/**
 * Gives up a lock that is still waited for, or was got this very moment. Waits until it is free: this process may end
 * next, and not every kind of lock ends with its process.
 */
async function letGo(
  locking: Promise<AsyncDisposable | null>,
  enough: AbortController,
): Promise<void> {
  enough.abort();
  const lock = await locking.catch(() => null);
  await lock?.[Symbol.asyncDispose]();
}

async function orWaited<T>(work: Promise<T>, ms: number): Promise<T | "waited"> {
  const { promise, resolve } = Promise.withResolvers<"waited">();
  const timer = setTimeout(() => resolve("waited"), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Completes, or clears away, what an instance that died left in the journal. The outer lock is held. */
async function rollForward(context: RefreshContext): Promise<void> {
  const { files, store, logger } = context;
  const journal = await readJournal(files);
  if (journal?.tokens) {
    const attempt = await readAttempt(files);
    await using _locks = await takeCommitLocks(files, context.limits.commitLock, logger);
    const stored = await loadSettled(store.reload, context.limits.settle);
    const isSuccessor = attempt !== null && stored?.tokens && isSameAccount(stored, journal) &&
      await fingerprint(stored.tokens.refreshToken) === attempt.presented;
    if (isSuccessor) {
      await context.store.commit(journal, files.pending).catch((error: unknown) => {
        throw notKept(files, error);
      });
      await removeIfThere(files.attempt);
      await removeLeftovers(files.record);
      logger.info("completed a renewal that another instance left unfinished");
      return;
    }
  }
  await removeIfThere(files.pending).catch((error: unknown) => {
    throw notWritable(files, error);
  });
}

/** What is stored now, if it is still the login of `snapshot`. */
async function currentLogin(context: RefreshContext, snapshot: StoredLogin): Promise<TokenLogin> {
  return sameLogin(snapshot, await loadSettled(context.store.reload, context.limits.settle));
}

/** Presents the refresh token of `current`. The outer lock is held. */
async function present(
  context: RefreshContext,
  snapshot: StoredLogin,
  current: TokenLogin,
): Promise<RefreshResult> {
  const { files, store, authority } = context;
  if (current.tokens.refreshToken === "") throw notRenewable();
  const presented = await fingerprint(current.tokens.refreshToken);
  const isKept = store.kind !== "ephemeral";
  const attempt: Attempt = {
    presented,
    outcome: "inflight",
    reason: null,
    pid: context.pid,
    at: context.now(),
  };
  const known = isKept ? knownRejection(await readAttempt(files), presented, context.now()) : null;
  if (known !== null) throw known;
  if (isKept && await isCutOff(files.record)) throw cutOff(files.record);
  using journal = isKept ? await secureTheWrite(files, current, attempt) : null;
  await context.onStep("before_request");
  const answer = await authority.requestChatgptTokenRefresh(current.tokens.refreshToken);
  await context.onStep("after_answer");
  switch (answer.type) {
    case "tokens": {
      const result = await persistTokens(context, current, answer.tokens, journal);
      if (answer.error !== null && result.type === "refreshed") throw answer.error;
      return result;
    }
    case "unknown":
      if (isKept) await removeIfThere(files.pending);
      throw answer.error;
    case "rejected": {
      if (isKept) await removeIfThere(files.pending);
      const winner = await foreignWinner(context, current);
      if (winner !== null) {
        if (isKept) await removeIfThere(files.attempt);
        return { type: "adopted", login: sameLogin(snapshot, winner) };
      }
      if (isKept) {
        await remember(context, { ...attempt, outcome: "rejected", reason: answer.reason });
      }
      throw rejectionError(answer.reason);
    }
  }
}

function notRenewable(): AuthError {
  return new AuthError(
    "no_tokens",
    "Your login cannot be renewed: it holds no refresh token. Log in again with `codex login`.",
  );
}

/** A token is never spent whose successor could not be stored. */
async function secureTheWrite(
  files: LoginFiles,
  current: TokenLogin,
  attempt: Attempt,
): Promise<Journal> {
  let journal: Journal | null = null;
  try {
    journal = await prepareJournal(files, current);
    await writeAttempt(files, attempt);
    return journal;
  } catch (error) {
    journal?.[Symbol.dispose]();
    await removeIfThere(files.pending).catch(() => {});
    throw notWritable(files, error);
  }
}

/** Others need not ask again. Where that cannot be written down they will, and be refused as well. */
async function remember({ files, logger }: RefreshContext, attempt: Attempt): Promise<void> {
  await writeAttempt(files, attempt).catch((error: unknown) =>
    logger.warn("the refusal cannot be written down", { reason: String(error) })
  );
}

/** A program that does not lock may have won the race; its success takes a moment to be seen. */
async function foreignWinner(
  context: RefreshContext,
  current: TokenLogin,
): Promise<StoredLogin | null> {
  let waited = 0;
  for (const moment of context.limits.foreignWinner) {
    await pause(moment - waited);
    waited = moment;
    const stored = await loadSettled(context.store.reload, context.limits.settle);
    const login = sameLogin(current, stored);
    if (login.tokens.refreshToken !== current.tokens.refreshToken) return login;
  }
  return null;
}

/** Somebody keeps the login for too long. */
export async function lockTimeout({ files, limits }: RefreshContext): Promise<AuthError> {
  const attempt = await readAttempt(files);
  // What an earlier attempt left behind says nothing about who holds the lock now.
  const holder = attempt?.outcome === "inflight"
    ? `another instance (process ${attempt.pid})`
    : "another instance";
  return new AuthError(
    "lock_timeout",
    `Your login has to be renewed, but ${holder} has been at it for ${
      limits.outerLock / 1000
    } s and ` +
      `holds ${files.refreshLock}. Try again in a minute, and end it if it still hangs then.`,
  );
}

function notWritable(files: LoginFiles, cause: unknown): unknown {
  if (cause instanceof AuthError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AuthError(
    "store_not_writable",
    `Your login has to be renewed, but nothing can be written beside ${files.record} (${reason}). ` +
      "Make room or give write permission there, then try again.",
    { cause },
  );
}
