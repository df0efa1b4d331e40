import assert from "node:assert/strict";
import { type OauthIssuer, startOauthIssuer } from "../../../tests/support/oauth_issuer.ts";
import { deviceLogin, type DeviceLoginOptions, type DevicePrompt } from "./device_login.ts";
import type { ChatgptLogin } from "./granted_login.ts";
import { issuerOf } from "./issuer.ts";
import { LoginError, type LoginErrorCode } from "./login_error.ts";

/** One device login; time passes only by waiting. */
class Rig implements AsyncDisposable {
  readonly issuer: OauthIssuer = startOauthIssuer();
  readonly prompts: DevicePrompt[] = [];
  /** Seconds of each wait. */
  readonly waits: number[] = [];
  readonly stop = new AbortController();
  /** After so many waits the person has typed the code in. */
  approveAfter = 0;
  #now = 1_000_000;

  login(options: Partial<DeviceLoginOptions> = {}): Promise<ChatgptLogin> {
    return deviceLogin({
      issuer: issuerOf(`${this.issuer.url}//`, "me"),
      workspaceId: null,
      onPrompt: (prompt) => {
        this.prompts.push(prompt);
        if (this.approveAfter === 0) this.issuer.approveDevice();
        return Promise.resolve();
      },
      signal: this.stop.signal,
      now: () => this.#now,
      wait: (ms) => {
        this.waits.push(ms / 1000);
        this.#now += ms;
        if (this.waits.length === this.approveAfter) this.issuer.approveDevice();
        return Promise.resolve();
      },
      ...options,
    });
  }

  async fails(code: LoginErrorCode, options: Partial<DeviceLoginOptions> = {}) {
    const error = await this.login(options).then(() => null, (error: unknown) => error);
    assert.ok(error instanceof LoginError, String(error));
    assert.equal(error.code, code, error.message);
    return error;
  }

