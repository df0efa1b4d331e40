import type { AbsolutePath } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import { AuthError } from "./error.ts";
import { commitFile, loadFile, removeFile, saveFile } from "./file_store.ts";
import { loginFiles, removeIfThere } from "./home_files.ts";
import type { KeyringEntry } from "./keyring.ts";
import { loginText, parseLogin, type StoredLogin } from "./record.ts";

/** Where the login is kept, as `cli_auth_credentials_store` names it. */
export type StoreKind = "file" | "keyring" | "auto" | "ephemeral";

/** One place that keeps a login. None of these takes a lock: see `login_writer.ts` and `refresh.ts`. */
export interface LoginStore {
  readonly kind: StoreKind;
  /** @throws AuthError `unreadable_store`: something is there that cannot be used */
  load(): Promise<StoredLogin | null>;
  /** The same where a login is known to have been stored: that it cannot be looked for does not mean that it is gone. */
  reload(): Promise<StoredLogin | null>;
  save(login: StoredLogin): Promise<void>;
  /** Like `save`, for what the journal already holds; the journal is gone afterwards. */
  commit(login: StoredLogin, journal: AbsolutePath): Promise<void>;
  /** Whether there was something. */
  remove(): Promise<boolean>;
}

/** @param keyring the entry that `keyring` and `auto` use */
export function openStore(
  kind: StoreKind,
  codexHome: AbsolutePath,
  keyring: KeyringEntry,
  logger: Logger,
): LoginStore {
  const file = fileStore(codexHome);
  switch (kind) {
    case "file":
      return file;
    case "keyring":
      return keyringStore(keyring, file, logger);
    case "auto":
      return autoStore(keyringStore(keyring, file, logger), file, logger);
    case "ephemeral":
      return memoryStore();
    default:
      return kind satisfies never;
  }
}

function fileStore(codexHome: AbsolutePath): LoginStore {
  const { record } = loginFiles(codexHome);
  return {
    kind: "file",
    load: () => loadFile(record),
    reload: () => loadFile(record),
    save: (login) => saveFile(record, login),
    commit: (login, journal) => commitFile(record, journal, login),
    remove: () => removeFile(record),
  };
}

function keyringStore(entry: KeyringEntry, file: LoginStore, logger: Logger): LoginStore {
  const save = async (login: StoredLogin) => {
    const text = loginText(login, "compact");
    await inKeyring("written to", async () => {
      await entry.set(text);
      if (await entry.get() !== text) throw new Error("what was written is not there");
    });
    await file.remove().catch(() => logger.warn("auth.json is superseded but cannot be removed"));
  };
  const load = async () => {
    const text = await inKeyring("read", () => entry.get());
    if (text === null) return null;
    try {
      return parseLogin(text);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      throw new AuthError(error.code, `the login in the keyring is not usable: ${error.message}`);
    }
  };
  return {
    kind: "keyring",
    load,
    reload: load,
    save,
    commit: async (login, journal) => {
      await save(login);
      await removeIfThere(journal);
    },
    remove: async () => {
      const was = await inKeyring("changed", () => entry.remove());
      return await file.remove() || was;
    },
  };
}

/** The keyring where it works, else the file. */
function autoStore(keyring: LoginStore, file: LoginStore, logger: Logger): LoginStore {
  const orFile = async <T>(first: () => Promise<T>, second: () => Promise<T>): Promise<T> => {
    try {
      return await first();
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      logger.warn("the file is used instead of the keyring", { reason: error.message });
      return await second();
    }
  };
  const both = async () => newerOf(await keyring.load(), file);
  return {
    kind: "auto",
    load: () => orFile(both, () => file.load()),
    // Without a file, the login is in the keyring, which is locked for the moment.
    reload: () => orFile(both, async () => await file.load() ?? await both()),
    save: (login) => orFile(() => keyring.save(login), () => file.save(login)),
    commit: (login, journal) =>
      orFile(() => keyring.commit(login, journal), () => file.commit(login, journal)),
    // A keyring that is not there must not keep anybody logged in.
    remove: () => orFile(() => keyring.remove(), () => file.remove()),
  };
}

/**
 * A file beside an entry is there because the keyring did not take what was written last, or because the file could
 * not be removed. The older of the two holds a refresh token that is spent.
 */
async function newerOf(entry: StoredLogin | null, file: LoginStore): Promise<StoredLogin | null> {
  if (entry === null) return await file.load();
  const beside = await file.load().catch(() => null);
  return (beside?.lastRefresh ?? -Infinity) > (entry.lastRefresh ?? Infinity) ? beside : entry;
}

/** Keeps the login for as long as the manager lives. */
function memoryStore(): LoginStore {
  let kept: StoredLogin | null = null;
  const save = (login: StoredLogin) => {
    kept = login;
    return Promise.resolve();
  };
  return {
    kind: "ephemeral",
    load: () => Promise.resolve(kept),
    reload: () => Promise.resolve(kept),
    save,
    commit: save,
    remove: () => {
      const was = kept !== null;
      kept = null;
      return Promise.resolve(was);
    },
  };
}

async function inKeyring<T>(verb: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuthError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuthError(
      "unsupported_store",
      `the system's keyring cannot be ${verb} (${reason}). ` +
        '`cli_auth_credentials_store = "file"` does without it.',
      { cause: error },
    );
  }
}
