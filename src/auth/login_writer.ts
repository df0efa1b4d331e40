import type { AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { AuthError } from "./error.ts";
import { removeLeftovers } from "./file_store.ts";
import { type LoginFiles, loginFiles, removeIfThere } from "./home_files.ts";
import { readJournal } from "./journal.ts";
import { type KeyringEntry, systemKeyring } from "./keyring.ts";
import { takeCommitLocks, takeRefreshLock } from "./locks.ts";
import { isSameAccount, type NewLogin, newLoginRecord, type StoredLogin } from "./record.ts";
import { loadFirst, SETTLE_MS } from "./same_login.ts";
import { type LoginStore, openStore, type StoreKind } from "./store.ts";

/** Which login is meant. */
export interface LoginPlace {
  readonly codexHome: AbsolutePath;
  readonly store: StoreKind;
  readonly logger?: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** The system's keyring unless told otherwise. */
  readonly keyring?: KeyringEntry;
  /** A store that is open already; `store` and `keyring` then do not matter. */
  readonly opened?: LoginStore;
  /** For each lock, in milliseconds, 10 s by default: a person's command does not hang on a holder that is stuck. */
  readonly lockLimitMs?: number;
  /** Told once when another instance keeps the login locked for longer than a person would notice. */
  readonly onWaiting?: (limitMs: number) => void;
}

const LOCK_LIMIT_MS = 10_000;
const NOTICED_AFTER_MS = 1_000;

/**
 * What is stored; `null` = nothing. No lock, no network. Whoever is writing it is given a moment to finish: what a
 * configuration or a workspace demands of a login would not be looked at otherwise.
 *
 * @throws AuthError `unreadable_store` or `unsupported_store`, with a complete message
 */
export async function readStoredLogin(place: LoginPlace): Promise<StoredLogin | null> {
  return await loadFirst(storeOf(place).load, SETTLE_MS);
}

/**
 * Keeps a login, instead of whatever was there. Takes the locks of the refresh protocol, so that a refresh in flight
 * neither overwrites it nor mixes with it; makes the home folder (0700) if needed. Returns what is now stored.
 */
export async function saveLogin(place: LoginPlace, login: NewLogin): Promise<StoredLogin> {
  const record = newLoginRecord(login, (place.now ?? Date.now)());
  if (place.store !== "ephemeral") {
    await Deno.mkdir(place.codexHome, { recursive: true, mode: 0o700 });
  }
  await exclusively(place, async (store, files) => {
    await forgetAttempts(files);
    await store.save(record);
  });
  return record;
}

/** What {@link deleteLogin} found. */
export interface DeletedLogin {
  readonly existed: boolean;
  /** What it was, for revoking it at the authority; `null` = nothing, or nothing that can be read. */
  readonly login: StoredLogin | null;
}

/**
 * Removes the stored login, also a damaged one, with journal and attempt record, under the same locks.
 *
 * @param isMeant whether it is what is there once the locks are held that has to go; `null` = nothing that can be read
 */
export async function deleteLogin(
  place: LoginPlace,
  isMeant: (stored: StoredLogin | null) => boolean = () => true,
): Promise<DeletedLogin> {
  return await exclusively(place, async (store, files) => {
    const stored = await loadIfReadable(store);
    if (!isMeant(stored)) return { existed: false, login: null };
    // What a crash kept from being stored is what counts at the authority.
    const pending = await readJournal(files);
    const login = stored !== null && pending !== null && isSameAccount(stored, pending)
      ? pending
      : stored;
    await forgetAttempts(files);
    return { existed: await store.remove(), login };
  });
}

function storeOf(place: LoginPlace): LoginStore {
  if (place.opened !== undefined) return place.opened;
  const logger = place.logger ?? SILENT_LOGGER;
  const keyring = place.keyring ?? systemKeyring(place.codexHome);
  return openStore(place.store, place.codexHome, keyring, logger);
}

async function exclusively<T>(
  place: LoginPlace,
  work: (store: LoginStore, files: LoginFiles) => Promise<T>,
): Promise<T> {
  const store = storeOf(place);
  const files = loginFiles(place.codexHome);
  if (store.kind === "ephemeral" || !await isFolder(place.codexHome)) {
    return await work(store, files);
  }
  const logger = place.logger ?? SILENT_LOGGER;
  const limitMs = place.lockLimitMs ?? LOCK_LIMIT_MS;
  await using held = new AsyncDisposableStack();
  const notice = setTimeout(() => place.onWaiting?.(limitMs), NOTICED_AFTER_MS);
  const outer = await takeRefreshLock(files, limitMs, undefined, logger)
    .finally(() => clearTimeout(notice));
  if (outer === null) logger.warn("another instance is renewing the login; going on without it");
  else held.use(outer);
  held.use(await takeCommitLocks(files, limitMs, logger));
  return await work(store, files);
}

async function forgetAttempts(files: LoginFiles): Promise<void> {
  await removeLeftovers(files.record);
  await removeIfThere(files.pending);
  await removeIfThere(files.attempt);
}

async function loadIfReadable(store: LoginStore): Promise<StoredLogin | null> {
  try {
    return await loadFirst(store.load, SETTLE_MS);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return null;
  }
}

async function isFolder(path: AbsolutePath): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
