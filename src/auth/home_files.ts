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

export async function removeIfThere(path: AbsolutePath): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
