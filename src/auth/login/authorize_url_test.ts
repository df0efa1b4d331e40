import assert from "node:assert/strict";
import { authorizeUrl } from "./authorize_url.ts";
import { CALLBACK_PORTS } from "./callback_server.ts";
import { issuerOf, platformUrl } from "./issuer.ts";
import { createPkce, createState } from "./pkce.ts";

const REQUEST = {
  issuer: issuerOf(null, null),
  redirectUri: "http://localhost:1455/auth/callback",
  challenge: "challenge",
  state: "state",
  originator: "codex_cli_rs",
  workspaceId: null,
};

Deno.test("the address of the login page, as the vendor's issuer expects it", () => {
  const plain = "https://auth.openai.com/oauth/authorize?response_type=code" +
    "&client_id=app_EMoamEEZ73f0CkXaXp7hrann" +
    "&redirect_uri=http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback" +
    "&scope=openid%20profile%20email%20offline_access&code_challenge=challenge" +
    "&code_challenge_method=S256&id_token_add_organizations=true" +
    "&codex_cli_simplified_flow=true&state=state&originator=codex_cli_rs";
  assert.equal(authorizeUrl(REQUEST), plain);
  assert.equal(
    authorizeUrl({ ...REQUEST, workspaceId: "org 1" }),
    `${plain}&allowed_workspace_id=org%201`,
  );
  assert.deepEqual(CALLBACK_PORTS, [1455, 1457]);
});

Deno.test("issuers: slashes at the end do not count, another client id does", () => {
  assert.deepEqual(issuerOf("http://127.0.0.1:1//", "me"), {
    url: "http://127.0.0.1:1",
    clientId: "me",
  });
  assert.equal(platformUrl(REQUEST.issuer), "https://platform.openai.com");
  assert.equal(platformUrl(issuerOf("http://x", null)), "https://platform.api.openai.org");
});

Deno.test("verifier, challenge and state: long, in base64url, new each time", async () => {
  const one = await createPkce();
  const other = await createPkce();
  assert.match(one.verifier, /^[\w-]{86}$/);
  assert.match(one.challenge, /^[\w-]{43}$/);
  assert.match(createState(), /^[\w-]{43}$/);
  assert.notEqual(one.verifier, other.verifier);
  assert.notEqual(createState(), createState());
  const bytes = new TextEncoder().encode(one.verifier);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const padded = one.challenge.replaceAll("-", "+").replaceAll("_", "/") + "=";
  assert.equal(atob(padded), String.fromCharCode(...digest));
});
