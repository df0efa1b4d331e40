import assert from "node:assert/strict";
import {
  ACCOUNT,
  type OauthIssuer,
  startOauthIssuer,
  visit,
} from "../../../tests/support/oauth_issuer.ts";
import { rawGet } from "../../../tests/support/raw_request.ts";
import { type BrowserLogin, type BrowserLoginOptions, startBrowserLogin } from "./browser_login.ts";
import type { ChatgptLogin } from "./granted_login.ts";
import { issuerOf } from "./issuer.ts";
import { LoginError, type LoginErrorCode } from "./login_error.ts";

/** One login beside an issuer of its own. */
class Rig implements AsyncDisposable {
  readonly issuer: OauthIssuer = startOauthIssuer();
  readonly saved: ChatgptLogin[] = [];
  readonly stop = new AbortController();
  readonly #owned = new AsyncDisposableStack();

  constructor() {
    this.#owned.use(this.issuer);
  }

  async start(options: Partial<BrowserLoginOptions> = {}): Promise<BrowserLogin> {
    return this.#owned.use(
      await startBrowserLogin({
        issuer: issuerOf(this.issuer.url, null),
        ports: [0],
        originator: "test",
        workspaceId: null,
        save: (login) => {
          this.saved.push(login);
          return Promise.resolve();
        },
        limitMs: 60_000,
        signal: this.stop.signal,
        ...options,
      }),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}

async function failure(login: BrowserLogin, code: LoginErrorCode): Promise<LoginError> {
  const error = await login.completed.then(() => null, (error: unknown) => error);
  assert.ok(error instanceof LoginError, String(error));
  assert.equal(error.code, code);
  return error;
}

const stateOf = (login: BrowserLogin) => new URL(login.url).searchParams.get("state") ?? "";

async function ask(login: BrowserLogin, path: string, init: RequestInit = {}) {
  const url = `http://127.0.0.1:${login.port}${path}`;
  const response = await fetch(url, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

Deno.test("browser login: a code is redeemed, stored, and the person told", async () => {
  await using rig = new Rig();
  const login = await rig.start();
  const page = await visit(login.url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /You are signed in/);
  assert.equal(page.headers.get("referrer-policy"), "no-referrer");
  await login.completed;

  const [saved] = rig.saved;
  assert.ok(saved !== undefined && rig.saved.length === 1);
  assert.equal(saved.tokens.accountId, "acct-1");
  assert.match(saved.apiKey ?? "", /^sk-/);
  const [, exchange, key] = rig.issuer.requests;
  assert.deepEqual(Object.keys(exchange?.fields ?? {}), [
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "code_verifier",
  ]);
  assert.equal(exchange?.headers.get("content-type"), "application/x-www-form-urlencoded");
  assert.equal(exchange?.headers.get("originator"), null);
  assert.deepEqual(key?.fields, {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
    requested_token: "openai-api-key",
    subject_token: saved.tokens.idToken,
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
  });
});

Deno.test("browser login: no token is in an address, nothing is redeemed twice", async () => {
  await using rig = new Rig();
  const login = await rig.start();
  const back = await fetch(login.url, { redirect: "manual" });
  await back.body?.cancel();
  const callback = new URL(back.headers.get("location") ?? "");
  const path = `${callback.pathname}${callback.search}`;
  const first = await ask(login, path);
  const location = first.headers.get("location") ?? "";
  assert.deepEqual([first.status, location], [
    302,
    "/success?needs_setup=false&org_id=&project_id=&plan_type=plus" +
    "&platform_url=https%3A%2F%2Fplatform.api.openai.org",
  ]);
  // The person reloads the page.
  assert.equal((await ask(login, path)).headers.get("location"), location);
  assert.equal((await ask(login, location)).status, 200);
  await login.completed;
  assert.equal(rig.saved.length, 1);
});

Deno.test("browser login: an owner whose organization is not set up is sent there", async () => {
  await using rig = new Rig();
  rig.issuer.account = {
    ...ACCOUNT,
    auth: { ...ACCOUNT.auth, is_org_owner: true, organization_id: "org-1", project_id: "proj-1" },
  };
  const login = await rig.start();
  const text = await (await visit(login.url)).text();
  const [, next = ""] = /http-equiv="refresh" content="3;url=([^"]+)"/.exec(text) ?? [];
  const url = new URL(next.replaceAll("&amp;", "&"));
  assert.equal(url.origin + url.pathname, "https://platform.api.openai.org/org-setup");
  const idToken = rig.saved[0]?.tokens.idToken;
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    p: "plus",
    t: idToken,
    with_org: "org-1",
    project_id: "proj-1",
  });
  await login.completed;
});

