import assert from "node:assert/strict";
import { join } from "node:path";
import { lockFile } from "../../src/files/mod.ts";
import { openDeadPort } from "../support/dead_port.ts";
import { assertPlain, LoginStage } from "../support/login_stage.ts";
import { type Behaviour, recordText } from "../support/token_authority.ts";

Deno.test("exec: a refused token is renewed, and the turn succeeds", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  const run = await login.run(["exec", "hello"]);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout.trim(), "done");
  assert.equal(login.authority.presented.length, 1);
  const [presented] = login.authority.presented;
  assert.deepEqual(Object.keys(presented?.body ?? {}), [
    "client_id",
    "grant_type",
    "refresh_token",
    "scope",
  ]);
  assert.equal(presented?.headers.get("originator"), "codex_exec");
  assert.match(presented?.headers.get("user-agent") ?? "", /^codex_exec\//);
});

Deno.test("exec: with a proxy, an authority on this machine is asked directly", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  const proxied: string[] = [];
  await using proxy = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    proxied.push(request.url);
    return new Response(null, { status: 502 });
  });
  const address = `http://127.0.0.1:${proxy.addr.port}`;
  const run = await login.run(["exec", "hello"], { HTTP_PROXY: address, http_proxy: address });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(login.authority.refreshes, 1);
  assert.deepEqual(proxied, []);
});

Deno.test("16 runs of exec at once with a refused token: one refresh, none fails", async () => {
  await using login = await LoginStage.open();
  login.authority.latencyMs = 300;
  await login.logIn();
  const runs = await Promise.all(
    Array.from({ length: 16 }, () => login.run(["exec", "--ephemeral", "hello"])),
  );
  for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
  assert.equal(login.authority.presented.length, 1);
  assert.equal(login.authority.refreshes, 1);
  assert.equal(login.authority.reuses, 0);
  assert.ok(await login.isAlive());
});

Deno.test("exec: servers that refuse the new token too end the turn after one refresh", async () => {
  await using login = await LoginStage.open(() => ({ status: 401, body: "{}" }));
  await login.logIn();
  const run = await login.run(["exec", "hello"]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /401.*refused all the same.*codex login/);
  assert.doesNotMatch(run.stderr, /Reconnecting/);
  assert.equal(login.model.requests.filter(({ path }) => path.endsWith("/responses")).length, 2);
  assert.equal(login.authority.presented.length, 1);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  Deno.test(`${signal} between the rotation and the answer: the login is not lost`, async () => {
    await using login = await LoginStage.open();
    const old = await login.logIn();
    login.authority.behaviours.push({ type: "hold" });
    const child = login.spawn(["exec", "hello"]);
    const ended = child.output();
    const held = await Promise.race([
      login.authority.held(),
      ended.then(({ stderr }) => assert.fail(new TextDecoder().decode(stderr))),
    ]);
    const since = performance.now();
    child.kill(signal);
    // The helper sees to the answer: nobody who pressed Ctrl-C waits long for the login service.
    await ended;
    assert.ok(performance.now() - since < 9_000, "it waited for the answer");
    held.release();
    const run = await login.run(["exec", "hello again"]);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(login.authority.presented.length, 1);
    assert.ok(!login.authority.isLive(old.refreshToken), "the old one had been rotated");
    assert.ok(await login.isAlive());
  });
}

Deno.test("the helper is killed before the authority has decided: the run goes on without it", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  login.authority.behaviours.push({ type: "hang" });
  const running = login.run(["exec", "hello"]);
  await Promise.race([
    login.authority.held(),
    running.then(({ stderr }) => assert.fail(stderr)),
  ]);
  const attempt = await Deno.readTextFile(join(login.stage.codexHome, "auth.refresh.json"));
  Deno.kill(JSON.parse(attempt).pid, "SIGKILL");
  const { code, stderr } = await running;
  assert.equal(code, 0, stderr);
  assert.equal(login.authority.refreshes, 1);
  assert.equal(login.authority.reuses, 0);
  assert.ok(await login.isAlive());
});

interface Failure {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly says: RegExp;
}

const refusal = (code: string, status = 401): Behaviour => ({
  type: "answer",
  status,
  body: JSON.stringify({ error: { code, message: "AUTHORITY-BODY" } }),
});

