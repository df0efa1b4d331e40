import assert from "node:assert/strict";
import { join } from "node:path";
import { AuthHome, codeOf, jwt } from "../../tests/support/auth_home.ts";
import { AuthError } from "./error.ts";
import { fingerprint } from "./journal.ts";
import { saveLogin } from "./login_writer.ts";
import type { AuthOptions } from "./manager.ts";

const NEVER = new AbortController().signal;
const DAY_MS = 24 * 60 * 60_000;

Deno.test("no login: no headers, no warning, nothing to renew", async () => {
  await using home = await AuthHome.create();
  const auth = await home.open();
  assert.deepEqual(await auth.get(NEVER), { authorization: null, accountId: null, kind: "none" });
  assert.equal(auth.warning, null);
  const refused = async (options: Partial<AuthOptions>) => {
    const auth = await home.open(options);
    return await auth.afterRejection(await auth.get(NEVER), NEVER).catch((error: unknown) => error);
  };
  const error = await refused({});
  assert.ok(error instanceof AuthError && error.code === "not_logged_in" && !error.retryable);
  assert.match(error.message, /codex login.*CODEX_API_KEY/);
  assert.doesNotMatch(String(await refused({ allowApiKeyEnv: false })), /CODEX_API_KEY/);
  assert.equal(home.asked, 0);
});

Deno.test("CODEX_API_KEY wins where it is allowed; OPENAI_API_KEY never counts", async () => {
  await using home = await AuthHome.create();
  await home.write({ OPENAI_API_KEY: "stored" });
  const env = { CODEX_API_KEY: " from-env ", OPENAI_API_KEY: "other" };
  const headers = async (options: Partial<AuthOptions>) =>
    (await (await home.open(options)).get(NEVER)).authorization;
  assert.equal(await headers({ env }), "Bearer from-env");
  assert.equal(await headers({ env, allowApiKeyEnv: false }), "Bearer stored");
  assert.equal(await headers({ env: { CODEX_API_KEY: " " } }), "Bearer stored");
  assert.equal(await headers({ env: { OPENAI_API_KEY: "other" }, store: "ephemeral" }), null);
});

Deno.test("a ChatGPT login carries the account, an API key does not and is never renewed", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("t1");
  assert.deepEqual(await (await home.open()).get(NEVER), {
    authorization: "Bearer t1",
    accountId: "account",
    kind: "chatgpt",
  });
  await home.write({ auth_mode: "apikey", OPENAI_API_KEY: "k", tokens: null });
  const auth = await home.open();
  const headers = await auth.get(NEVER);
  assert.deepEqual(headers, { authorization: "Bearer k", accountId: null, kind: "api_key" });
  assert.equal(await auth.afterRejection(headers, NEVER), false);
  await auth.refreshToken(NEVER);
  assert.equal(home.asked, 0);
});

Deno.test("a damaged file is no logout: it is named, kept, and used once it is whole", async () => {
  await using home = await AuthHome.create();
  await home.write('{"OPENAI_API_KEY": "SECRET"');
  const auth = await home.open();
  assert.equal(auth.kind, "none");
  assert.ok(auth.warning?.includes(home.file));
  assert.ok(!auth.warning?.includes("SECRET"));
  assert.equal(await codeOf(auth.get(NEVER)), "unreadable_store");
  await home.chatgpt("t");
  assert.equal((await auth.get(NEVER)).authorization, "Bearer t");
  assert.equal(auth.warning, null);
});

Deno.test("after a refusal, a token that another process renewed is taken over", async () => {
  await using home = await AuthHome.create();
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
  assert.equal(home.asked, 0);
});

