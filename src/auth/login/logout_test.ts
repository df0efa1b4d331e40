import assert from "node:assert/strict";
import { join } from "node:path";
import { jwt, type OauthIssuer, startOauthIssuer } from "../../../tests/support/oauth_issuer.ts";
import { lockFile } from "../../files/mod.ts";
import { AuthError } from "../error.ts";
import type { LoginPlace } from "../login_writer.ts";
import { issuerOf } from "./issuer.ts";
import { logout } from "./logout.ts";
import { enforceRestrictions, type LoginRestrictions, methodRefusal } from "./restrictions.ts";
import { type Revocation, revocationOf } from "./revoke.ts";

/** A home of its own beside an issuer. */
class Rig implements AsyncDisposable {
  private constructor(readonly home: string, readonly issuer: OauthIssuer) {}

  static async create(): Promise<Rig> {
    return new Rig(await Deno.realPath(await Deno.makeTempDir()), startOauthIssuer());
  }

  get file(): string {
    return join(this.home, "auth.json");
  }

  get place(): LoginPlace {
    return { codexHome: this.home, store: "file" };
  }

  async write(content: unknown): Promise<void> {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await Deno.writeTextFile(this.file, text);
  }

  exists(): Promise<boolean> {
    return Deno.lstat(this.file).then(() => true, () => false);
  }

  logout(
    place: Partial<LoginPlace> = {},
    signal = new AbortController().signal,
    limit: Pick<Revocation, "limitMs"> = {},
  ): Promise<boolean> {
    const revocation = { ...revocationOf(issuerOf(this.issuer.url, null), {}), ...limit };
    return logout({ place: { ...this.place, ...place }, revocation, signal });
  }

