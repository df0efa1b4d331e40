import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";

/** Files of `CODEX_HOME` that belong to the login. All have mode 0600; only the first two ever hold a token. */
export interface LoginFiles {
  readonly record: AbsolutePath;
  /** Journal: the complete next record, while it is on its way into the store. */
  readonly pending: AbsolutePath;
  /** What became of the last presentation of a refresh token. */
  readonly attempt: AbsolutePath;
  /** Held over reload, refresh and commit. Never removed. */
  readonly refreshLock: AbsolutePath;
  /**
   * Held for milliseconds around compare and replace, in this order; newer releases of the reference take the same
   * two. Never the second alone.
   */
  readonly commitLocks: readonly [AbsolutePath, AbsolutePath];
}

export function loginFiles(codexHome: AbsolutePath): LoginFiles {
  return {
    record: join(codexHome, "auth.json"),
    pending: join(codexHome, "auth.json.pending"),
    attempt: join(codexHome, "auth.refresh.json"),
    refreshLock: join(codexHome, "auth.refresh.lock"),
    commitLocks: [join(codexHome, "auth.lock"), join(codexHome, "auth.json.lock")],
  };
}

/** Far more than any login; what is larger was meant to be something else. Bytes. */
const LONGEST = 16 * 1024 * 1024;

/**
 * The bytes of one of these files. Waits for nobody: opening a pipe that somebody has put in its place would hold the
 * program up, and a device may never end.
 *
 * @throws when there is none (`Deno.errors.NotFound`), or it cannot be read
 */
export async function readSmallFile(path: AbsolutePath): Promise<Uint8Array> {
  const { isFile, isDirectory, size } = await Deno.stat(path);
  if (!isFile && !isDirectory) throw new Error("it is not a regular file");
  if (size > LONGEST) throw new Error(`it is larger than ${LONGEST / 1024 / 1024} MiB`);
  return await Deno.readFile(path);
}

/** The same as text, without the mark that some editors put before it. */
export async function readSmallText(path: AbsolutePath): Promise<string> {
  return new TextDecoder().decode(await readSmallFile(path));
}

export async function removeIfThere(path: AbsolutePath): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