Deno.test("browser login: what is not the awaited answer changes nothing", async () => {
  await using rig = new Rig();
  const login = await rig.start();
  const state = stateOf(login);
  const host = { host: "evil.example" };
  const cases: [path: string, status: number, text: RegExp, headers?: Record<string, string>][] = [
    ["/auth/callback?code=c", 400, /State mismatch/],
    ["/auth/callback?code=c&state=other", 400, /State mismatch/],
    ["/auth/callback?error=access_denied&state=other", 400, /State mismatch/],
    [`/auth/callback?state=${state}`, 400, /Missing authorization code/],
    [`/auth/callback?code=&state=${state}`, 400, /Missing authorization code/],
    ["/success", 404, /Not found/],
    ["/", 404, /Not found/],
    ["/cancel", 403, /web page/, { origin: "http://evil.example" }],
    ["/cancel", 403, /web page/, { "sec-fetch-site": "cross-site" }],
    ["/cancel", 403, /Unknown host/, host],
    ["/cancel", 403, /Unknown host/, { host: "127.0.0.1" }],
    [`/auth/callback?code=c&state=${state}`, 403, /Unknown host/, host],
  ];
  for (const [path, status, text, headers] of cases) {
    const answer = await rawGet(login.port, path, headers);
    assert.equal(answer.status, status, path);
    assert.match(answer.text, text, path);
  }
  assert.equal((await ask(login, "/cancel", { method: "POST" })).status, 405);
  assert.equal(rig.issuer.requests.length, 0);
  await visit(login.url).then((page) => page.body?.cancel());
  await login.completed;
});

Deno.test("browser login: /cancel ends it, also with the bare request of the reference", async () => {
  await using rig = new Rig();
  const login = await rig.start();
  const answer = (await rawGet(login.port, "/cancel")).text;
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /Login cancelled$/);
  await failure(login, "cancelled");
});

