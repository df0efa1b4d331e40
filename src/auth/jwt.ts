/** What is read from a token. The signature is the server's business. */
export interface TokenClaims {
  readonly email: string | null;
  /** As the token says it, such as `plus`; values that we do not know are kept. */
  readonly planType: string | null;
  readonly userId: string | null;
  readonly accountId: string | null;
  readonly subject: string | null;
  /** When the token ends, in milliseconds since the epoch; `null` = it does not say. */
  readonly expiresAt: number | null;
}

type Table = Readonly<Record<string, unknown>>;

/** The payload of a JWT: its second part, base64url without padding. `null` when this is no JWT. */
export function jwtPayload(token: string): Table | null {
  const [head, payload, signature] = token.split(".");
  if (!head || !payload || !signature) return null;
  try {
    const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
    return table(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

/** The claims of a token; all absent when it is opaque. */
export function readClaims(token: string): TokenClaims {
  const payload = jwtPayload(token) ?? {};
  const auth = table(payload["https://api.openai.com/auth"]) ?? {};
  const profile = table(payload["https://api.openai.com/profile"]) ?? {};
  const exp = payload["exp"];
  return {
    email: text(payload["email"]) ?? text(profile["email"]),
    planType: text(auth["chatgpt_plan_type"]),
    userId: text(auth["chatgpt_user_id"]) ?? text(auth["user_id"]),
    accountId: text(auth["chatgpt_account_id"]),
    subject: text(payload["sub"]),
    expiresAt: typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : null,
  };
}

function table(value: unknown): Table | null {
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
  return isTable ? value as Table : null;
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
