import { AuthError } from "../error.ts";
import { readClaims } from "../jwt.ts";
import { type LoginPlace, readStoredLogin } from "../login_writer.ts";
import type { StoredLogin } from "../record.ts";
import { removeLogin } from "./logout.ts";

/** Which logins the configuration allows; `null` = any. */
export interface LoginRestrictions {
  /** `forced_login_method`. */
  readonly method: "chatgpt" | "api" | null;
  /** `forced_chatgpt_workspace_id`; keys are not bound to it. */
  readonly workspaceId: string | null;
}

/** Why this way of logging in is not allowed, in words that scripts know; `null` = it is. */
export function methodRefusal(
  restrictions: LoginRestrictions,
  method: "chatgpt" | "api",
): string | null {
  if (restrictions.method === null || restrictions.method === method) return null;
  return method === "chatgpt"
    ? "ChatGPT login is disabled. Use API key login instead."
    : "API key login is disabled. Use ChatGPT login instead.";
}

export interface EnforceOptions {
  readonly place: LoginPlace;
  readonly restrictions: LoginRestrictions;
  /** `CODEX_API_KEY` where it counts as a login, trimmed; empty = not set. */
  readonly envApiKey: string;
}

/**
 * Looks at start-up whether the login is one that the configuration allows. A stored one that is not is removed, since
 * it may not be used on this machine; a variable cannot be removed, and what is stored is not to blame for it.
 *
 * @returns what to tell the person instead of starting; `null` = go on
 */
export async function enforceRestrictions(options: EnforceOptions): Promise<string | null> {
  const { restrictions, envApiKey, place } = options;
  if (restrictions.method === null && restrictions.workspaceId === null) return null;
  if (envApiKey !== "") {
    return restrictions.method === "chatgpt"
      ? "CODEX_API_KEY is set, but only ChatGPT login is allowed here " +
        "(forced_login_method). Unset it; the stored login is kept."
      : null;
  }
  const login = await readable(place);
  if (login === null) return null;
  const reason = offence(login, restrictions);
  return reason === null ? null : await removed(place, restrictions, reason);
}

/** What cannot be read is no login, and the start-up says so elsewhere. */
async function readable(place: LoginPlace): Promise<StoredLogin | null> {
  try {
    return await readStoredLogin(place);
  } catch (error) {
    if (error instanceof AuthError) return null;
    throw error;
  }
}

/** What is wrong with this login; `null` = nothing. */
function offence(login: StoredLogin, { method, workspaceId }: LoginRestrictions): string | null {
  if (login.mode === "apikey") {
    return method === "chatgpt"
      ? "ChatGPT login is required (forced_login_method), but an API key is stored."
      : null;
  }
  if (method === "api") {
    return "API key login is required (forced_login_method), but a ChatGPT login is stored.";
  }
  if (workspaceId === null) return null;
  if (login.tokens === null) {
    return `Login is restricted to workspace ${workspaceId}, and the stored login has no tokens.`;
  }
  const { accountId } = readClaims(login.tokens.idToken);
  return accountId === workspaceId
    ? null
    : `Login is restricted to workspace ${workspaceId}, and the stored one is for ` +
      `${accountId ?? "no workspace that it names"}.`;
}

async function removed(
  place: LoginPlace,
  restrictions: LoginRestrictions,
  reason: string,
): Promise<string | null> {
  // Somebody may log in properly while the locks are waited for.
  let isAllowed = false;
  try {
    await removeLogin(place, (stored) => {
      isAllowed = stored !== null && offence(stored, restrictions) === null;
      return stored !== null && !isAllowed;
    });
    return isAllowed
      ? null
      : `${reason} You have been logged out; log in again with \`codex login\`.`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `${reason} The stored login could not be removed: ${why}`;
  }
}
