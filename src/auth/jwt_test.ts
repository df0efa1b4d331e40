import assert from "node:assert/strict";
import { jwt } from "../../tests/support/auth_home.ts";
import { jwtPayload, readClaims } from "./jwt.ts";

const AUTH = "https://api.openai.com/auth";
const PROFILE = "https://api.openai.com/profile";

Deno.test("claims: where each of them may be, and which place goes first", () => {
  const claims = readClaims(jwt({
    sub: "s",
    exp: 5,
    email: "a@b.c",
    [PROFILE]: { email: "other@b.c" },
    [AUTH]: {
      chatgpt_plan_type: "later",
      chatgpt_user_id: "u",
      user_id: "other",
      chatgpt_account_id: "w",
    },
  }));
  assert.deepEqual(claims, {
    email: "a@b.c",
    planType: "later",
    userId: "u",
    accountId: "w",
    subject: "s",
    expiresAt: 5_000,
  });
  const older = readClaims(jwt({ [PROFILE]: { email: "p@b.c" }, [AUTH]: { user_id: "u2" } }));
  assert.deepEqual([older.email, older.userId], ["p@b.c", "u2"]);
});

Deno.test("claims: all absent in what is no token, or says nothing", () => {
  const nothing = {
    email: null,
    planType: null,
    userId: null,
    accountId: null,
    subject: null,
    expiresAt: null,
  };
  const odd = jwt({ sub: 5, exp: "1", email: "", [AUTH]: [], [PROFILE]: "x" });
  for (const token of ["", "opaque", "a.b.c", jwt({}), odd]) {
    assert.deepEqual(readClaims(token), nothing, token);
  }
});

Deno.test("a payload is base64url without padding; a fourth part does not count", () => {
  const payload = { text: "\u00fc\u00bf\u00be\u00ff?" };
  assert.deepEqual(jwtPayload(jwt(payload)), payload);
  assert.deepEqual(jwtPayload(`${jwt(payload)}.more`), payload);
  for (const bad of ["e30.e3+.s", "e30..s", ".e30.s", "e30.e30.", "e30.W10.s"]) {
    assert.equal(jwtPayload(bad), null, bad);
  }
});
