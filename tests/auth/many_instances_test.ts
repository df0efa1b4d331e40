import assert from "node:assert/strict";
import { tryLockFile } from "../../src/files/mod.ts";
import { deleteLogin, saveLogin } from "../../src/auth/mod.ts";
import { AuthRig, type Instance } from "../support/auth_rig.ts";
import { type Held, recordText } from "../support/token_authority.ts";

const OK = { status: 200, error: null };

async function startMany(rig: AuthRig, count: number): Promise<void> {
  const instances = Array.from({ length: count }, () => rig.start());
  const results = await Promise.all(
    instances.map((instance) => instance.result().finally(() => rig.refuseNow())),
  );
  assert.deepEqual(results, Array(count).fill(OK));
}

Deno.test("16 instances with a refused token: one refresh, no reuse, no failure", async () => {
  await using rig = await AuthRig.open();
  rig.authority.latencyMs = 100;
  await rig.logIn();
  await startMany(rig, 16);
  assert.equal(rig.authority.refreshes, 1);
  assert.equal(rig.authority.presented.length, 1);
  assert.equal(rig.authority.reuses, 0);
  assert.ok(await rig.isAlive());
  const files = await rig.files();
  assert.deepEqual(files, ["auth.json", "auth.json.lock", "auth.lock", "auth.refresh.lock"]);
  for (const name of files) {
    const { mode } = await Deno.stat(`${rig.codexHome}/${name}`);
    if (Deno.build.os !== "windows") assert.equal((mode ?? 0) & 0o777, 0o600, name);
  }
});

Deno.test("the same with a token that has ended: renewed before the first request", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn({ expiresIn: -60, refused: true });
  await startMany(rig, 6);
  assert.equal(rig.authority.presented.length, 1);
  const { tokens } = await rig.stored();
  assert.deepEqual([...new Set(rig.seen)], [`Bearer ${tokens["access_token"]}`]);
});

Deno.test("24 instances that are refused at the same moment, by a quick authority: one refresh", async () => {
  await using rig = await AuthRig.open();
  rig.authority.latencyMs = 20;
  rig.refuseTogether = 24;
  await rig.logIn();
  await startMany(rig, 24);
  assert.equal(rig.authority.presented.length, 1);
  assert.ok(await rig.isAlive());
});

Deno.test("8 instances and an authority that takes three seconds: one refresh", async () => {
  await using rig = await AuthRig.open();
  rig.authority.latencyMs = 3_000;
  rig.refuseTogether = 8;
  await rig.logIn();
  await startMany(rig, 8);
  assert.equal(rig.authority.presented.length, 1);
  assert.ok(await rig.isAlive());
});

Deno.test("8 instances whose login was last renewed 30 days ago: one refresh, before any request", async () => {
  await using rig = await AuthRig.open();
  const monthAgo = new Date(Date.now() - 30 * 24 * 3_600_000).toISOString();
  await rig.logIn({ expiresIn: null }, "acct", { last_refresh: monthAgo });
  await startMany(rig, 8);
  assert.equal(rig.authority.presented.length, 1);
  const { tokens } = await rig.stored();
  assert.deepEqual([...new Set(rig.seen)], [`Bearer ${tokens["access_token"]}`]);
});

Deno.test("8 instances that renew on request at once: one refresh, all go on with it", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn({});
  const stopAt = "waiting_for_lock";
  const instances = Array.from({ length: 8 }, () => rig.start({ forced: true, stopAt }));
  for (const instance of instances) await instance.stopped();
  for (const instance of instances) await instance.goOn();
  const results = await Promise.all(instances.map((instance) => instance.result()));
  assert.deepEqual(results, Array(8).fill(OK));
  assert.equal(rig.authority.presented.length, 1);
  const { tokens } = await rig.stored();
  assert.deepEqual([...new Set(rig.seen)], [`Bearer ${tokens["access_token"]}`]);
});

Deno.test("while the authority is asked, newer releases of the reference find their locks free", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const instance = rig.start({ stopAt: "before_request" });
  await instance.stopped();
  for (const name of ["auth.lock", "auth.json.lock"]) {
    await using lock = await tryLockFile(`${rig.codexHome}/${name}`);
    assert.ok(lock !== null, name);
  }
  await instance.goOn();
  assert.deepEqual(await instance.result(), OK);
});

