import assert from "node:assert/strict";
import { join } from "node:path";
import { startLogin } from "./support/login_rig.ts";
import { type OauthIssuer, startOauthIssuer } from "./support/oauth_issuer.ts";
import { openStage } from "./support/stage.ts";

const POLL = "/api/accounts/deviceauth/token";

const device = (issuer: OauthIssuer): string[] => [
  "--device-auth",
  "--experimental_issuer",
  issuer.url,
  "--experimental_client-id",
  "app_test",
];

Deno.test("login with a code: the prompt is on stdout, the rest on stderr", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  await using login = startLogin(stage, { args: device(issuer) });
  await issuer.reached(POLL);
  issuer.approveDevice();
  const run = await login.ended;
  assert.deepEqual([run.code, run.stderr], [0, "Successfully logged in\n"]);
  assert.ok(run.stdout.includes(`\n   ${issuer.url}/codex/device\n`), run.stdout);
  assert.match(run.stdout, /15 minutes:\n {3}ABCD-1234\n/);
  const path = join(stage.codexHome, "auth.json");
  const record = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual([record.auth_mode, record.OPENAI_API_KEY], ["chatgpt", null]);
  assert.equal(record.tokens.account_id, "acct-1");
  if (Deno.build.os !== "windows") assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  for (const secret of issuer.secrets) assert.ok(!(run.stdout + run.stderr).includes(secret));
  assert.equal(issuer.requests.at(-1)?.fields["client_id"], "app_test");
});

Deno.test("login with a code: failures end it with exit code 1 and leave nothing", async () => {
  const cases: [endpoint: "usercode" | "poll", answer: object, stderr: RegExp][] = [
    ["usercode", { status: 404 }, /does not offer/],
    ["usercode", { status: 500 }, /status 500/],
    ["poll", { status: 401 }, /status 401/],
    ["poll", { status: 400, body: '{"error":"expired_token"}' }, /not used in time/],
  ];
  for (const [endpoint, answer, stderr] of cases) {
    await using stage = await openStage();
    await using issuer = startOauthIssuer();
    issuer.inject(endpoint, answer as { status: number });
    const run = await startLogin(stage, { args: device(issuer) }).ended;
    assert.equal(run.code, 1);
    assert.match(run.stderr, /^Error logging in with device code: /);
    assert.match(run.stderr, stderr);
    await assert.rejects(Deno.stat(join(stage.codexHome, "auth.json")), Deno.errors.NotFound);
  }
});

Deno.test("login with a code: slow_down is heeded for the rest of the login", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  issuer.inject("poll", { status: 400, body: '{"error":"slow_down"}' });
  await using login = startLogin(stage, { args: device(issuer) });
  await issuer.reached(POLL);
  const asked = Date.now();
  issuer.approveDevice();
  assert.equal((await login.ended).code, 0);
  assert.ok(Date.now() - asked >= 4_900);
});

Deno.test({
  name: "login with a code: an interrupt ends it while it waits (not on Windows)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using stage = await openStage();
    await using issuer = startOauthIssuer();
    issuer.inject("poll", "hang");
    await using login = startLogin(stage, { args: device(issuer) });
    await issuer.reached(POLL);
    login.kill("SIGINT");
    const run = await login.ended;
    assert.equal(run.code, 130);
    assert.match(run.stderr, /Login cancelled/);
  },
});