  count(path: string): number {
    return this.issuer.requests.filter((request) => request.path.endsWith(path)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.issuer[Symbol.asyncDispose]();
  }
}

Deno.test("device login: requests, prompt and outcome", async () => {
  await using rig = new Rig();
  rig.issuer.interval = "7";
  rig.approveAfter = 2;
  const login = await rig.login();
  assert.deepEqual(rig.prompts, [
    { url: `${rig.issuer.url}/codex/device`, code: "ABCD-1234", limitMs: 900_000 },
  ]);
  assert.deepEqual(rig.waits, [7, 7]);
  assert.equal(login.apiKey, null);
  assert.equal(login.tokens.accountId, "acct-1");
  const sent = rig.issuer.requests.map(({ path, body }) => [path, body]);
  assert.deepEqual(sent.slice(0, 2), [
    ["/api/accounts/deviceauth/usercode", '{"client_id":"me"}'],
    ["/api/accounts/deviceauth/token", '{"device_auth_id":"device-1","user_code":"ABCD-1234"}'],
  ]);
  const exchange = rig.issuer.requests.at(-1);
  assert.equal(exchange?.path, "/oauth/token");
  assert.equal(exchange?.fields["redirect_uri"], `${rig.issuer.url}/deviceauth/callback`);
  assert.equal(exchange?.fields["client_id"], "me");
});

Deno.test("device login: the interval is text or a number, and not too short", async () => {
  const cases: [interval: unknown, seconds: number][] = [
    ["3", 3],
    [" 3 ", 3],
    [3, 3],
    [0.2, 1],
    ["0", 0],
    [0, 0],
    [undefined, 5],
    [null, 5],
    ["", 5],
    ["soon", 5],
    [-1, 5],
  ];
  for (const [interval, seconds] of cases) {
    await using rig = new Rig();
    rig.issuer.interval = interval;
    rig.issuer.userCodeField = "usercode";
    rig.approveAfter = 1;
    await rig.login();
    assert.deepEqual(rig.waits, [seconds], JSON.stringify(interval));
  }
});

Deno.test("device login: 403 and 404 mean not yet, slow_down means slower", async () => {
  await using rig = new Rig();
  rig.issuer.interval = "2";
  rig.issuer.inject(
    "poll",
    { status: 404 },
    { status: 403, body: '{"error":{"code":"deviceauth_authorization_unknown"}}' },
    { status: 400, body: '{"error":"authorization_pending"}' },
    { status: 400, body: '{"error":"slow_down"}' },
    { status: 429 },
  );
  await rig.login();
  assert.deepEqual(rig.waits, [2, 2, 2, 7, 12]);
});

Deno.test("device login: 15 minutes after the first question it is over", async () => {
  await using rig = new Rig();
  rig.issuer.interval = "60";
  rig.approveAfter = -1;
  await rig.fails("timed_out");
  assert.equal(rig.waits.length, 14);
  assert.equal(rig.count("/deviceauth/token"), 15);
});

Deno.test("device login: answers that end it at once", async () => {
  const cases: [answer: { status: number; body?: string }, code: LoginErrorCode][] = [
    [{ status: 401, body: "SECRET" }, "issuer_failed"],
    [{ status: 400, body: '{"error":"SECRET SECRET"}' }, "issuer_failed"],
    [{ status: 400, body: '{"error":"expired_token"}' }, "timed_out"],
    [{ status: 403, body: '{"error":"access_denied"}' }, "refused"],
    [{ status: 200, body: '{"code_verifier":"SECRET"}' }, "issuer_failed"],
  ];
  for (const [answer, code] of cases) {
    await using rig = new Rig();
    rig.issuer.inject("poll", answer);
    const error = await rig.fails(code);
    assert.equal(rig.count("/deviceauth/token"), 1);
    assert.ok(!error.message.includes("SECRET"), error.message);
  }
});

Deno.test("device login: a server in trouble is asked again, but not for ever", async () => {
  await using rig = new Rig();
  rig.issuer.inject("poll", { status: 500 }, "cut", { status: 503 }, { status: 502 });
  await rig.login();
  assert.deepEqual(rig.waits, [1, 1, 1, 1]);

  // So many failures would be too many in a row.
  await using shaky = new Rig();
  const bad = { status: 500 };
  shaky.issuer.inject("poll", bad, bad, bad, { status: 403 }, bad, bad, bad);
  await shaky.login();
  assert.equal(shaky.count("/deviceauth/token"), 8);

  await using down = new Rig();
  const trouble = { status: 500 };
  down.issuer.inject("poll", trouble, trouble, trouble, trouble, trouble);
  await down.fails("issuer_failed");
  assert.equal(down.count("/deviceauth/token"), 5);
});

Deno.test("device login: an issuer without codes, and one that fails", async () => {
  const cases: [answer: { status: number; body?: string }, code: LoginErrorCode][] = [
    [{ status: 404 }, "not_enabled"],
    [{ status: 500, body: "SECRET" }, "issuer_failed"],
    [{ status: 200, body: "SECRET" }, "issuer_failed"],
    [{ status: 200, body: '{"device_auth_id":"d"}' }, "issuer_failed"],
  ];
  for (const [answer, code] of cases) {
    await using rig = new Rig();
    rig.issuer.inject("usercode", answer);
    const error = await rig.fails(code);
    assert.ok(!error.message.includes("SECRET"), error.message);
    assert.deepEqual(rig.prompts, []);
  }
});

Deno.test("device login: another workspace, a bad exchange, an abort", async () => {
  await using other = new Rig();
  await other.fails("wrong_workspace", { workspaceId: "org-9" });

  await using bad = new Rig();
  bad.issuer.inject("code", { status: 400, body: '{"error":"invalid_grant"}' });
  assert.match((await bad.fails("issuer_failed")).message, /invalid_grant/);

  await using aborted = new Rig();
  aborted.issuer.inject("poll", "hang");
  const ended = aborted.fails("cancelled");
  await aborted.issuer.reached("/api/accounts/deviceauth/token");
  aborted.stop.abort();
  await ended;

  await using waiting = new Rig();
  waiting.approveAfter = -1;
  const reached = Promise.withResolvers<void>();
  const stopped = waiting.fails("cancelled", {
    wait: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        reached.resolve();
      }),
  });
  await reached.promise;
  waiting.stop.abort();
  await stopped;
});
