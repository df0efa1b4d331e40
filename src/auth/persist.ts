import { AuthError } from "./error.ts";
import { type LoginFiles, removeIfThere } from "./home_files.ts";
import type { Journal } from "./journal.ts";
import { takeCommitLocks } from "./locks.ts";
import { type NewTokens, type StoredLogin, withTokens } from "./record.ts";
import type { RefreshContext, RefreshResult } from "./refresh.ts";
import { loadSettled, sameLogin, type TokenLogin } from "./same_login.ts";

/**
 * Keeps an authority's answer: journal, compare, replace. The outer lock is held.
 *
 * @param current the record whose refresh token was presented
 * @param room where the next record goes first; `null` = this store has no journal
 * @returns the record that counts from now on: the new one, or what somebody stored for this account meanwhile
 * @throws AuthError `logged_out` or `account_changed`: nothing was written, and the new token is given back
 */
export async function persistTokens(
  context: RefreshContext,
  current: TokenLogin,
  tokens: NewTokens,
  room: Journal | null,
): Promise<RefreshResult> {
  const { store, logger } = context;
  const next = withTokens(current, tokens, context.now());
  if (tokens.idToken !== null && next.tokens?.idToken !== tokens.idToken) {
    logger.warn("the new id token cannot be read; the old one is kept");
  }
  if (room === null) {
    await store.save(next);
    return { type: "refreshed", login: next };
  }
  const isJournaled = await journal(context, room, next);
  await context.onStep("journaled");
  try {
    return await commit(context, current, next, isJournaled);
  } catch (error) {
    if (error instanceof Superseded && tokens.refreshToken !== null) {
      await context.authority.revoke(tokens.refreshToken);
    }
    throw error instanceof Superseded ? error.reason : error;
  }
}

/** False: room was made for it, so the disk itself fails, or a logout has removed it. A part of a record must never become the record. */
async function journal(
  { files, logger }: RefreshContext,
  room: Journal,
  next: StoredLogin,
): Promise<boolean> {
  try {
    await room.write(next);
    return true;
  } catch (error) {
    logger.error("the journal cannot be written", { reason: String(error) });
    await removeIfThere(files.pending).catch(() => {});
    return false;
  }
}

/** The login was taken away or replaced while its renewal was on the way. */
class Superseded extends Error {
  constructor(readonly reason: AuthError) {
    super(reason.message);
  }
}

async function commit(
  context: RefreshContext,
  current: TokenLogin,
  next: StoredLogin,
  isJournaled: boolean,
): Promise<RefreshResult> {
  const { files, store, limits, logger } = context;
  await using _locks = await takeCommitLocks(files, limits.commitLock, logger);
  await context.onStep("before_commit");
  const failed = (error: unknown) => {
    throw isJournaled ? notKept(files, error) : lost(files, error);
  };
  const stored = await loadSettled(store.reload, limits.settle).catch(failed);
  const login = await stillSame(files, current, stored);
  if (login.tokens.refreshToken !== current.tokens.refreshToken) {
    await removeIfThere(files.pending);
    await removeIfThere(files.attempt);
    return { type: "adopted", login };
  }
  await (isJournaled ? store.commit(next, files.pending) : store.save(next)).catch(failed);
  await context.onStep("committed");
  await removeIfThere(files.attempt);
  return { type: "refreshed", login: next };
}

async function stillSame(
  files: LoginFiles,
  current: TokenLogin,
  stored: StoredLogin | null,
): Promise<TokenLogin> {
  try {
    return sameLogin(current, stored);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    await removeIfThere(files.pending);
    await removeIfThere(files.attempt);
    throw new Superseded(error);
  }
}

/** The journal stays: whoever renews next writes it into the store. */
export function notKept(files: LoginFiles, cause: unknown): AuthError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AuthError(
    "store_failed",
    `Your renewed login could not be stored (${reason}). It waits in ${files.pending} and is stored at the ` +
      "next attempt.",
    { cause },
  );
}

/** Neither the journal nor the store took it: only a new login helps. */
function lost(files: LoginFiles, cause: unknown): AuthError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AuthError(
    "store_not_writable",
    `Your renewed login could be written neither to ${files.record} nor beside it (${reason}), and is lost. ` +
      "See to the disk, then log in again with `codex login`.",
    { cause },
  );
}
