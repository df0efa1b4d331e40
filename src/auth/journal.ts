import { replaceFile } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { AuthError, type AuthErrorCode } from "./error.ts";
import { type LoginFiles, readSmallText } from "./home_files.ts";
import { loginText, parseLogin, type StoredLogin } from "./record.ts";

/** Why the authority refuses a refresh token. */
export type RejectionReason = "expired" | "reused" | "invalidated" | "other";

/** What became of the last presentation of a refresh token. Holds its fingerprint, never the token. */
export interface Attempt {
  /** SHA-256 of the refresh token, in hex. */
  readonly presented: string;
  readonly outcome: "inflight" | "rejected";
  readonly reason: RejectionReason | null;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** More than most records need: once this is on the disk, the disk is not too full for the answer. */
const JOURNAL_BYTES = 16 * 1024;

/** Its writer holds the lock. */
const ATTEMPT_TEMP = ".auth.refresh.tmp";

/** A refusal without a known reason may be a passing whim of the authority. Milliseconds. */
const OTHER_REASON_LASTS_MS = 5 * 60_000;

const CODES: Readonly<Record<RejectionReason, AuthErrorCode>> = {
  expired: "token_expired",
  reused: "token_reused",
  invalidated: "token_revoked",
  other: "refresh_refused",
};

const MESSAGES: Readonly<Record<RejectionReason, string>> = {
  expired:
    "Your login has expired, because it has not been used for too long. Log in again with `codex login`.",
  reused:
    "Your login could not be renewed: its refresh token was already used, by another program or by a copy of " +
    "auth.json elsewhere. Log in again with `codex login`.",
  invalidated:
    "Your login has been revoked, for example by a logout elsewhere. Log in again with `codex login`.",
  other:
    "Your login could not be renewed: the login service refuses it. Log in again with `codex login`.",
};

export function rejectionError(reason: RejectionReason): AuthError {
  return new AuthError(CODES[reason], MESSAGES[reason]);
}

export async function fingerprint(refreshToken: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(refreshToken));
  return new Uint8Array(hash).toHex();
}

/** `null` = there is none, or it cannot be read, which comes to the same. */
export async function readAttempt(files: LoginFiles): Promise<Attempt | null> {
  try {
    const fields = JSON.parse(await readSmallText(files.attempt));
    const { presented, outcome, reason, pid, at } = fields;
    if (typeof presented !== "string" || (outcome !== "inflight" && outcome !== "rejected")) {
      return null;
    }
    return {
      presented,
      outcome,
      reason: outcome === "inflight" ? null : reason in CODES ? reason : "other",
      pid: Number(pid),
      at: Date.parse(at),
    };
  } catch {
    return null;
  }
}

export async function writeAttempt(files: LoginFiles, attempt: Attempt): Promise<void> {
  const { presented, outcome, reason, pid, at } = attempt;
  const text = JSON.stringify({
    presented,
    outcome,
    ...(reason === null ? {} : { reason }),
    pid,
    at: new Date(at).toISOString(),
  });
  const present = await Deno.lstat(files.attempt).catch(() => null);
  // A pipe in its place would be written to, and hold us up until somebody reads.
  if (present !== null && !present.isFile) await Deno.remove(files.attempt);
  await replaceFile(files.attempt, text, { mode: 0o600, fsync: true, tempName: ATTEMPT_TEMP });
}

/** What is known to come of presenting this token again; `null` = it may be presented. */
export function knownRejection(
  attempt: Attempt | null,
  presented: string,
  now: number,
): AuthError | null {
  if (attempt === null || attempt.presented !== presented || attempt.outcome !== "rejected") {
    return null;
  }
  const reason = attempt.reason ?? "other";
  const age = now - attempt.at;
  if (reason === "other" && !(age >= 0 && age < OTHER_REASON_LASTS_MS)) return null;
  return rejectionError(reason);
}

/** Makes room on the disk for the record that comes after `login`, which may be longer. There is no journal yet. */
export async function prepareJournal(files: LoginFiles, login: StoredLogin): Promise<Journal> {
  const bytes = Math.max(JOURNAL_BYTES, 2 * new TextEncoder().encode(loginText(login)).length);
  const file = await Deno.open(files.pending, { write: true, createNew: true, mode: 0o600 });
  try {
    await writeAll(file, new Uint8Array(bytes).fill(0x20));
    await file.sync();
    await file.seek(0, Deno.SeekMode.Start);
  } catch (error) {
    file.close();
    throw error;
  }
  return new Journal(files.pending, file);
}

/**
 * Room for the next record. It stays open while the authority is asked, so that nothing but the bytes themselves has
 * to reach the disk between the answer and the moment from which no crash loses it.
 */
export class Journal implements Disposable {
  readonly #path: AbsolutePath;
  #file: Deno.FsFile | null;

  constructor(path: AbsolutePath, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** Writes the next record over the blanks, once. When this resolves, no crash loses it. */
  async write(login: StoredLogin): Promise<void> {
    using _closing = this;
    const file = this.#file;
    if (file === null) throw new TypeError("the journal is closed");
    const bytes = new TextEncoder().encode(loginText(login));
    await writeAll(file, bytes);
    await file.syncData();
    // Blanks behind it do no harm, should they come back with a crash.
    await file.truncate(bytes.length);
    // Some file systems count no names at all.
    if ((await file.stat()).nlink === 0 && await isGone(this.#path)) {
      throw new Error("somebody has removed it");
    }
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = null;
  }
}

/** A complete next record that somebody left behind; `null` = none, or only a part of one. */
export async function readJournal(files: LoginFiles): Promise<StoredLogin | null> {
  try {
    const login = parseLogin(await readSmallText(files.pending));
    return login.tokens === null ? null : login;
  } catch {
    return null;
  }
}

async function isGone(path: AbsolutePath): Promise<boolean> {
  return await Deno.lstat(path).then(() => false, (error) => error instanceof Deno.errors.NotFound);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += await file.write(bytes.subarray(done));
}