Deno.test("files of a renewal are for the owner alone; tokens are in the login and the journal", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const instance = rig.start({ stopAt: "before_commit" });
  await instance.stopped();
  const files = await rig.files();
  for (const name of files) {
    const path = `${rig.codexHome}/${name}`;
    const { mode } = await Deno.stat(path);
    if (Deno.build.os !== "windows") assert.equal((mode ?? 0) & 0o777, 0o600, name);
    const text = await Deno.readTextFile(path);
    const holds = [...rig.authority.secrets].some((secret) => text.includes(secret));
    assert.equal(holds, name === "auth.json" || name === "auth.json.pending", name);
  }
  assert.deepEqual(files, [
    "auth.json",
    "auth.json.lock",
    "auth.json.pending",
    "auth.lock",
    "auth.refresh.json",
    "auth.refresh.lock",
  ]);
  await instance.goOn();
  assert.deepEqual(await instance.result(), OK);
});

const BEFORE_ANSWER = ["waiting_for_lock", "locked", "before_request"];
const AFTER_JOURNAL = ["journaled", "before_commit", "committed"];

for (const step of [...BEFORE_ANSWER, ...AFTER_JOURNAL]) {
  Deno.test(`killed at "${step}": the survivors succeed and the login stays`, async () => {
    await using rig = await AuthRig.open();
    await rig.logIn();
    const victim = rig.start({ stopAt: step });
    await victim.stopped();
    const survivors = [rig.start(), rig.start(), rig.start()];
    await victim.kill();
    const results = await Promise.all(survivors.map((instance) => instance.result()));
    assert.deepEqual(results, [OK, OK, OK]);
    assert.equal(rig.authority.refreshes, 1);
    assert.equal(rig.authority.reuses, 0);
    assert.ok(await rig.isAlive());
  });
}

Deno.test("a waiting instance goes on as soon as the holder has committed", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const holder = rig.start({ stopAt: "committed" });
  await holder.stopped();
  assert.deepEqual(await rig.start().result(), OK, "the lock is still held");
  await holder.goOn();
  assert.deepEqual(await holder.result(), OK);
  assert.equal(rig.authority.presented.length, 1);
});

Deno.test("a holder that hangs: others fail with its name and send nothing", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const holder = rig.start({ stopAt: "before_request" });
  await holder.stopped();
  const { error } = await rig.start({ outerLockMs: 400 }).result();
  assert.equal(error?.code, "lock_timeout");
  assert.match(error?.message ?? "", /process \d+/);
  assert.equal(rig.authority.presented.length, 0);
  await holder.kill();
});

for (const how of ["link", "symlink"] as const) {
  Deno.test({
    name: `homes that share one auth.json by ${how}s: one refresh, and it stays shared`,
    ignore: how === "link" && Deno.build.os === "windows",
    fn: () => refreshShared(how),
  });
}

async function refreshShared(how: "link" | "symlink"): Promise<void> {
  await using rig = await AuthRig.open();
  await rig.logIn();
  rig.authority.latencyMs = 200;
  rig.refuseTogether = 6;
  const homes = ["one", "two"].map((name) => `${rig.codexHome}/${name}`);
  for (const home of homes) {
    await Deno.mkdir(home);
    await (how === "symlink"
      ? Deno.symlink("../auth.json", `${home}/auth.json`)
      : Deno.link(rig.file, `${home}/auth.json`));
  }
  const places = [rig.codexHome, ...homes];
  const instances = [...places, ...places].map((codexHome) => rig.start({ codexHome }));
  const results = await Promise.all(
    instances.map((instance) => instance.result().finally(() => rig.refuseNow())),
  );
  assert.deepEqual(results, Array(6).fill(OK));
  assert.equal(rig.authority.presented.length, 1);
  assert.ok(await rig.isAlive());
  const { ino } = await Deno.stat(rig.file);
  for (const home of homes) {
    assert.equal((await Deno.stat(`${home}/auth.json`)).ino, ino);
    assert.equal((await Deno.lstat(`${home}/auth.json`)).isSymlink, how === "symlink");
  }
}

/** Sixteen that are refused together; the authority has rotated, and its answer waits. */
async function sixteenAtOnce(rig: AuthRig): Promise<{ held: Held; instances: Instance[] }> {
  rig.refuseTogether = 16;
  rig.authority.behaviours.push({ type: "hold" });
  const instances = Array.from({ length: 16 }, () => rig.start());
  return { held: await rig.authority.held(), instances };
}