const FAILURES: readonly Failure[] = [
  {
    name: "expired",
    behaviour: refusal("refresh_token_expired"),
    says: /has expired.*codex login/,
  },
  {
    name: "reused",
    behaviour: refusal("REFRESH_TOKEN_REUSED", 400),
    says: /already used.*codex login/,
  },
  {
    name: "revoked",
    behaviour: refusal("refresh_token_invalidated"),
    says: /revoked.*codex login/,
  },
  { name: "refused", behaviour: refusal("invalid_grant"), says: /refuses it.*codex login/ },
  {
    name: "authority 5xx",
    behaviour: { type: "answer", status: 503, body: "AUTHORITY-BODY" },
    says: /answered 503.*Try again/,
  },
  { name: "cut connection", behaviour: { type: "cut" }, says: /Check the network and try again/ },
  {
    name: "an answer without tokens",
    behaviour: { type: "answer", status: 200, body: "{}" },
    says: /without tokens/,
  },
];

for (const { name, behaviour, says } of FAILURES) {
  Deno.test(`exec tells what is wrong and exits with 1: ${name}`, async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    login.authority.behaviours.push(behaviour);
    const run = await login.run(["exec", ...login.withoutRetries, "hello"]);
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, says);
    assert.doesNotMatch(run.stderr, /AUTHORITY-BODY|^\s+at .*:\d+/m);
    for (const secret of login.authority.secrets) assert.ok(!run.stderr.includes(secret));
    assert.equal(login.authority.presented.length, 1);
  });
}

Deno.test("exec: a login service that wants to be left alone for a while is, and then helps", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  login.authority.behaviours.push({ type: "answer", status: 429, headers: { "retry-after": "2" } });
  const since = performance.now();
  const run = await login.run(["exec", "hello"]);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(login.authority.presented.length, 2);
  assert.ok(performance.now() - since >= 2_000, "asked again too early");
});

const TAKEN_AWAY: readonly [string, (login: LoginStage) => void, RegExp][] = [
  ["logged out", (login) => Deno.removeSync(login.file), /logged out.*codex login/],
  [
    "account changed",
    (login) => Deno.writeTextFileSync(login.file, recordText(login.authority.issue("other"))),
    /another account/,
  ],
  [
    "an API key instead",
    (login) => Deno.writeTextFileSync(login.file, '{"OPENAI_API_KEY":"sk-other"}'),
    /another account, or with an API key/,
  ],
];

for (const [name, takeAway, says] of TAKEN_AWAY) {
  Deno.test(`exec, ${name} before the refusal: told, and no request to the authority`, async () => {
    await using login = await LoginStage.open(() => {
      takeAway(login);
      return { status: 401, body: "{}" };
    });
    await login.logIn({});
    const run = await login.run(["exec", "hello"]);
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, says);
    assert.equal(login.authority.presented.length, 0);
  });
}

Deno.test("exec: what a request carries: the variable's key, else the login, and never OPENAI_API_KEY", async () => {
  await using login = await LoginStage.open();
  const carried = async (env: Record<string, string>) => {
    const before = login.model.requests.length;
    await login.run(["exec", "--ephemeral", ...login.withoutRetries, "hello"], env);
    return login.model.requests.slice(before).filter(({ path }) => path.endsWith("/responses"))
      .map(({ headers }) => [headers["authorization"], headers["chatgpt-account-id"]]);
  };
  const other = { OPENAI_API_KEY: "sk-other" };
  assert.deepEqual(await carried(other), [[undefined, undefined]]);
  const { accessToken, ...issued } = await login.logIn({});
  assert.deepEqual(await carried(other), [[`Bearer ${accessToken}`, "acct"]]);
  // A refused key is not renewed, nor is the login in its place: one request.
  const key = { ...other, CODEX_API_KEY: " sk-variable " };
  assert.deepEqual(await carried(key), [["Bearer sk-variable", undefined]]);
  const status = await login.run(["login", "status"], key);
  assert.equal(status.stderr, "Logged in using ChatGPT\n");
  const record = JSON.parse(recordText({ accessToken, ...issued }));
  delete record.tokens.account_id;
  await Deno.writeTextFile(login.file, JSON.stringify(record));
  assert.deepEqual(await carried({}), [[`Bearer ${accessToken}`, undefined]]);
  assert.equal(login.authority.presented.length, 0);
});

Deno.test("exec without a login says how to get one", async () => {
  await using login = await LoginStage.open();
  const run = await login.run(["exec", "hello"]);
  assertPlain(login, run);
  assert.match(run.stderr, /^ERROR: You are not logged in.*codex login.*CODEX_API_KEY/m);
});

Deno.test("exec: a damaged auth.json is told, never overwritten, and no request is made", async () => {
  await using login = await LoginStage.open();
  const half = '{"tokens": {"refresh_token": "HALF';
  await Deno.writeTextFile(login.file, half);
  const run = await login.run(["exec", "hello"]);
  assert.equal(run.code, 1, run.stderr);
  assert.match(run.stderr, /auth\.json is not usable.*codex login/);
  assert.doesNotMatch(run.stderr, /HALF/);
  assert.equal(await Deno.readTextFile(login.file), half);
  assert.equal(login.model.requests.length, 0);
});

