import assert from "node:assert/strict";
import { join } from "node:path";
import { AuthHome, codeOf, jwt } from "../../tests/support/auth_home.ts";
import { lockFile } from "../files/mod.ts";
import { AuthError } from "./error.ts";
import { loginFiles } from "./home_files.ts";
import { saveLogin } from "./login_writer.ts";

const NEVER = new AbortController().signal;

const refreshTokenOf = (body: string): unknown => JSON.parse(body).tokens.refresh_token;

Deno.test("who waits too long for a lock is told who holds it, unless what is written down is history", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const { refreshLock, attempt } = loginFiles(home.path);
  await using _held = await lockFile(refreshLock);
  const record = { presented: "f", pid: 4321, at: new Date().toISOString() };
  for (const outcome of ["inflight", "rejected"]) {
    await Deno.writeTextFile(attempt, JSON.stringify({ ...record, outcome }));
    const auth = await home.open({ limits: { outerLock: 50 } });
    const waiting = auth.afterRejection(await auth.get(NEVER), NEVER);
    const error = await waiting.then(() => null, (e: unknown) => e);
    assert.ok(error instanceof AuthError && error.code === "lock_timeout", String(error));
    assert.equal(error.message.includes("process 4321"), outcome === "inflight");
  }
  assert.equal(home.asked, 0);
});

Deno.test("a file that is damaged at first, and whole once the lock is had, is renewed", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const whole = await Deno.readTextFile(home.file);
  await using auth = await home.open({
    onStep: (step) => step === "locked" ? home.write(whole) : undefined,
  });
  const rejected = await auth.get(NEVER);
  await home.write(whole.slice(0, 40));
  assert.equal(await auth.afterRejection(rejected, NEVER), true);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer renewed-1");
});

Deno.test("requests that begin while a token is renewed ahead of time wait for the new one", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt(jwt({ exp: 1 }));
  await using auth = await home.open();
  const all = await Promise.all(Array.from({ length: 4 }, () => auth.get(NEVER)));
  assert.deepEqual(
    all.map(({ authorization }) => authorization),
    Array(4).fill("Bearer renewed-1"),
  );
  assert.equal(home.asked, 1);
});

Deno.test("an end of the token that is no number does not count: then the age decides", async () => {
  await using home = await AuthHome.create();
  for (const exp of ["1", null, [1], { at: 1 }]) {
    const token = jwt({ exp });
    await home.chatgpt(token);
    assert.equal((await (await home.open()).get(NEVER)).authorization, `Bearer ${token}`);
  }
  assert.equal(home.asked, 0);
  await home.chatgpt(jwt({ exp: "1" }), { at: "2020-01-01T00:00:00Z" });
  assert.equal((await (await home.open()).get(NEVER)).authorization, "Bearer renewed-1");
});

Deno.test("a login that does not say when it was renewed is used, and renewed when it is refused", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const { last_refresh: _, ...rest } = JSON.parse(await Deno.readTextFile(home.file));
  await home.write(rest);
  await using auth = await home.open();
  const rejected = await auth.get(NEVER);
  assert.equal(rejected.authorization, "Bearer old");
  assert.equal(await auth.afterRejection(rejected, NEVER), true);
  assert.ok(JSON.parse(await Deno.readTextFile(home.file)).last_refresh);
});

Deno.test("a login without tokens, or without the one that renews it, says so and asks nobody", async () => {
  await using home = await AuthHome.create();
  await home.write({ auth_mode: "chatgpt" });
  assert.equal(await codeOf((await home.open()).get(NEVER)), "no_tokens");
  await home.chatgpt("old");
  const record = JSON.parse(await Deno.readTextFile(home.file));
  record.tokens.refresh_token = "";
  await home.write(record);
  await using auth = await home.open();
  assert.equal(await codeOf(auth.afterRejection(await auth.get(NEVER), NEVER)), "no_tokens");
  assert.equal(home.asked, 0);
});

Deno.test("a token that no header can carry is left out", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("two\nlines", { account: "gr\u00fc\u00dfe" });
  assert.deepEqual(await (await home.open()).get(NEVER), {
    authorization: null,
    accountId: null,
    kind: "chatgpt",
  });
});