Deno.test("logout in the middle of 16 instances: all are told, and no token comes back", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const { held, instances } = await sixteenAtOnce(rig);
  await deleteLogin({ codexHome: rig.codexHome, store: "file", lockLimitMs: 50 });
  held.release();
  const results = await Promise.all(instances.map((instance) => instance.result()));
  for (const { error } of results) assert.equal(error?.code, "logged_out");
  assert.deepEqual(await rig.files(), ["auth.json.lock", "auth.lock", "auth.refresh.lock"]);
  assert.equal(rig.authority.presented.length, 1);
  assert.equal(rig.authority.revoked.length, 1, "the new token is given back");
});

Deno.test("login to another account in the middle of 16 instances: all are told, nothing is mixed", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const { held, instances } = await sixteenAtOnce(rig);
  const { accountId, ...tokens } = rig.authority.issue("other");
  const login = { kind: "chatgpt", apiKey: null, tokens: { ...tokens, accountId } } as const;
  await saveLogin({ codexHome: rig.codexHome, store: "file", lockLimitMs: 50 }, login);
  const saved = await Deno.readTextFile(rig.file);
  held.release();
  const results = await Promise.all(instances.map((instance) => instance.result()));
  for (const { error } of results) {
    assert.equal(error?.code, "account_changed");
    assert.match(error?.message ?? "", /another account/);
  }
  assert.equal(await Deno.readTextFile(rig.file), saved);
  assert.equal(rig.authority.presented.length, 1);
  assert.ok(!(await rig.files()).includes("auth.json.pending"));
  assert.ok(await rig.isAlive());
});

for (const step of ["locked", "journaled"]) {
  Deno.test(`logout at "${step}": nothing of the old account comes back`, async () => {
    await using rig = await AuthRig.open();
    await rig.logIn();
    const instance = rig.start({ stopAt: step });
    await instance.stopped();
    await deleteLogin({ codexHome: rig.codexHome, store: "file", lockLimitMs: 50 });
    await instance.goOn();
    const { error } = await instance.result();
    assert.equal(error?.code, "logged_out");
    assert.match(error?.message ?? "", /another account/);
    assert.ok(!(await rig.files()).includes("auth.json"));
    assert.ok(!(await rig.files()).includes("auth.json.pending"));
    assert.equal(rig.authority.revoked.length, step === "journaled" ? 1 : 0);
  });

  Deno.test(`login to another account at "${step}": its record stays as it is`, async () => {
    await using rig = await AuthRig.open();
    await rig.logIn();
    const instance = rig.start({ stopAt: step });
    await instance.stopped();
    const { accountId, ...tokens } = rig.authority.issue("other");
    await saveLogin({ codexHome: rig.codexHome, store: "file", lockLimitMs: 50 }, {
      kind: "chatgpt",
      apiKey: null,
      tokens: { ...tokens, accountId },
    });
    const saved = await Deno.readTextFile(rig.file);
    await instance.goOn();
    const { error } = await instance.result();
    assert.equal(error?.code, "account_changed");
    assert.match(error?.message ?? "", /another account/);
    assert.equal(await Deno.readTextFile(rig.file), saved);
    assert.ok(!(await rig.files()).includes("auth.json.pending"));
  });
}

Deno.test("a program without locks that writes the same account's new login wins", async () => {
  await using rig = await AuthRig.open();
  await rig.logIn();
  const instance = rig.start({ stopAt: "journaled" });
  await instance.stopped();
  const theirs = recordText(rig.authority.issue("acct"));
  await Deno.writeTextFile(rig.file, theirs);
  await instance.goOn();
  assert.deepEqual(await instance.result(), OK);
  assert.equal(await Deno.readTextFile(rig.file), theirs);
  assert.deepEqual((await rig.files()).filter((name) => !name.endsWith(".lock")), ["auth.json"]);
});

Deno.test("a refused refresh token is presented once by any number of instances", async () => {
  await using rig = await AuthRig.open();
  rig.authority.behaviours.push({
    type: "answer",
    status: 401,
    body: '{"error":{"code":"refresh_token_expired"}}',
  });
  await rig.logIn();
  const results = await Promise.all([rig.start(), rig.start(), rig.start()].map((i) => i.result()));
  for (const { error } of results) assert.equal(error?.code, "token_expired");
  assert.equal(rig.authority.presented.length, 1);
});