Deno.test("16 refused requests of one process: one renewal, unknown fields kept", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const auth = await home.open();
  const rejected = await auth.get(NEVER);
  const all = Array.from({ length: 16 }, () => auth.afterRejection(rejected, NEVER));
  assert.deepEqual(await Promise.all(all), Array(16).fill(true));
  assert.equal(home.asked, 1);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer renewed-1");
  const text = await Deno.readTextFile(home.file);
  const stored = JSON.parse(text);
  assert.equal(stored.tokens.refresh_token, "rt-1");
  assert.deepEqual(stored.later, { kept: true });
  assert.equal(text, JSON.stringify(stored, null, 2), "nothing of the room made for it is left");
});

Deno.test("a login of an older form, without an account, is renewed too", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old", { account: null });
  const auth = await home.open();
  const rejected = await auth.get(NEVER);
  assert.equal(rejected.accountId, null);
  assert.equal(await auth.afterRejection(rejected, NEVER), true);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer renewed-1");
});

Deno.test("what the authority cannot decide leaves everything as it was, and may be tried again", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const before = await Deno.readTextFile(home.file);
  const auth = await home.open({ limits: { request: 200 } });
  const rejected = await auth.get(NEVER);
  home.answer = () => new Response("oops", { status: 503 });
  assert.equal(await codeOf(auth.afterRejection(rejected, NEVER)), "authority_error");
  const hang = Promise.withResolvers<Response>();
  home.answer = () => hang.promise;
  assert.equal(await codeOf(auth.afterRejection(rejected, NEVER)), "authority_unreachable");
  hang.resolve(new Response());
  assert.equal(await Deno.readTextFile(home.file), before);
  await assert.rejects(Deno.stat(join(home.path, "auth.json.pending")), Deno.errors.NotFound);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer old");
  home.answer = () => Response.json({ access_token: "at last" });
  assert.equal(await auth.afterRejection(rejected, NEVER), true);
  const stored = JSON.parse(await Deno.readTextFile(home.file));
  assert.equal(stored.tokens.refresh_token, "refresh", "what did not come stays");
});

Deno.test("an answer that breaks off behind the new refresh token is tried again with that one", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  await using auth = await home.open();
  home.answer = () => new Response('{"refresh_token":"next","access_to');
  const first = await auth.get(NEVER);
  await assert.rejects(auth.afterRejection(first, NEVER), { retryable: true });
  const { refresh_token, access_token } = JSON.parse(await Deno.readTextFile(home.file)).tokens;
  assert.deepEqual([refresh_token, access_token], ["next", "old"]);
  home.answer = () => Response.json({ access_token: "new" });
  assert.equal(await auth.afterRejection(first, NEVER), true);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer new");
});

Deno.test("a refusal because a program without locks was quicker is none: its login is taken over", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  await using auth = await home.open({ limits: { foreignWinner: [0, 20] } });
  home.answer = async () => {
    const record = JSON.parse(await Deno.readTextFile(home.file));
    Object.assign(record.tokens, { access_token: "theirs", refresh_token: "next" });
    await home.write(record);
    return Response.json({ error: { code: "refresh_token_reused" } }, { status: 401 });
  };
  assert.equal(await auth.afterRejection(await auth.get(NEVER), NEVER), true);
  assert.equal((await auth.get(NEVER)).authorization, "Bearer theirs");
  const attempt = join(home.path, "auth.refresh.json");
  await assert.rejects(Deno.stat(attempt), Deno.errors.NotFound);
});

Deno.test("aborting ends the waiting, not the renewal; closing waits for it", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  home.answer = async () => {
    asked.resolve();
    await released.promise;
    return Response.json({ access_token: "new", refresh_token: "rt" });
  };
  const auth = await home.open();
  const stop = new AbortController();
  const waiting = auth.afterRejection(await auth.get(NEVER), stop.signal);
  await asked.promise;
  stop.abort(new RangeError("stop"));
  await assert.rejects(waiting, RangeError);
  released.resolve();
  await auth[Symbol.asyncDispose]();
  assert.match(await Deno.readTextFile(home.file), /"access_token": "new"/);
});

