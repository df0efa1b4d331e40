import assert from "node:assert/strict";
import { join } from "node:path";
import { LoginStage } from "../support/login_stage.ts";
import type { Held } from "../support/token_authority.ts";

/** A run whose renewal has rotated the token, and waits for the answer in the helper. */
interface Renewing {
  readonly held: Held;
  readonly helper: number;
  readonly ended: Promise<{ readonly code: number; readonly stderr: string }>;
}

async function startRenewal(
  login: LoginStage,
  env: Record<string, string> = {},
): Promise<Renewing> {
  login.authority.behaviours.push({ type: "hold" });
  const ended = login.run(["exec", ...login.withoutRetries, "hello"], env);
  const held = await Promise.race([
    login.authority.held(),
    ended.then(({ stderr }) => assert.fail(stderr)),
  ]);
  const attempt = await Deno.readTextFile(join(login.stage.codexHome, "auth.refresh.json"));
  return { held, helper: JSON.parse(attempt).pid, ended };
}

/** Stops a process; it goes on when that is disposed, also when the test has failed. */
function stop(pid: number): Disposable {
  Deno.kill(pid, "SIGSTOP");
  return {
    [Symbol.dispose]() {
      try {
        Deno.kill(pid, "SIGCONT");
      } catch {
        // It has ended.
      }
    },
  };
}

const isLinux = Deno.build.os === "linux";
const isWindows = Deno.build.os === "windows";

Deno.test({
  name: "the helper shows no token in its arguments and its environment (needs Linux)",
  ignore: !isLinux,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { held, helper, ended } = await startRenewal(login);
    const shown = await Promise.all(
      ["cmdline", "environ"].map((name) => Deno.readTextFile(`/proc/${helper}/${name}`)),
    );
    held.release();
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.match(shown.join(), /codex-run-refresh-login/);
    assert.ok(login.authority.secrets.size >= 3);
    for (const secret of login.authority.secrets) assert.ok(!shown.join().includes(secret));
  },
});

Deno.test({
  name: "the helper brings the renewal to its end whatever signal asks it to stop (not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { held, helper, ended } = await startRenewal(login);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.kill(helper, signal);
    held.release();
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(login.authority.presented.length, 1);
    assert.ok(await login.isAlive());
  },
});

Deno.test({
  name: "a helper that is stopped: others name it and send nothing, and it goes on where it was " +
    "(not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { held, helper, ended } = await startRenewal(login);
    using stopped = stop(helper);
    const other = await login.run(["exec", ...login.withoutRetries, "hello"], {
      CODEX_LOGIN_LOCK_TIMEOUT_MS: "500",
    });
    stopped[Symbol.dispose]();
    assert.equal(other.code, 1, other.stderr);
    assert.match(
      other.stderr,
      new RegExp(`process ${helper}\\b.*Try again in a minute, and end it`),
    );
    assert.equal(login.authority.presented.length, 1);
    held.release();
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(login.authority.refreshes, 1);
    assert.equal(login.authority.reuses, 0);
    assert.ok(await login.isAlive());
  },
});

Deno.test({
  name: "a helper that is stopped while the answer comes reads it, however late it is (not on " +
    "Windows)",
  ignore: isWindows,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { held, helper, ended } = await startRenewal(login, {
      CODEX_LOGIN_REQUEST_TIMEOUT_MS: "3000",
    });
    using stopped = stop(helper);
    held.release();
    // Waits for longer than the helper would.
    const other = await login.run(["exec", ...login.withoutRetries, "hello"], {
      CODEX_LOGIN_LOCK_TIMEOUT_MS: "3500",
    });
    assert.equal(other.code, 1, other.stderr);
    stopped[Symbol.dispose]();
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
    assert.equal(login.authority.presented.length, 1);
    assert.ok(await login.isAlive());
  },
});

Deno.test({
  name: "a run does not wait without end for a helper that is stopped, which still brings the " +
    "renewal to its end (not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { held, helper, ended } = await startRenewal(login, {
      CODEX_LOGIN_LOCK_TIMEOUT_MS: "500",
      CODEX_LOGIN_REQUEST_TIMEOUT_MS: "2000",
    });
    using stopped = stop(helper);
    held.release();
    const { code, stderr } = await ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`process ${helper}\\b.*Try again in a minute, and end it`));
    stopped[Symbol.dispose]();
    const next = await login.run(["exec", "hello"]);
    assert.equal(next.code, 0, next.stderr);
    assert.equal(login.authority.presented.length, 1);
  },
});

Deno.test("a login service that is slower than a run waits: its answer is not lost", async () => {
  await using login = await LoginStage.open();
  await login.logIn();
  const { held, ended } = await startRenewal(login, { CODEX_LOGIN_REQUEST_TIMEOUT_MS: "3000" });
  const { code, stderr } = await ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /did not answer within 3 s.*try again/);
  held.release();
  const next = await login.run(["exec", "hello"]);
  assert.equal(next.code, 0, next.stderr);
  assert.equal(login.authority.presented.length, 1);
  assert.ok(await login.isAlive());
});

Deno.test({
  name:
    "Ctrl-C while the answer is on its way: the run ends after the renewal, since a container " +
    "would end with the run (not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    login.authority.behaviours.push({ type: "hold" });
    const child = login.spawn(["exec", ...login.withoutRetries, "hello"]);
    const ended = child.output();
    const held = await Promise.race([
      login.authority.held(),
      ended.then(({ stderr }) => assert.fail(new TextDecoder().decode(stderr))),
    ]);
    child.kill("SIGINT");
    // As long as a login service usually takes.
    setTimeout(held.release, 300);
    await ended;
    assert.ok(await login.isAlive());
  },
});

Deno.test({
  name:
    "a helper that dies with the answer on its way: told once to everybody, and a new login is " +
    "all it takes (not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using login = await LoginStage.open();
    await login.logIn();
    const { helper, ended } = await startRenewal(login);
    Deno.kill(helper, "SIGKILL");
    // The token is spent and its successor is gone: no program can do better than to say so.
    const { code, stderr } = await ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /already used.*codex login/);
    assert.equal(login.authority.presented.length, 2);
    const next = await login.run(["exec", ...login.withoutRetries, "hello"]);
    assert.equal(next.code, 1, next.stderr);
    assert.match(next.stderr, /already used.*codex login/);
    assert.equal(login.authority.presented.length, 2, "a dead token is not presented again");
    await login.logIn({});
    const after = await login.run(["exec", "hello"]);
    assert.equal(after.code, 0, after.stderr);
  },
});
