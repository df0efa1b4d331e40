import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { AuthError } from "./error.ts";
import { type LoginRecord, parseLoginRecord } from "./record.ts";

/** Where the login is kept, as `cli_auth_credentials_store` names it. */
export type StoreKind = "file" | "keyring" | "auto" | "ephemeral";

/** Reads the login that is kept; `null` = none. */
export type LoadLogin = () => Promise<LoginRecord | null>;

/**
 * The reading side of a store. `auto` uses the file, since no keyring is at hand; `ephemeral` never keeps
 * anything across processes.
 */
export function openStore(kind: StoreKind, codexHome: AbsolutePath): LoadLogin {
  switch (kind) {
    case "file":
    case "auto":
      return () => loadFile(join(codexHome, "auth.json"));
    case "ephemeral":
      return () => Promise.resolve(null);
    case "keyring":
      return () =>
        Promise.reject(
          new AuthError(
            "unsupported_store",
            'cli_auth_credentials_store = "keyring" is not supported by this version; use "file"',
          ),
        );
    default:
      return kind satisfies never;
  }
}

async function loadFile(file: AbsolutePath): Promise<LoginRecord | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuthError("unreadable_store", `${file} cannot be read: ${reason}`, { cause: error });
  }
  try {
    return parseLoginRecord(text);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    throw new AuthError(error.code, `${file} is not usable: ${error.message}`, { cause: error });
  }
}