Deno.test("exec: a server that echoes the token does not bring it into messages and files", async () => {
  await using login = await LoginStage.open(({ headers }) => ({
    status: 400,
    body: `{"error":{"message":"bad header: ${headers["authorization"]}"}}`,
  }));
  await login.logIn({});
  const run = await login.run(["exec", "hello"]);
  assert.equal(run.code, 1, run.stderr);
  assert.match(run.stderr, /bad header: Bearer \[redacted\]/);
  for (const secret of login.authority.secrets) assert.ok(!run.stderr.includes(secret));
});

Deno.test("exec: no room for the journal is told, and no token is spent", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  await Deno.mkdir(join(login.stage.codexHome, "auth.json.pending", "x"), { recursive: true });
  const run = await login.run(["exec", ...login.withoutRetries, "hello"]);
  assert.equal(run.code, 1, run.stderr);
  assert.doesNotMatch(run.stderr, /^\s+at .*:\d+/m);
  assert.equal(login.authority.presented.length, 0);
});

Deno.test("exec: an authority that never answers is given up in time, and asked again by the next run", async () => {
  await using login = await LoginStage.open();
  const before = await login.logIn();
  login.authority.behaviours.push({ type: "hang" });
  const run = await login.run(["exec", ...login.withoutRetries, "hello"], {
    CODEX_LOGIN_REQUEST_TIMEOUT_MS: "400",
  });
  assertPlain(login, run);
  assert.match(run.stderr, /did not answer within 0\.4 s.*try again/);
  assert.ok(login.authority.isLive(before.refreshToken));
  const next = await login.run(["exec", "hello"]);
  assert.equal(next.code, 0, next.stderr);
});

Deno.test("exec: an authority that is not there", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  using dead = await openDeadPort();
  const run = await login.run(["exec", ...login.withoutRetries, "hello"], {
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${dead.port}/oauth/token`,
  });
  assertPlain(login, run);
  assert.match(run.stderr, /could not be reached.*Check the network and try again/);
});

Deno.test("exec: a lock that somebody holds for too long is named, and no token is spent", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  const path = join(login.stage.codexHome, "auth.refresh.lock");
  {
    await using _held = await lockFile(path, {});
    const run = await login.run(["exec", "hello"], {
      CODEX_LOGIN_LOCK_TIMEOUT_MS: "500",
    });
    assertPlain(login, run);
    assert.doesNotMatch(run.stderr, /Reconnecting/);
    assert.match(
      run.stderr,
      /another instance.*0\.5 s.*auth\.refresh\.lock.*Try again in a minute, and end it/,
    );
    assert.equal(login.authority.presented.length, 0);
  }
  const next = await login.run(["exec", "hello"]);
  assert.equal(next.code, 0, next.stderr);
});

Deno.test("exec --json: what is wrong with the login is the turn's failure, and the exit code says so", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  login.authority.behaviours.push(refusal("refresh_token_expired"));
  const run = await login.run(["exec", "--json", ...login.withoutRetries, "hello"]);
  assert.equal(run.code, 1, run.stderr);
  const last = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "");
  assert.equal(last.type, "turn.failed");
  assert.match(last.error.message, /has expired.*codex login/);
});

/** When to kill; spread over the whole protocol. */
const KILL_ROUNDS = 40;

Deno.test("kill -9 of a run at any moment of a renewal: the next run succeeds, and the login is kept", async () => {
  await using login = await LoginStage.open();
  login.authority.latencyMs = 5;
  const args = ["exec", "--ephemeral", ...login.withoutRetries, "hello"];
  await login.logIn();
  const started = performance.now();
  const unhurt = await login.run(args);
  assert.equal(unhurt.code, 0, unhurt.stderr);
  const usual = performance.now() - started;
  let killed = 0;
  for (let round = 0; round < KILL_ROUNDS; round += 4) {
    // Four homes would be four logins: four runs of one home, killed at four moments.
    await login.logIn();
    const runs = Array.from({ length: 4 }, (_, index) => {
      const child = login.spawn(args);
      const at = usual * (0.2 + 1.6 * ((round + index) / KILL_ROUNDS));
      const timer = setTimeout(() => {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended, and what became of it is on its way.
        }
      }, at);
      return child.output().finally(() => clearTimeout(timer));
    });
    for (const { signal } of await Promise.all(runs)) if (signal === "SIGKILL") killed++;
    const survivor = await login.run(args);
    assert.equal(survivor.code, 0, `round ${round}: ${survivor.stderr}`);
    assert.equal(login.authority.reuses, 0);
    assert.ok(await login.isAlive());
  }
  assert.ok(killed >= KILL_ROUNDS / 4, `only ${killed} runs were killed`);
});
