import { AuthError } from "./error.ts";

/** A ChatGPT login. */
export interface TokenRecord {
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accountId: string | null;
}

/** What `auth.json` says, by the part that counts. */
export type LoginRecord =
  | { readonly kind: "api_key"; readonly apiKey: string }
  | {
    readonly kind: "chatgpt";
    /** `null` = a login without tokens, which cannot be used for a request. */
    readonly tokens: TokenRecord | null;
  };

/**
 * Reads the text of `auth.json`. Unknown fields are let pass. `auth_mode` decides which part counts;
 * without it a key wins over tokens.
 *
 * @throws AuthError `unreadable_store`. The message names the field, never its value.
 */
export function parseLoginRecord(text: string): LoginRecord {
  const root = object(parseJson(text), "the file");
  const key = optionalString(root, "OPENAI_API_KEY");
  const mode = optionalString(root, "auth_mode") ?? (key === null ? "chatgpt" : "apikey");
  const tokens = tokenRecord(root["tokens"]);
  if (optionalString(root, "last_refresh") !== null) checkDate(root["last_refresh"]);
  switch (mode) {
    case "apikey":
      if (key === null) throw broken("`auth_mode` is apikey, but `OPENAI_API_KEY` is missing");
      return { kind: "api_key", apiKey: key };
    case "chatgpt":
    case "chatgptAuthTokens":
      return { kind: "chatgpt", tokens };
    default:
      throw broken("`auth_mode` is not known");
  }
}

function tokenRecord(value: unknown): TokenRecord | null {
  if (value === undefined || value === null) return null;
  const table = object(value, "`tokens`");
  const idToken = requiredString(table, "id_token");
  checkJwt(idToken);
  return {
    idToken,
    accessToken: requiredString(table, "access_token"),
    refreshToken: requiredString(table, "refresh_token"),
    accountId: optionalString(table, "account_id"),
  };
}

/** Three parts or more, the second one being JSON in base64url. The signature is the server's business. */
function checkJwt(token: string): void {
  const parts = token.split(".");
  const [head, payload, signature] = parts;
  if (!head || !payload || !signature) throw broken("`tokens.id_token` is not a JWT");
  try {
    object(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))), "the payload");
  } catch {
    throw broken("the payload of `tokens.id_token` cannot be read");
  }
}

function checkDate(value: unknown): void {
  if (Number.isNaN(Date.parse(String(value)))) throw broken("`last_refresh` is not a date");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own text would quote the file.
    throw broken("it is not JSON");
  }
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw broken(`${what} is not an object`);
}

function optionalString(table: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = table[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw broken(`\`${key}\` is not a string`);
  return value;
}

function requiredString(table: Readonly<Record<string, unknown>>, key: string): string {
  const value = optionalString(table, key);
  if (value === null) throw broken(`\`tokens.${key}\` is missing`);
  return value;
}

function broken(reason: string): AuthError {
  return new AuthError("unreadable_store", reason);
}
