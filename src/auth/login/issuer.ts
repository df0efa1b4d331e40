/** Who grants logins, and the name under which this program is known there. */
export interface Issuer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly clientId: string;
}

const DEFAULT_URL = "https://auth.openai.com";
/** The vendor's public identifier of this kind of program. */
const DEFAULT_CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann";

/** The issuer to ask; `null` = the vendor's own. */
export function issuerOf(url: string | null, clientId: string | null): Issuer {
  return {
    url: (url ?? DEFAULT_URL).replace(/\/+$/, ""),
    clientId: clientId ?? DEFAULT_CLIENT_ID,
  };
}

/** Where people set up an account after their first login. */
export function platformUrl({ url }: Issuer): string {
  return url === DEFAULT_URL ? "https://platform.openai.com" : "https://platform.api.openai.org";
}
