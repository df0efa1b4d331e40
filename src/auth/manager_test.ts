import assert from "node:assert/strict";
import { join } from "node:path";
import { AuthError, LoginRequiredError } from "./error.ts";
import { type AuthManager, type AuthOptions, openAuth } from "./manager.ts";

const NEVER = new AbortController().signal;

class Home implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(): Promise<Home> {
    return new Home(await Deno.makeTempDir());
  }

  get file(): string {
    return join(this.path, "auth.json");
  }

  write(value: unknown): Promise<void> {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return Deno.writeTextFile(this.file, text);
  }

  chatgpt(accessToken: string, accountId: string | null = "account"): Promise<void> {
    return this.write({
      auth_mode: "chatgpt",
      OPENAI_API_KEY: null,
      tokens: {
        id_token: `e30.${btoa("{}")}.sig`,
        access_token: accessToken,
        refresh_token: "refresh",
        account_id: accountId,
      },
      last_refresh: "2026-01-01T00:00:00Z",
    });
  }

  open(options: Partial<AuthOptions> = {}): Promise<AuthManager> {
    return openAuth({
      codexHome: this.path,
      env: {},
      allowApiKeyEnv: true,
      store: "file",
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("no login: no headers, no warning", async () => {
  await using home = await Home.create();
  const auth = await home.open();
  assert.deepEqual(await auth.get(NEVER), { authorization: null, accountId: null, kind: "none" });
  assert.equal(auth.warning, null);
  assert.equal(await auth.afterRejection(await auth.get(NEVER), NEVER), false);
});

Deno.test("CODEX_API_KEY wins where it is allowed; OPENAI_API_KEY never counts", async () => {
  await using home = await Home.create();
  await home.write({ OPENAI_API_KEY: "stored" });
  const env = { CODEX_API_KEY: " from-env ", OPENAI_API_KEY: "other" };
  const headers = async (options: Partial<AuthOptions>) =>
    (await (await home.open(options)).get(NEVER)).authorization;
  assert.equal(await headers({ env }), "Bearer from-env");
  assert.equal(await headers({ env, allowApiKeyEnv: false }), "Bearer stored");
  assert.equal(await headers({ env: { CODEX_API_KEY: " " } }), "Bearer stored");
  assert.equal(await headers({ env: { OPENAI_API_KEY: "other" }, store: "ephemeral" }), null);
});

Deno.test("a ChatGPT login carries the account, an API key does not", async () => {
  await using home = await Home.create();
  await home.chatgpt("t1");
  assert.deepEqual(await (await home.open()).get(NEVER), {
    authorization: "Bearer t1",
    accountId: "account",
    kind: "chatgpt",
  });
  await home.write({ auth_mode: "apikey", OPENAI_API_KEY: "k", tokens: null });
  assert.deepEqual(await (await home.open()).get(NEVER), {
    authorization: "Bearer k",
    accountId: null,
    kind: "api_key",
  });
});

Deno.test("a damaged file is no login, and the warning names it", async () => {
  await using home = await Home.create();
  await home.write('{"OPENAI_API_KEY": "SECRET"');
  const auth = await home.open();
  assert.equal(auth.kind, "none");
  assert.ok(auth.warning?.includes(home.file));
  assert.ok(!auth.warning?.includes("SECRET"));
});

Deno.test("after a refusal, a token that another process renewed is taken over", async () => {
  await using home = await Home.create();
  await home.chatgpt("old");
  const auth = await home.open();
  const rejected = await auth.get(NEVER);
  await home.chatgpt("new");
  assert.equal((await auth.get(NEVER)).authorization, "Bearer old", "the snapshot holds");
  assert.equal(await auth.afterRejection(rejected, NEVER), true);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer new");
  // A second request that carried the old token needs no further look.
  await Deno.remove(home.file);
  assert.equal(await auth.afterRejection(rejected, NEVER), true);
});

Deno.test("after a refusal, nothing but a new login helps when the store says the same", async () => {
  await using home = await Home.create();
  await home.chatgpt("old");
  const auth = await home.open();
  const rejected = await auth.get(NEVER);
  const code = async () => {
    const error = await auth.afterRejection(rejected, NEVER).then(() => null, (e: unknown) => e);
    assert.ok(error instanceof LoginRequiredError);
    assert.ok(!error.message.includes("old"));
    return error.code;
  };
  assert.equal(await code(), "login_expired");
  await home.write("{ half of a fi");
  assert.equal(await code(), "login_expired", "a damaged file is no logout");
  await home.chatgpt("other", "somebody else");
  assert.equal(await code(), "account_changed");
  await home.write({ OPENAI_API_KEY: "k" });
  assert.equal(await code(), "account_changed");
  await Deno.remove(home.file);
  assert.equal(await code(), "account_changed");
  assert.equal((await auth.get(NEVER)).authorization, "Bearer old");
});

Deno.test("a refused API key cannot be renewed", async () => {
  await using home = await Home.create();
  await home.write({ OPENAI_API_KEY: "k" });
  const auth = await home.open();
  await home.write({ OPENAI_API_KEY: "k2" });
  assert.equal(await auth.afterRejection(await auth.get(NEVER), NEVER), false);
});

Deno.test("a store that is not supported counts as no login, with a warning", async () => {
  await using home = await Home.create();
  await home.chatgpt("t");
  const auth = await home.open({ store: "keyring" });
  assert.equal(auth.kind, "none");
  assert.ok(auth.warning?.includes("keyring"));
  assert.equal((await home.open({ store: "auto" })).kind, "chatgpt");
});

Deno.test("an abort ends the question", async () => {
  await using home = await Home.create();
  const auth = await home.open();
  const aborted = AbortSignal.abort(new AuthError("login_expired", "stop"));
  await assert.rejects(auth.get(aborted), AuthError);
  await assert.rejects(auth.afterRejection(await auth.get(NEVER), aborted), AuthError);
});
