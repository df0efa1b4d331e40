import { join } from "node:path";
import { loadNativeCode } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";

/** One secret of the system's keyring. Every failure of the keyring rejects; a missing entry does not. */
export interface KeyringEntry {
  get(): Promise<string | null>;
  set(secret: string): Promise<void>;
  /** Whether there was one. */
  remove(): Promise<boolean>;
}

export const KEYRING_SERVICE = "Codex Auth";

/** The entry's account name: the same for every program that uses this home. */
export async function keyringAccount(codexHome: AbsolutePath): Promise<string> {
  const path = await Deno.realPath(codexHome).catch(() => codexHome);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(path));
  return `cli|${new Uint8Array(hash).toHex().slice(0, 16)}`;
}

/** The entry of the login in the system's keyring. The library is loaded at the first call. */
export function systemKeyring(codexHome: AbsolutePath): KeyringEntry {
  const open = async () => {
    const { AsyncEntry } = await loadNativeCode(
      join(codexHome, "tmp"),
      () => import("@napi-rs/keyring"),
    );
    // Without this pin, Linux falls back to a keyring of the kernel that does not outlive the session.
    const pin = { linux: { store: "secret-service" } } as const;
    return new AsyncEntry(KEYRING_SERVICE, await keyringAccount(codexHome), pin);
  };
  return {
    get: async () => await (await open()).getPassword() ?? null,
    set: async (secret) => await (await open()).setPassword(secret),
    remove: async () => await (await open()).deletePassword(),
  };
}
