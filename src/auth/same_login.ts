import { AuthError } from "./error.ts";
import { isSameAccount, type StoredLogin, type TokenRecord } from "./record.ts";
import type { LoginStore } from "./store.ts";

/** A ChatGPT login with tokens. */
export type TokenLogin = StoredLogin & { readonly tokens: TokenRecord };

const LOOK_AGAIN_MS = 20;

/** How long a damaged file may be one that somebody is writing. Milliseconds. */
export const SETTLE_MS = 500;

/** `stored`, when it is still the ChatGPT login of the same account as `snapshot`. */
export function sameLogin(snapshot: StoredLogin, stored: StoredLogin | null): TokenLogin {
  if (stored === null) throw loggedOut();
  const { tokens } = stored;
  if (stored.mode !== "chatgpt" || tokens === null || !isSameAccount(snapshot, stored)) {
    throw new AuthError(
      "account_changed",
      "You have logged in to another account, or with an API key, since this program started. " +
        "Start it again to go on with the new login.",
    );
  }
  return { ...stored, tokens };
}

export function loggedOut(): AuthError {
  return new AuthError(
    "logged_out",
    "You have logged out, or are changing to another account, since this program started. " +
      "Log in with `codex login` and start it again.",
  );
}

/**
 * Loads, giving a program that is writing the store a moment to finish: a damaged file is no logout.
 *
 * @throws AuthError `store_failed`, which may pass; its cause tells why
 */
export async function loadSettled(
  load: LoginStore["load"],
  settleMs: number,
): Promise<StoredLogin | null> {
  for (let left = Math.ceil(settleMs / LOOK_AGAIN_MS);; left--) {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      // A keyring may ask a person each time.
      if (left <= 0 || error.code !== "unreadable_store") {
        throw new AuthError("store_failed", error.message, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** The same for whoever has no login yet. @throws AuthError what the store says */
export async function loadFirst(
  load: LoginStore["load"],
  settleMs: number,
): Promise<StoredLogin | null> {
  try {
    return await loadSettled(load, settleMs);
  } catch (error) {
    throw error instanceof AuthError && error.cause instanceof AuthError ? error.cause : error;
  }
}
