import { basename, dirname, join } from "node:path";
import {
  FilesError,
  filesErrorCode,
  lockFile,
  replaceFile,
  type ReplaceOptions,
  resolveLinks,
} from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { ConfigError, reasonOf } from "../error.ts";
import { readConfigBytes } from "../read_file.ts";

/** The user's config file as it is on the disk. */
export interface ConfigFile {
  readonly path: AbsolutePath;
  /** Where links lead to; the path itself when they lead in a circle. */
  readonly target: AbsolutePath;
  /** `null` = there is none yet. */
  readonly bytes: Uint8Array | null;
  /** Without the byte order mark. */
  readonly text: string;
  readonly hasMark: boolean;
  /** Links lead in a circle, so that nobody can write through them: they are replaced by a file. */
  readonly isCycle: boolean;
}

/** Somebody wrote the file since it was read. */
export class ChangedMeanwhile extends Error {
  override readonly name = "ChangedMeanwhile";
}

/** Bits of a file that is made: it may hold keys of servers. */
const NEW_FILE_MODE = 0o600;
const MARK = "\uFEFF";

export function configPath(codexHome: AbsolutePath): AbsolutePath {
  return join(codexHome, "config.toml");
}

/** Where links from the config file lead to; the path itself when they lead in a circle. */
export async function configTarget(path: AbsolutePath): Promise<AbsolutePath> {
  return (await targetOf(path)).target;
}

/**
 * The lock that every writer of a config file takes. A lock is a file of its own, since the config file itself is
 * replaced by each write; it stands beside the file that links lead to, as several homes may share one.
 *
 * @throws ConfigError `unwritable_file`
 */
export async function lockConfig(
  path: AbsolutePath,
  target: AbsolutePath,
  signal?: AbortSignal,
): Promise<AsyncDisposable> {
  const folder = dirname(target);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    return await lockFile(join(folder, `.${basename(target)}.lock`), signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw unwritable(path, error);
  }
}

/** @throws ConfigError `unreadable_file`, `invalid_toml` when it is not UTF-8 */
export async function readConfigFile(path: AbsolutePath): Promise<ConfigFile> {
  const { target, isCycle } = await targetOf(path);
  const bytes = isCycle ? null : await readConfigBytes(target);
  let decoded: string;
  try {
    decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes ?? new Uint8Array());
  } catch (error) {
    throw new ConfigError("invalid_toml", `${path}: not valid UTF-8`, { file: path }, {
      cause: error,
    });
  }
  const hasMark = decoded.startsWith(MARK);
  return { path, target, bytes, text: hasMark ? decoded.slice(1) : decoded, hasMark, isCycle };
}

/**
 * Puts a new text in the place of the one that was read, as a whole. Needs the lock. Mode, owner, links and byte order
 * mark stay.
 *
 * @throws ChangedMeanwhile, ConfigError `unwritable_file`, the reason of the signal
 */
export async function writeConfigFile(
  file: ConfigFile,
  text: string,
  signal?: AbortSignal,
): Promise<void> {
  const data = (file.hasMark ? MARK : "") + text;
  const name = tempName(file);
  const options: ReplaceOptions = {
    fsync: true,
    tempName: `${name}.tmp`,
    ...(file.bytes === null ? { mode: NEW_FILE_MODE } : {}),
    ...(signal ? { signal } : {}),
    // Editors do not know the lock.
    beforeSwap: async () => {
      if (!isSame(file.bytes, file.isCycle ? null : await readConfigBytes(file.target))) {
        throw new ChangedMeanwhile("the config file was written by somebody else");
      }
    },
  };
  try {
    await Deno.mkdir(dirname(file.target), { recursive: true, mode: 0o700 });
    if (!file.isCycle) return await replaceFile(file.target, data, options);
    const fresh = join(dirname(file.path), `${name}.new`);
    await replaceFile(fresh, data, options);
    await Deno.rename(fresh, file.path);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof FilesError && error.cause instanceof ChangedMeanwhile) throw error.cause;
    throw unwritable(file.path, error);
  }
}

async function targetOf(path: AbsolutePath): Promise<{ target: AbsolutePath; isCycle: boolean }> {
  try {
    return { target: await resolveLinks(path), isCycle: false };
  } catch (error) {
    if (filesErrorCode(error) === "link_loop") return { target: path, isCycle: true };
    throw unreadable(path, error);
  }
}

/** The same for every writer that takes the lock, so that one left by a killed process is taken away by the next. */
function tempName({ target }: ConfigFile): string {
  return `.${basename(target)}.edit`;
}

function isSame(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function unreadable(path: AbsolutePath, error: unknown): ConfigError {
  return new ConfigError(
    "unreadable_file",
    `Failed to read config file ${path}: ${reasonOf(error)}`,
    { file: path },
    { cause: error },
  );
}

function unwritable(path: AbsolutePath, error: unknown): ConfigError {
  return new ConfigError(
    "unwritable_file",
    `Failed to write config file ${path}: ${reasonOf(error)}`,
    { file: path },
    { cause: error },
  );
}