Deno.test("browser login: a refusal of the issuer is shown and ends it", async () => {
  await using rig = new Rig();
  const login = await rig.start();
  const query = new URLSearchParams({
    error: "access_denied",
    error_description: "<b>No</b>\u001b[31m entry",
    state: stateOf(login),
  });
  const answer = await ask(login, `/auth/callback?${query}`);
  assert.equal(answer.status, 400);
  assert.match(answer.text, /&lt;b&gt;No&lt;\/b&gt; \[31m entry/);
  const error = await failure(login, "refused");
  assert.equal(error.message, "The login was refused: <b>No</b> [31m entry");
});

Deno.test("browser login: a code that cannot be redeemed ends it, without the issuer's body", async () => {
  const cases: [Parameters<OauthIssuer["inject"]>[1], RegExp][] = [
    [{ status: 400, body: `{"error":"invalid_grant","error_description":"SECRET"}` }, /invalid_gr/],
    [{ status: 500, body: "SECRET" }, /status 500\./],
    [{ status: 200, body: "SECRET" }, /not JSON/],
    [{ status: 200, body: `{"access_token":"SECRET"}` }, /lacks/],
    [{ status: 200, body: `{"id_token":"x","access_token":"SECRET","refresh_token":"r"}` }, /read/],
    ["cut", /no answer/],
  ];
  for (const [injected, text] of cases) {
    await using rig = new Rig();
    rig.issuer.inject("code", injected);
    const login = await rig.start();
    const page = await visit(login.url);
    assert.equal(page.status, 500);
    const shown = await page.text();
    const error = await failure(login, "issuer_failed");
    assert.match(error.message, text);
    for (const said of [shown, error.message]) assert.ok(!said.includes("SECRET"), said);
    assert.deepEqual(rig.saved, []);
  }
});

Deno.test("browser login: no API key for this account is fine", async () => {
  for (const injected of [{ status: 403, body: "no" }, "cut"] as const) {
    await using rig = new Rig();
    rig.issuer.inject("api_key", injected);
    const login = await rig.start();
    await visit(login.url).then((page) => page.body?.cancel());
    await login.completed;
    assert.equal(rig.saved[0]?.apiKey, null);
  }
});

Deno.test("browser login: another workspace saves nothing", async () => {
  await using rig = new Rig();
  const login = await rig.start({ workspaceId: "org-9" });
  assert.match(login.url, /&allowed_workspace_id=org-9$/);
  const page = await visit(login.url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /workspace id org-9/);
  await failure(login, "wrong_workspace");
  assert.deepEqual(rig.saved, []);

  rig.issuer.account = { ...ACCOUNT, auth: {} };
  const nameless = await rig.start({ workspaceId: "org-9" });
  await visit(nameless.url).then((page) => page.body?.cancel());
  await failure(nameless, "wrong_workspace");
});

Deno.test("browser login: a login that cannot be stored is no success", async () => {
  await using rig = new Rig();
  const login = await rig.start({ save: () => Promise.reject(new Error("disk full")) });
  const page = await visit(login.url);
  assert.equal(page.status, 500);
  assert.match(await page.text(), /disk full/);
  await failure(login, "not_saved");
  assert.equal(rig.issuer.requests.length, 3);
});

Deno.test("browser login: time, an abort and disposing end it and free the port", async () => {
  await using rig = new Rig();
  const late = await rig.start({ limitMs: 1 });
  await failure(late, "timed_out");

  const hung = await rig.start();
  rig.issuer.inject("code", "hang");
  const page = visit(hung.url);
  await rig.issuer.reached("/oauth/token");
  rig.stop.abort();
  await failure(hung, "cancelled");
  assert.equal((await page).status, 500);
  await (await page).body?.cancel();

  const dropped = await rig.start({ signal: new AbortController().signal });
  await dropped[Symbol.asyncDispose]();
  await failure(dropped, "cancelled");
  const after = await rawGet(dropped.port, "/").catch(() => null);
  assert.ok(!after?.text.includes("Not found"), after?.text);
});

Deno.test("browser login: nothing stops it while it is stored", async () => {
  await using rig = new Rig();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const login = await rig.start({
    save: async () => {
      begun.resolve();
      await goOn.promise;
    },
  });
  const page = visit(login.url);
  await begun.promise;
  assert.equal((await ask(login, "/cancel")).status, 409);
  const again = await ask(login, `/auth/callback?code=c&state=${stateOf(login)}`);
  assert.equal(again.status, 409);
  rig.stop.abort();
  goOn.resolve();
  assert.equal((await page).status, 200);
  await (await page).body?.cancel();
  await login.completed;
});

Deno.test("browser login: one whose last page nobody asks for ends by itself", async () => {
  await using rig = new Rig();
  const login = await rig.start({ lastPageMs: 1 });
  const back = await fetch(login.url, { redirect: "manual" });
  await back.body?.cancel();
  const saved = await fetch(back.headers.get("location") ?? "", { redirect: "manual" });
  await saved.body?.cancel();
  await login.completed;
});

Deno.test("browser login: a new one takes the port of a waiting one", async () => {
  await using rig = new Rig();
  const waiting = await rig.start();
  const { port } = waiting;
  const ended = failure(waiting, "cancelled").then(() => waiting[Symbol.asyncDispose]());
  const next = await rig.start({ ports: [port] });
  await ended;
  assert.equal(next.port, port);
});

Deno.test("browser login: a port that is not given up leads to the next one, or to an error", async () => {
  await using rig = new Rig();
  using stranger = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = stranger.addr;
  // It takes connections and never answers.
  const silent = stranger.accept();
  const login = await rig.start({ ports: [port, 0] });
  assert.notEqual(login.port, port);
  (await silent).close();

  const refused = rig.start({ ports: [port] });
  (await stranger.accept()).close();
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof LoginError && error.code === "port_in_use");
    assert.match(error.message, new RegExp(`^Port 127\\.0\\.0\\.1:${port} is already in use`));
    return true;
  });
});
