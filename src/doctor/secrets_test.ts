import assert from "node:assert/strict";
import { shownLine, shownUrl, withoutSecrets } from "./secrets.ts";

const hide = withoutSecrets({
  A_TOKEN: "abcdefgh-value",
  LONGER_TOKEN: "abcdefgh-value-and-more",
  SHORT_KEY: "1",
  KEY_FILE: "/home/me/key.pem",
});

Deno.test("values of secret variables are hidden, the longest first; words and paths stay", () => {
  assert.equal(hide("x abcdefgh-value-and-more y"), "x [hidden] y");
  assert.equal(hide("x abcdefgh-value y 1"), "x [hidden] y 1");
  assert.equal(hide("/home/me/key.pem"), "/home/me/key.pem");
});

Deno.test("what looks like a key or a token is hidden, whoever it belongs to", () => {
  const secrets = [
    "sk-proj-abcdefgh12345678",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
    "Bearer abc.def-123456",
    "ghp_abcdefghijklmnop",
  ];
  for (const secret of secrets) {
    assert.ok(!hide(`it is ${secret}, you see`).includes(secret), secret);
  }
  assert.equal(hide("sk-1 and the task-force stay"), "sk-1 and the task-force stay");
});

Deno.test("addresses are shown without logins and queries", () => {
  assert.equal(hide("see http://me:word@host:1/x"), "see http://[hidden]@host:1/x");
  assert.equal(shownUrl("https://me:word@host/v1?key=k#f"), "https://[hidden]@host/v1?…");
  assert.equal(shownUrl("https://host:8443/v1"), "https://host:8443/v1");
  assert.equal(shownUrl("word word"), "(not an address)");
});

Deno.test("a line about something secret is shown without its strings", () => {
  assert.equal(
    shownLine('experimental_bearer_token = "abc" # why'),
    'experimental_bearer_token = "…" # why',
  );
  assert.equal(shownLine('2 | api_key = "abc'), '2 | api_key = "…"');
  assert.equal(shownLine("http_headers = { X = 'abc' }"), 'http_headers = { X = "…" }');
  assert.equal(shownLine('model = "gpt"'), 'model = "gpt"');
});