  enforce(
    restrictions: Partial<LoginRestrictions>,
    envApiKey = "",
    onWaiting = () => {},
  ): Promise<string | null> {
    return enforceRestrictions({
      place: { ...this.place, onWaiting },
      restrictions: { method: null, workspaceId: null, ...restrictions },
      envApiKey,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.issuer[Symbol.asyncDispose]();
    await Deno.remove(this.home, { recursive: true });
  }
}

const chatgpt = (auth: Record<string, unknown>, tokens: Record<string, unknown> = {}) => ({
  auth_mode: "chatgpt",
  OPENAI_API_KEY: null,
  tokens: {
    id_token: jwt({ "https://api.openai.com/auth": auth }),
    access_token: "access",
    refresh_token: "refresh",
    account_id: "acct-1",
    ...tokens,
  },
  last_refresh: "2026-11-22T12:03:33.455770004Z",
});

Deno.test("logout: the refresh token is revoked, else the access token", async () => {
  await using rig = await Rig.create();
  await rig.write(chatgpt({}));
  assert.equal(await rig.logout(), true);
  assert.equal(await rig.exists(), false);
  await rig.write(chatgpt({}, { refresh_token: "" }));
  await rig.logout();
  assert.deepEqual(rig.issuer.requests.map(({ path, body }) => [path, JSON.parse(body)]), [
    ["/oauth/revoke", {
      token: "refresh",
      token_type_hint: "refresh_token",
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
    }],
    ["/oauth/revoke", {
      token: "access",
      token_type_hint: "access_token",
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
    }],
  ]);
});

Deno.test("logout: of a renewal that a crash cut off, the new token is revoked, unless it is somebody else's", async () => {
  await using rig = await Rig.create();
  const pending = join(rig.home, "auth.json.pending");
  for (const account of ["acct-1", "acct-2"]) {
    await rig.write(chatgpt({}));
    const next = chatgpt({}, { refresh_token: "next", account_id: account });
    await Deno.writeTextFile(pending, JSON.stringify(next));
    assert.equal(await rig.logout(), true);
    await assert.rejects(Deno.stat(pending), Deno.errors.NotFound);
  }
  assert.deepEqual(rig.issuer.requests.map(({ body }) => JSON.parse(body).token), [
    "next",
    "refresh",
  ]);
});

Deno.test("logout: keys, tokens of others, damaged files and nothing are not revoked", async () => {
  await using rig = await Rig.create();
  assert.equal(await rig.logout(), false);
  const contents = [
    { auth_mode: "apikey", OPENAI_API_KEY: "key" },
    { ...chatgpt({}), auth_mode: "chatgptAuthTokens" },
    "{ torn",
  ];
  for (const content of contents) {
    await rig.write(content);
    assert.equal(await rig.logout(), true);
    assert.equal(await rig.exists(), false);
  }
  assert.deepEqual(rig.issuer.requests, []);
});

Deno.test("logout: an authority that fails or is silent does not keep anybody logged in", async () => {
  await using rig = await Rig.create();
  for (const answer of [{ status: 500 }, "cut"] as const) {
    rig.issuer.inject("revoke", answer);
    await rig.write(chatgpt({}));
    assert.equal(await rig.logout(), true);
    assert.equal(await rig.exists(), false);
  }
  rig.issuer.inject("revoke", "hang");
  await rig.write(chatgpt({}));
  assert.equal(await rig.logout({}, undefined, { limitMs: 50 }), true);
});

Deno.test("logout: whoever does not wait for the authority is logged out already", async () => {
  await using rig = await Rig.create();
  rig.issuer.inject("revoke", "hang");
  await rig.write(chatgpt({}));
  const stop = new AbortController();
  const done = rig.logout({}, stop.signal);
  await rig.issuer.reached("/oauth/revoke");
  assert.equal(await rig.exists(), false);
  stop.abort();
  assert.equal(await done, true);
});

Deno.test("logout: a keyring that fails is an error, and the file is gone all the same", async () => {
  await using rig = await Rig.create();
  const broken = () => Promise.reject(new Error("no keyring here"));
  const keyring = { get: broken, set: broken, remove: broken };
  await rig.write(chatgpt({}));
  await assert.rejects(
    rig.logout({ store: "keyring", keyring }),
    (error) => error instanceof AuthError && error.code === "unsupported_store",
  );
  assert.equal(await rig.exists(), false);
  await rig.write(chatgpt({}));
  assert.equal(await rig.logout({ store: "auto", keyring }), true);
  assert.equal(await rig.exists(), false);
});

Deno.test("where a login is revoked", () => {
  const issuer = issuerOf(null, null);
  const url = (env: Record<string, string>) => revocationOf(issuer, env).url;
  assert.equal(url({}), "https://auth.openai.com/oauth/revoke");
  assert.equal(
    url({ CODEX_REFRESH_TOKEN_URL_OVERRIDE: "http://127.0.0.1:9/x/token?y" }),
    "http://127.0.0.1:9/oauth/revoke",
  );
  assert.equal(
    url({
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: "http://127.0.0.1:9/token",
      CODEX_REVOKE_TOKEN_URL_OVERRIDE: "http://127.0.0.1:8/bye",
    }),
    "http://127.0.0.1:8/bye",
  );
});

Deno.test("restrictions: which way of logging in is allowed", () => {
  const texts = (["chatgpt", "api", null] as const).map((method) => [
    methodRefusal({ method, workspaceId: null }, "chatgpt"),
    methodRefusal({ method, workspaceId: null }, "api"),
  ]);
  assert.deepEqual(texts, [
    [null, "API key login is disabled. Use ChatGPT login instead."],
    ["ChatGPT login is disabled. Use API key login instead.", null],
    [null, null],
  ]);
});

Deno.test("restrictions: a stored login that is not allowed is removed at start-up", async () => {
  await using rig = await Rig.create();
  const key = { auth_mode: "apikey", OPENAI_API_KEY: "key" };
  const mine = chatgpt({ chatgpt_account_id: "org-1" });
  const cases: [content: unknown, restrictions: Partial<LoginRestrictions>, ok: boolean][] = [
    [key, {}, true],
    [key, { method: "api" }, true],
    [key, { method: "chatgpt" }, false],
    [key, { workspaceId: "org-1" }, true],
    [mine, { method: "chatgpt" }, true],
    [mine, { method: "api" }, false],
    [mine, { workspaceId: "org-1" }, true],
    [mine, { workspaceId: "org-2" }, false],
    // The claim decides, not the field beside it.
    [chatgpt({}, { account_id: "org-1" }), { workspaceId: "org-1" }, false],
    [{ auth_mode: "chatgpt", OPENAI_API_KEY: null }, { workspaceId: "org-1" }, false],
    ["{ torn", { method: "api", workspaceId: "org-1" }, true],
  ];
  for (const [content, restrictions, ok] of cases) {
    await rig.write(content);
    const refusal = await rig.enforce(restrictions);
    const what = `${JSON.stringify(content)} ${JSON.stringify(restrictions)}`;
    assert.equal(refusal === null, ok, what);
    assert.equal(await rig.exists(), ok, what);
  }
  await Deno.remove(rig.file);
  assert.equal(await rig.enforce({ method: "api", workspaceId: "org-1" }), null);
});

Deno.test("restrictions: who logs in properly while the old login is about to be removed stays logged in", async () => {
  await using rig = await Rig.create();
  await rig.write(chatgpt({ chatgpt_account_id: "org-1" }));
  const renewing = await lockFile(join(rig.home, "auth.refresh.lock"));
  const refusal = await rig.enforce({ workspaceId: "org-2" }, "", async () => {
    await rig.write(chatgpt({ chatgpt_account_id: "org-2" }));
    await renewing[Symbol.asyncDispose]();
  });
  assert.equal(refusal, null);
  assert.ok(await rig.exists());
});

Deno.test("restrictions: a key of the environment is refused, and nothing stored is touched", async () => {
  await using rig = await Rig.create();
  await rig.write(chatgpt({}));
  assert.match(await rig.enforce({ method: "chatgpt" }, "sk") ?? "", /CODEX_API_KEY/);
  assert.equal(await rig.enforce({ method: "api", workspaceId: "org-1" }, "sk"), null);
  assert.equal(await rig.exists(), true);
});
