import assert from "node:assert/strict";
import { AuthError } from "./error.ts";
import { parseLoginRecord } from "./record.ts";

const PAYLOAD = btoa(JSON.stringify({ email: "a@b.c" })).replaceAll("=", "");
const TOKENS = {
  id_token: `e30.${PAYLOAD}.sig`,
  access_token: "access",
  refresh_token: "refresh",
  account_id: "account",
};

const parse = (value: unknown) => parseLoginRecord(JSON.stringify(value));

Deno.test("auth_mode decides; without it a key wins over tokens", () => {
  const both = { OPENAI_API_KEY: "key", tokens: TOKENS };
  assert.equal(parse(both).kind, "api_key");
  assert.equal(parse({ ...both, auth_mode: "chatgpt" }).kind, "chatgpt");
  assert.equal(parse({ ...both, auth_mode: "apikey" }).kind, "api_key");
  assert.equal(parse({ OPENAI_API_KEY: null, tokens: TOKENS }).kind, "chatgpt");
  assert.deepEqual(parse({}), { kind: "chatgpt", tokens: null });
});

Deno.test("tokens are read, unknown fields let pass", () => {
  const record = parse({
    auth_mode: "chatgpt",
    tokens: { ...TOKENS, later: 1 },
    last_refresh: "2026-11-22T12:03:33.455770004Z",
    agent: {},
  });
  assert.deepEqual(record, {
    kind: "chatgpt",
    tokens: {
      idToken: TOKENS.id_token,
      accessToken: "access",
      refreshToken: "refresh",
      accountId: "account",
    },
  });
  const { account_id: _, ...without } = TOKENS;
  const anonymous = parse({ tokens: without });
  assert.ok(anonymous.kind === "chatgpt" && anonymous.tokens?.accountId === null);
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
    assert.throws(() => parseLoginRecord(text), (error) => {
      assert.ok(error instanceof AuthError && error.code === "unreadable_store", text);
      assert.ok(!error.message.includes(secret), error.message);
      return true;
    });
  for (const value of bad) refused(JSON.stringify(value));
  for (const text of ["", "{", `{"OPENAI_API_KEY": "${secret}"`]) refused(text);
});