Deno.test("a refresh token that is new beside an old access token is presented by every instance", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const [one, other] = [await home.open(), await home.open()];
  home.answer = () => new Response('{"refresh_token":"next","access_to');
  assert.equal(
    await codeOf(one.afterRejection(await one.get(NEVER), NEVER)),
    "authority_error",
  );
  home.answer = () => Response.json({ access_token: "new" });
  assert.equal(await other.afterRejection(await other.get(NEVER), NEVER), true);
  assert.equal((await other.get(NEVER)).authorization, "Bearer new");
  assert.equal(refreshTokenOf(await Deno.readTextFile(home.file)), "next");
  assert.equal(home.asked, 2);
});

Deno.test("what the owner of the login says by itself is newer than its answer", async () => {
  await using home = await AuthHome.create();
  const auth = await home.open();
  const given = (n: number) => ({ accessToken: jwt({ n }), accountId: "w", planType: null });
  const answer = Promise.withResolvers<ReturnType<typeof given>>();
  auth.useExternalTokens(given(0), () => answer.promise);
  const waiting = auth.afterRejection(await auth.get(NEVER), NEVER);
  auth.useExternalTokens(given(2), null);
  answer.resolve(given(1));
  assert.equal(await waiting, true);
  assert.equal((await auth.get(NEVER)).authorization, `Bearer ${given(2).accessToken}`);
});

Deno.test("the answer is on the disk before anything else happens to it", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const { prototype } = Deno.FsFile;
  const { sync, syncData } = prototype;
  const seen: string[] = [];
  const counted = (work: () => Promise<void>) =>
    async function (this: Deno.FsFile) {
      await work.call(this);
      seen.push("sync");
    };
  Object.assign(prototype, { sync: counted(sync), syncData: counted(syncData) });
  try {
    await using auth = await home.open({ onStep: (step) => void seen.push(step) });
    await auth.afterRejection(await auth.get(NEVER), NEVER);
  } finally {
    Object.assign(prototype, { sync, syncData });
  }
  const between = (from: string, to: string) =>
    seen.slice(seen.indexOf(from), seen.indexOf(to)).filter((what) => what === "sync").length;
  assert.ok(between("locked", "before_request") >= 2, "room, and the attempt");
  assert.equal(between("after_answer", "journaled"), 1, "nothing else is waited for");
});

Deno.test("a login waits for who compares and replaces at this moment", async () => {
  await using home = await AuthHome.create();
  const { commitLocks } = loginFiles(home.path);
  const waiting = Promise.withResolvers<void>();
  const { open } = Deno;
  const saving = await (async () => {
    await using _held = await lockFile(commitLocks[1]);
    Deno.open = async (path, options) => {
      const file = await open(path, options);
      if (path === commitLocks[1]) waiting.resolve();
      return file;
    };
    const place = { codexHome: home.path, store: "file", lockLimitMs: 60_000 } as const;
    const saving = saveLogin(place, { kind: "api_key", apiKey: "sk" });
    try {
      await Promise.race([waiting.promise, saving]);
    } finally {
      Deno.open = open;
    }
    await assert.rejects(Deno.stat(home.file), Deno.errors.NotFound);
    return { done: saving };
  })();
  await saving.done;
  assert.match(await Deno.readTextFile(home.file), /"sk"/);
});

Deno.test({
  name:
    "a record that others could read is for its owner alone once it is renewed (not on Windows)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using home = await AuthHome.create();
    await home.chatgpt("old");
    await Deno.chmod(home.file, 0o644);
    await using auth = await home.open();
    await auth.afterRejection(await auth.get(NEVER), NEVER);
    assert.equal(((await Deno.stat(home.file)).mode ?? 0) & 0o777, 0o600);
  },
});

Deno.test({
  name:
    "a record of another user stays that user's, and for nobody else, when it is renewed (needs root)",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: async () => {
    await using home = await AuthHome.create();
    await home.chatgpt("old");
    await Deno.chown(home.file, 4321, 4322);
    await Deno.chmod(home.file, 0o644);
    await using auth = await home.open();
    await auth.afterRejection(await auth.get(NEVER), NEVER);
    const { uid, gid, mode } = await Deno.stat(home.file);
    assert.deepEqual([uid, gid, (mode ?? 0) & 0o777], [4321, 4322, 0o600]);
    assert.match(await Deno.readTextFile(join(home.path, "auth.json")), /renewed-1/);
  },
});
