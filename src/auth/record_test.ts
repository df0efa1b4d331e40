import assert from "node:assert/strict";
import { AuthError } from "./error.ts";
import {
  accountOf,
  isSameAccount,
  loginText,
  newLoginRecord,
  parseLogin,
  timestamp,
  withTokens,
} from "./record.ts";

function jwt(payload: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return `e30.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}.sig`;
}

const TOKENS = {
  id_token: jwt({ email: "a@b.c" }),
  access_token: "access",
  refresh_token: "refresh",
  account_id: "account",
};

const parse = (value: unknown) => parseLogin(JSON.stringify(value));

Deno.test("auth_mode decides; without it a key wins over tokens", () => {
  const both = { OPENAI_API_KEY: "key", tokens: TOKENS };
  assert.equal(parse(both).mode, "apikey");
  assert.equal(parse({ ...both, auth_mode: "chatgpt" }).mode, "chatgpt");
  assert.equal(parse({ ...both, auth_mode: "apikey" }).mode, "apikey");
  assert.equal(parse({ OPENAI_API_KEY: null, tokens: TOKENS }).mode, "chatgpt");
  assert.equal(parse({}).mode, "chatgpt");
  assert.equal(parse({}).tokens, null);
});

Deno.test("what cannot be used is refused, and no value gets into the message", () => {
  const secret = "SECRET";
  const bad: unknown[] = [
    [],
    { auth_mode: secret },
    { auth_mode: "apikey" },
    { OPENAI_API_KEY: 5 },
    { tokens: secret },
    { tokens: { ...TOKENS, access_token: undefined, refresh_token: secret } },
    { tokens: { ...TOKENS, id_token: secret } },
    { tokens: { ...TOKENS, id_token: `a.${secret}.c` } },
    { tokens: { ...TOKENS, id_token: "a..c" } },
    { last_refresh: secret },
  ];
  const refused = (text: string) =>
    assert.throws(() => parseLogin(text), (error) => {
      assert.ok(error instanceof AuthError && error.code === "unreadable_store", text);
      assert.ok(!error.message.includes(secret), error.message);
      return true;
    });
  for (const value of bad) refused(JSON.stringify(value));
  for (const text of ["", "{", `{"OPENAI_API_KEY": "${secret}"`]) refused(text);
});

Deno.test("the stored text has the reference's order, its null key and its date", () => {
  const login = newLoginRecord({
    kind: "chatgpt",
    apiKey: null,
    tokens: { idToken: TOKENS.id_token, accessToken: "at", refreshToken: "rt", accountId: "acct" },
  }, Date.UTC(2026, 10, 22, 12, 3, 33, 455));
  assert.equal(
    loginText(login),
    `{
  "auth_mode": "chatgpt",
  "OPENAI_API_KEY": null,
  "tokens": {
    "id_token": "${TOKENS.id_token}",
    "access_token": "at",
    "refresh_token": "rt",
    "account_id": "acct"
  },
  "last_refresh": "2026-11-22T12:03:33.455000000Z"
}`,
  );
  const key = newLoginRecord({ kind: "api_key", apiKey: "sk" }, 0);
  assert.equal(loginText(key, "compact"), '{"auth_mode":"apikey","OPENAI_API_KEY":"sk"}');
});

Deno.test("new tokens replace what came and nothing else, unknown fields included", () => {
  const login = parse({
    later: { a: 1 },
    auth_mode: "chatgpt",
    tokens: { ...TOKENS, future: [1] },
    last_refresh: "2026-01-01T00:00:00Z",
  });
  const next = withTokens(
    login,
    { idToken: null, accessToken: "a2", refreshToken: "r2" },
    Date.UTC(2026, 1, 1),
  );
  assert.deepEqual(JSON.parse(loginText(next)), {
    auth_mode: "chatgpt",
    tokens: { ...TOKENS, access_token: "a2", refresh_token: "r2", future: [1] },
    last_refresh: timestamp(Date.UTC(2026, 1, 1)),
    later: { a: 1 },
  });
  const onlyAccess = withTokens(
    login,
    { idToken: "not a jwt", accessToken: "a2", refreshToken: null },
    0,
  );
  assert.equal(onlyAccess.tokens?.refreshToken, "refresh");
  assert.equal(onlyAccess.tokens?.idToken, TOKENS.id_token, "an unreadable id token is dropped");
});

Deno.test("whose login it is: the account, else a claim, else the user, else the same refresh token", () => {
  const of = (tokens: Record<string, unknown>) => parse({ tokens: { ...TOKENS, ...tokens } });
  const named = of({});
  assert.equal(accountOf(named), "account:account");
  const auth = { "https://api.openai.com/auth": { chatgpt_account_id: "account" } };
  const claimed = of({ account_id: null, id_token: jwt(auth) });
  assert.ok(isSameAccount(named, claimed) && isSameAccount(claimed, named));
  const user = of({ account_id: null, id_token: jwt({ sub: "u" }) });
  assert.equal(accountOf(user), "user:u");
  assert.ok(!isSameAccount(named, user));
  const nobody = of({ account_id: null });
  assert.ok(isSameAccount(nobody, of({ account_id: null, access_token: "other" })));
  assert.ok(!isSameAccount(nobody, of({ account_id: null, refresh_token: "other" })));
  assert.ok(!isSameAccount(nobody, named) && !isSameAccount(named, nobody));
});