Deno.test("an old token is renewed ahead of the request; a failure of that does not stop it", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old", { at: new Date(Date.now() - 9 * DAY_MS).toISOString() });
  assert.equal((await (await home.open()).get(NEVER)).authorization, "Bearer renewed-1");
  await home.chatgpt("young", { at: new Date(Date.now() - DAY_MS).toISOString() });
  assert.equal((await (await home.open()).get(NEVER)).authorization, "Bearer young");
  const ended = jwt({ exp: Math.floor(Date.now() / 1000) + 60 });
  await home.chatgpt(ended);
  home.answer = () => new Response(null, { status: 500 });
  const auth = await home.open();
  assert.equal((await auth.get(NEVER)).authorization, `Bearer ${ended}`);
  assert.equal((await auth.get(NEVER)).authorization, `Bearer ${ended}`);
  assert.equal(home.asked, 2, "not tried again within a minute");
});

Deno.test("a clock that is wrong is put right by what a server says, and a token judged by that", async () => {
  await using home = await AuthHome.create();
  const token = jwt({ exp: Math.floor(Date.now() / 1000) + 3_600 });
  await home.chatgpt(token);
  const slow = await home.open();
  assert.equal((await slow.get(NEVER)).authorization, `Bearer ${token}`);
  slow.noteServerTime(Date.now() + 3_590_000);
  assert.equal((await slow.get(NEVER)).authorization, "Bearer renewed-1");
  // A server that is nearly of the same mind changes nothing.
  await home.chatgpt(jwt({ exp: Math.floor(Date.now() / 1000) + 330 }));
  const right = await home.open();
  right.noteServerTime(Date.now() + 50_000);
  assert.notEqual((await right.get(NEVER)).authorization, "Bearer renewed-2");
  assert.equal(home.asked, 1);
});

// Nothing stops root from writing: for it the next test stands for this one.
if (Deno.build.os !== "windows" && Deno.uid() !== 0) {
  Deno.test("a home that cannot be written: no token is spent", async () => {
    await using home = await AuthHome.create();
    await home.chatgpt("old");
    const auth = await home.open();
    await Deno.chmod(home.path, 0o500);
    const code = await codeOf(auth.afterRejection(await auth.get(NEVER), NEVER));
    await Deno.chmod(home.path, 0o700);
    assert.equal(code, "store_not_writable");
    assert.equal(home.asked, 0);
  });
}

Deno.test("no room for the answer: no token is spent", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  const auth = await home.open();
  // A folder where the journal should be stands for whatever keeps it from being written.
  await Deno.mkdir(join(home.path, "auth.json.pending", "x"), { recursive: true });
  assert.equal(
    await codeOf(auth.afterRejection(await auth.get(NEVER), NEVER)),
    "store_not_writable",
  );
  assert.equal(home.asked, 0);
});

Deno.test("a link to the record stays a link", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("old");
  await Deno.mkdir(join(home.path, "elsewhere"));
  await Deno.rename(home.file, join(home.path, "elsewhere", "real.json"));
  await Deno.symlink(join("elsewhere", "real.json"), home.file);
  const auth = await home.open();
  assert.equal(await auth.afterRejection(await auth.get(NEVER), NEVER), true);
  assert.ok((await Deno.lstat(home.file)).isSymlink);
  assert.match(await Deno.readTextFile(home.file), /renewed-1/);
  assert.ok(!await Deno.stat(join(home.path, "auth.json.pending")).then(() => true, () => false));
});

Deno.test({
  name: "a record with several names stays one record, renewed and replaced (not on Windows)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using home = await AuthHome.create();
    await home.chatgpt("old");
    const other = join(home.path, "other.json");
    await Deno.link(home.file, other);
    const auth = await home.open();
    await auth.afterRejection(await auth.get(NEVER), NEVER);
    assert.match(await Deno.readTextFile(other), /"access_token": "renewed-1"/);
    await saveLogin({ codexHome: home.path, store: "file" }, { kind: "api_key", apiKey: "sk-new" });
    assert.equal(await Deno.readTextFile(other), await Deno.readTextFile(home.file));
    assert.match(await Deno.readTextFile(other), /sk-new/);
    assert.ok(
      !(await Array.fromAsync(Deno.readDir(home.path))).some(({ name }) => /pending/.test(name)),
    );
  },
});

