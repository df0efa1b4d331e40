import { AuthError } from "../error.ts";
import { type DeletedLogin, deleteLogin, type LoginPlace } from "../login_writer.ts";
import type { StoredLogin } from "../record.ts";
import { type Revocation, revokeTokens } from "./revoke.ts";

export interface LogoutOptions {
  readonly place: LoginPlace;
  readonly revocation: Revocation;
  /** Aborting ends the waiting for the authority; the login is removed by then. */
  readonly signal: AbortSignal;
}

/**
 * Removes the stored login, then revokes its tokens at the authority, as far as that can be reached: whatever comes
 * in between, nobody stays logged in here. A key is not revoked, nor are tokens that another program owns.
 *
 * @returns whether there was a login
 * @throws AuthError, FilesError when something could not be removed
 */
export async function logout({ place, revocation, signal }: LogoutOptions): Promise<boolean> {
  const { existed, login } = await removeLogin(place);
  if (login?.mode === "chatgpt" && login.tokens !== null) {
    await revokeTokens(revocation, login.tokens, signal);
  }
  return existed;
}

/**
 * Removes the stored login. A keyring that fails is an error, but leaves no file behind.
 *
 * @throws AuthError, FilesError
 */
export async function removeLogin(
  place: LoginPlace,
  isMeant?: (stored: StoredLogin | null) => boolean,
): Promise<DeletedLogin> {
  try {
    return await deleteLogin(place, isMeant);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { opened: _, ...rest } = place;
    await deleteLogin({ ...rest, store: "file" }, isMeant);
    throw error;
  }
}
