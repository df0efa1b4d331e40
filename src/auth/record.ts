import { AuthError } from "./error.ts";
import { jwtPayload, readClaims } from "./jwt.ts";

/** The tokens of a ChatGPT login. */
export interface TokenRecord {
  readonly idToken: string;
  readonly accessToken: string;
  /** Empty for tokens that another program owns. */
  readonly refreshToken: string;
  readonly accountId: string | null;
}

export type LoginMode = "apikey" | "chatgpt" | "chatgptAuthTokens";

type Fields = Readonly<Record<string, unknown>>;

/** What a store keeps: what we understand of it, and all of it. */
export interface StoredLogin {
  /** Which part counts. */
  readonly mode: LoginMode;
  readonly apiKey: string | null;
  readonly tokens: TokenRecord | null;
  /** Milliseconds since the epoch. */
  readonly lastRefresh: number | null;
  /** The stored object with every field, known or not, for writing it back. */
  readonly fields: Fields;
}

/** A login as a login flow knows it. */
export type NewLogin =
  | { readonly kind: "api_key"; readonly apiKey: string }
  | {
    readonly kind: "chatgpt";
    /** An API key that came with the browser login. */
    readonly apiKey: string | null;
    readonly tokens: TokenRecord;
  };

/** Tokens of an authority's answer; what did not come stays as it is. */
export interface NewTokens {
  readonly idToken: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

/**
 * Reads the text of `auth.json`. `auth_mode` decides which part counts; without it a key wins over tokens.
 *
 * @throws AuthError `unreadable_store`. The message names the field, never its value.
 */
export function parseLogin(text: string): StoredLogin {
  const fields = object(parseJson(text), "the file");
  const apiKey = optionalString(fields, "OPENAI_API_KEY");
  const mode = optionalString(fields, "auth_mode") ?? (apiKey === null ? "chatgpt" : "apikey");
  if (mode !== "apikey" && mode !== "chatgpt" && mode !== "chatgptAuthTokens") {
    throw broken("`auth_mode` is not known");
  }
  if (mode === "apikey" && apiKey === null) {
    throw broken("`auth_mode` is apikey, but `OPENAI_API_KEY` is missing");
  }
  return {
    mode,
    apiKey,
    tokens: tokenRecord(fields["tokens"]),
    lastRefresh: date(fields),
    fields,
  };
}

/** The text to store: known fields first, in the order that other programs write them. No newline at the end. */
export function loginText(login: StoredLogin, style: "pretty" | "compact" = "pretty"): string {
  const { auth_mode, OPENAI_API_KEY, tokens, last_refresh, ...rest } = login.fields;
  // Fields that are undefined are left out by the serializer.
  const ordered = { auth_mode, OPENAI_API_KEY, tokens, last_refresh, ...rest };
  return JSON.stringify(ordered, null, style === "pretty" ? 2 : undefined);
}

/** The record that a login flow leaves behind: nothing of an earlier one stays. */
export function newLoginRecord(login: NewLogin, now: number): StoredLogin {
  if (login.kind === "api_key") {
    return parseLogin(JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: login.apiKey }));
  }
  return parseLogin(JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: login.apiKey,
    tokens: tokenFields(login.tokens),
    last_refresh: timestamp(now),
  }));
}

/** `login` with an authority's new tokens. An id token that cannot be read is left out: the old one serves. */
export function withTokens(login: StoredLogin, tokens: NewTokens, now: number): StoredLogin {
  const old = login.tokens;
  if (old === null) throw new AuthError("no_tokens", "there are no tokens to replace");
  const isReadable = tokens.idToken !== null && jwtPayload(tokens.idToken) !== null;
  const next: TokenRecord = {
    idToken: isReadable && tokens.idToken !== null ? tokens.idToken : old.idToken,
    accessToken: tokens.accessToken ?? old.accessToken,
    refreshToken: tokens.refreshToken ?? old.refreshToken,
    accountId: old.accountId,
  };
  const before = object(login.fields["tokens"], "`tokens`");
  const { account_id: _, ...withoutAccount } = tokenFields(next);
  return {
    ...login,
    tokens: next,
    lastRefresh: now,
    fields: {
      ...login.fields,
      tokens: { ...before, ...withoutAccount },
      last_refresh: timestamp(now),
    },
  };
}

/** Whose login it is, for comparing; `null` = it does not say. */
export function accountOf(login: StoredLogin): string | null {
  const { tokens } = login;
  if (tokens === null) return null;
  const claims = readClaims(tokens.idToken);
  const account = tokens.accountId || claims.accountId;
  if (account !== null) return `account:${account}`;
  const user = claims.userId ?? claims.subject;
  return user === null ? null : `user:${user}`;
}

/** A record that does not say whose it is equals only one with the same refresh token. */
export function isSameAccount(one: StoredLogin, other: StoredLogin): boolean {
  const account = accountOf(one);
  if (account !== null) return account === accountOf(other);
  return accountOf(other) === null && one.tokens !== null &&
    one.tokens.refreshToken === other.tokens?.refreshToken;
}

/** RFC 3339 in UTC with nine digits of a second, as other programs write it. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000000Z");
}

function tokenFields(tokens: TokenRecord) {
  return {
    id_token: tokens.idToken,
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    account_id: tokens.accountId,
  };
}

function tokenRecord(value: unknown): TokenRecord | null {
  if (value === undefined || value === null) return null;
  const table = object(value, "`tokens`");
  const idToken = requiredString(table, "id_token");
  if (idToken.split(".").slice(0, 3).filter((part) => part !== "").length < 3) {
    throw broken("`tokens.id_token` is not a JWT");
  }
  if (jwtPayload(idToken) === null) {
    throw broken("the payload of `tokens.id_token` cannot be read");
  }
  return {
    idToken,
    accessToken: requiredString(table, "access_token"),
    refreshToken: requiredString(table, "refresh_token"),
    accountId: optionalString(table, "account_id"),
  };
}

function date(fields: Fields): number | null {
  const text = optionalString(fields, "last_refresh");
  if (text === null) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw broken("`last_refresh` is not a date");
  return ms;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own text would quote the file.
    throw broken("it is not JSON");
  }
}

function object(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw broken(`${what} is not an object`);
}

function optionalString(table: Fields, key: string): string | null {
  const value = table[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw broken(`\`${key}\` is not a string`);
  return value;
}

function requiredString(table: Fields, key: string): string {
  const value = optionalString(table, key);
  if (value === null) throw broken(`\`tokens.${key}\` is missing`);
  return value;
}

function broken(reason: string): AuthError {
  return new AuthError("unreadable_store", reason);
}