Deno.test("a journal is taken over only by the login that it renews", async () => {
  const cases: [account: string, presented: string, asked: number][] = [
    ["account", "refresh", 0],
    // Somebody has logged in anew since; or this is not that person's journal at all.
    ["account", "an older one", 1],
    ["another", "refresh", 1],
  ];
  for (const [account, presented, asked] of cases) {
    await using home = await AuthHome.create();
    await home.chatgpt("journaled", { account });
    await Deno.rename(home.file, join(home.path, "auth.json.pending"));
    await home.chatgpt("old");
    const attempt = { presented: await fingerprint(presented), outcome: "inflight", pid: 1 };
    await Deno.writeTextFile(join(home.path, "auth.refresh.json"), JSON.stringify(attempt));
    await Deno.writeTextFile(join(home.path, ".auth.refresh.tmp"), "");
    if (asked === 0) {
      await Deno.writeTextFile(join(home.path, `.auth-${crypto.randomUUID()}.tmp`), "token");
      await Deno.remove(join(home.path, ".auth.refresh.tmp"));
    }
    await using auth = await home.open();
    assert.equal(await auth.afterRejection(await auth.get(NEVER), NEVER), true);
    const { authorization } = await auth.get(NEVER);
    assert.equal(authorization, asked === 0 ? "Bearer journaled" : "Bearer renewed-1");
    assert.equal(home.asked, asked, `${account}, ${presented}`);
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(home.path)))
        .filter(({ name }) => /pending|refresh\.json|tmp/.test(name)),
      [],
    );
  }
});

Deno.test("a write into the record that a crash cut off is completed from the journal", async () => {
  await using home = await AuthHome.create();
  const long = `renewed-${"token".repeat(1000)}`;
  const pending = join(home.path, "auth.json.pending");
  const cuts: [token: string, cut: (renewed: string) => string][] = [
    ["renewed-token", (renewed) => `${renewed}e":"2026-11-22T12:03:33.455770004Z"}`],
    // After a page of the system, the older record being shorter.
    [long, (renewed) => renewed.slice(0, 4096)],
  ];
  for (const [token, cut] of cuts) {
    await home.chatgpt(token);
    const renewed = await Deno.readTextFile(home.file);
    await Deno.writeTextFile(pending, renewed);
    await home.write(cut(renewed));
    const auth = await home.open();
    assert.equal(auth.warning, null);
    assert.equal((await auth.get(NEVER)).authorization, `Bearer ${token}`);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(home.file)), JSON.parse(renewed));
    await assert.rejects(Deno.stat(pending), Deno.errors.NotFound);
  }

  const renewed = await Deno.readTextFile(home.file);
  // Somebody else's damage is not ours to mend.
  await Deno.writeTextFile(pending, renewed);
  await home.write(renewed.slice(0, 40));
  assert.equal(await codeOf((await home.open()).get(NEVER)), "unreadable_store");
  assert.equal(await Deno.readTextFile(home.file), renewed.slice(0, 40));
  assert.equal(home.asked, 0);
});

