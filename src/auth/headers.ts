import type { StoredLogin } from "./record.ts";

/** What a request carries. Same shape as `AuthHeaders` of `model/`. */
export interface AuthHeaders {
  /** Complete header value; `null` = send none. */
  readonly authorization: string | null;
  readonly accountId: string | null;
  readonly kind: "chatgpt" | "api_key" | "none";
}

export const NO_LOGIN: AuthHeaders = { authorization: null, accountId: null, kind: "none" };

export function headersOf(login: StoredLogin | null): AuthHeaders {
  if (login === null) return NO_LOGIN;
  if (login.mode === "apikey") {
    return { authorization: bearer(login.apiKey), accountId: null, kind: "api_key" };
  }
  return {
    authorization: bearer(login.tokens?.accessToken ?? null),
    accountId: legal(login.tokens?.accountId ?? null),
    kind: "chatgpt",
  };
}

function bearer(token: string | null): string | null {
  return legal(token === null ? null : `Bearer ${token}`);
}

/** A value that no header can hold is left out. */
function legal(value: string | null): string | null {
  return value !== null && /^[\x20-\x7e\t]+$/.test(value) ? value : null;
}
