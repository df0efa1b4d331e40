import assert from "node:assert/strict";
import { clientOptions, provider } from "../../tests/support/model_rig.ts";
import { baseUrlOf, providerHeaders } from "./request_headers.ts";

Deno.test("the vendor has one address for each kind of login, a configured one wins", () => {
  assert.equal(baseUrlOf(provider(null), "chatgpt"), "https://chatgpt.com/backend-api/codex");
  assert.equal(baseUrlOf(provider(null), "api_key"), "https://api.openai.com/v1");
  assert.equal(baseUrlOf(provider(null), "none"), "https://api.openai.com/v1");
  assert.equal(baseUrlOf(provider("http://x/v1"), "chatgpt"), "http://x/v1");
});

Deno.test("only the vendor is told our version", () => {
  const auth = { authorization: null, accountId: null, kind: "none" } as const;
  const version = (id: string) =>
    providerHeaders(clientOptions(provider(null, { id })), auth).get("version");
  assert.equal(version("openai"), "1.2.3");
  assert.equal(version("other"), null);
});