Deno.test("tokens of another program go first, are renewed by it, and are never stored", async () => {
  await using home = await AuthHome.create();
  await home.chatgpt("stored");
  const auth = await home.open({ forcedWorkspaceId: "w" });
  const given = (n: number, accountId = "w") => ({
    accessToken: jwt({ n }),
    accountId,
    planType: null,
  });
  assert.throws(() => auth.useExternalTokens(given(1, "other"), null), AuthError);
  assert.throws(() => auth.useExternalTokens({ ...given(1), accessToken: "x" }, null), AuthError);
  const requests: (string | null)[] = [];
  auth.useExternalTokens(given(1), (request) => {
    requests.push(request.previousAccountId);
    return Promise.resolve(given(2));
  });
  assert.equal(auth.summary.planType, "unknown");
  const first = await auth.get(NEVER);
  assert.deepEqual([first.kind, first.accountId], ["chatgpt", "w"]);
  await auth.refreshToken(NEVER);
  assert.deepEqual(requests, [], "only a refusal asks the owner");
  assert.equal(await auth.afterRejection(first, NEVER), true);
  assert.deepEqual(requests, ["w"]);
  assert.equal((await auth.get(NEVER)).authorization, `Bearer ${given(2).accessToken}`);
  auth.useExternalTokens(given(3), null);
  assert.equal(
    await codeOf(auth.afterRejection(await auth.get(NEVER), NEVER)),
    "external_refresh_failed",
  );
  assert.match(await Deno.readTextFile(home.file), /stored/);
  assert.equal(home.asked, 0);
  assert.equal((await auth.logout()).existed, true);
  assert.equal(auth.kind, "none");
});

Deno.test("tokens of another program: many refusals, one question to it; what it cannot answer may pass", async () => {
  await using home = await AuthHome.create();
  const auth = await home.open({ forcedWorkspaceId: "w", limits: { ownerAnswer: 50 } });
  const given = (n: number) => ({ accessToken: jwt({ n }), accountId: "w", planType: null });
  type Answer = { accessToken: string; accountId: string; planType: string | null };
  const answers: (() => Answer | Promise<Answer>)[] = [];
  const limits: AbortSignal[] = [];
  auth.useExternalTokens(given(0), async (_request, signal) => {
    limits.push(signal);
    return await answers.shift()!();
  });
  const rejected = await auth.get(NEVER);
  const fails = async (answer: () => Answer | Promise<Answer>, says: RegExp) => {
    answers.push(answer);
    const error = await auth.afterRejection(rejected, NEVER).then(() => null, (e: unknown) => e);
    assert.ok(error instanceof AuthError && error.retryable, String(error));
    assert.equal(error.code, "external_refresh_failed");
    assert.match(error.message, says);
    assert.equal((await auth.get(NEVER)).authorization, rejected.authorization);
  };
  await fails(() => ({ ...given(1), accessToken: "SECRET" }), /not a JWT\.$/);
  await fails(() => ({ ...given(1), accountId: "other" }), /another workspace/);
  await fails(() => Promise.reject(new Error("SECRET")), /it failed\.$/);
  await fails(() => new Promise(() => {}), /did not answer within 0\.05 s/);
  assert.equal(limits.at(-1)?.aborted, true, "it is told that nobody waits any more");
  answers.push(() => given(2));
  const all = Array.from({ length: 16 }, () => auth.afterRejection(rejected, NEVER));
  assert.deepEqual(await Promise.all(all), Array(16).fill(true));
  assert.equal(limits.length, 5);
  assert.equal((await auth.get(NEVER)).authorization, `Bearer ${given(2).accessToken}`);
  const left = await Array.fromAsync(Deno.readDir(home.path), ({ name }) => name);
  assert.deepEqual(left, [], "nothing on the disk");
});

Deno.test("tokens of another program: an interrupt ends the waiting, a logout meanwhile is not undone", async () => {
  await using home = await AuthHome.create();
  const auth = await home.open();
  const given = (n: number) => ({ accessToken: jwt({ n }), accountId: "w", planType: null });
  const answer = Promise.withResolvers<ReturnType<typeof given>>();
  auth.useExternalTokens(given(0), () => answer.promise);
  const rejected = await auth.get(NEVER);
  const stop = new AbortController();
  const interrupted = auth.afterRejection(rejected, stop.signal);
  const waiting = auth.afterRejection(rejected, NEVER);
  stop.abort(new RangeError("stop"));
  await assert.rejects(interrupted, RangeError);
  await auth.logout();
  answer.resolve(given(1));
  assert.equal(await codeOf(waiting), "logged_out");
  assert.equal(auth.kind, "none");
});
