import assert from "node:assert/strict";
import { join } from "node:path";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { AuthError } from "./error.ts";
import { loginFiles } from "./home_files.ts";
import { keyringAccount, type KeyringEntry, systemKeyring } from "./keyring.ts";
import { deleteLogin, readStoredLogin, saveLogin } from "./login_writer.ts";
import { openAuth } from "./manager.ts";
import type { StoreKind } from "./store.ts";

const KEY = { kind: "api_key", apiKey: "sk" } as const;

/** The system's keyring, but in memory: most machines that run tests have none. */
class MemoryKeyring implements KeyringEntry {
  text: string | null = null;
  isBroken = false;
  gets = 0;

  get(): Promise<string | null> {
    this.gets++;
    return this.isBroken ? Promise.reject(new Error("locked")) : Promise.resolve(this.text);
  }

  set(secret: string): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error("locked"));
    this.text = secret;
    return Promise.resolve();
  }

  async remove(): Promise<boolean> {
    const was = await this.get() !== null;
    this.text = null;
    return was;
  }
}

async function inHome(
  store: StoreKind,
  work: (place: {
    readonly codexHome: string;
    readonly store: StoreKind;
    readonly keyring: MemoryKeyring;
  }) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await work({ codexHome: join(root, "home"), store, keyring: new MemoryKeyring() });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("file: a login makes its home, for the owner alone, and replaces all there was", () =>
  inHome("file", async (place) => {
    await saveLogin(place, KEY);
    const { record, pending, attempt } = loginFiles(place.codexHome);
    if (Deno.build.os !== "windows") {
      assert.equal(((await Deno.stat(place.codexHome)).mode ?? 0) & 0o777, 0o700);
      await Deno.chmod(record, 0o644);
    }
    await Deno.writeTextFile(pending, "{}");
    await Deno.writeTextFile(attempt, "{}");
    await saveLogin(place, { ...KEY, apiKey: "sk2" });
    if (Deno.build.os !== "windows") {
      assert.equal(((await Deno.stat(record)).mode ?? 0) & 0o777, 0o600);
    }
    assert.ok(!await isThere(pending) && !await isThere(attempt));
    assert.equal((await readStoredLogin(place))?.apiKey, "sk2");
    const deleted = await deleteLogin(place);
    assert.deepEqual([deleted.existed, deleted.login?.apiKey], [true, "sk2"]);
    assert.deepEqual(await deleteLogin(place), { existed: false, login: null });
  }));

Deno.test("a lock that only other programs need, and that cannot be opened, stands in nobody's way", () =>
  inHome("file", async (place) => {
    const { record, commitLocks } = loginFiles(place.codexHome);
    await Deno.mkdir(commitLocks[0], { recursive: true });
    await saveLogin(place, KEY);
    assert.ok(await isThere(record));
    assert.equal((await deleteLogin(place)).existed, true);
  }));

Deno.test("what a killed login left behind goes with the next one, and with a logout", () =>
  inHome("file", async (place) => {
    const { rename } = Deno;
    const temps: string[] = [];
    try {
      Deno.rename = (from, to) => {
        temps.push(String(from));
        return rename(from, to);
      };
      await saveLogin(place, KEY);
    } finally {
      Deno.rename = rename;
    }
    const [temp = ""] = temps;
    const foreign = join(place.codexHome, ".config.tmp");
    await Deno.writeTextFile(foreign, "");
    for (const next of [() => saveLogin(place, KEY), () => deleteLogin(place)]) {
      await Deno.writeTextFile(temp, "secret");
      await next();
      assert.equal(await isThere(temp), false);
    }
    assert.ok(await isThere(foreign));
  }));

Deno.test("a damaged record can be logged out of", () =>
  inHome("file", async (place) => {
    await Deno.mkdir(place.codexHome);
    await Deno.writeTextFile(loginFiles(place.codexHome).record, "{ half");
    await assert.rejects(readStoredLogin(place), AuthError);
    assert.deepEqual(await deleteLogin(place), { existed: true, login: null });
  }));

Deno.test("keyring: compact text in the entry, no file beside it; a broken keyring is an error", () =>
  inHome("keyring", async (place) => {
    const { record } = loginFiles(place.codexHome);
    await saveLogin({ ...place, store: "file" }, KEY);
    await saveLogin(place, KEY);
    assert.equal(place.keyring.text, '{"auth_mode":"apikey","OPENAI_API_KEY":"sk"}');
    assert.ok(!await isThere(record));
    place.keyring.isBroken = true;
    place.keyring.gets = 0;
    await assert.rejects(readStoredLogin(place), { code: "unsupported_store" });
    const auth = await openAuth({ ...place, env: {}, allowApiKeyEnv: false });
    assert.match(auth.warning ?? "", /keyring cannot be read/);
    assert.equal(place.keyring.gets, 2, "a person who was asked is not asked again");
    await assert.rejects(deleteLogin(place), { code: "unsupported_store" });
  }));

Deno.test("auto: the file where the keyring does not work, for saving, loading and logging out", () =>
  inHome("auto", async (place) => {
    place.keyring.isBroken = true;
    await saveLogin(place, KEY);
    assert.equal((await readStoredLogin(place))?.apiKey, "sk");
    assert.equal((await deleteLogin(place)).existed, true);
    assert.ok(!await isThere(loginFiles(place.codexHome).record));
  }));

Deno.test("auto: a keyring that takes a login and does not have it does not work", () =>
  inHome("auto", async (place) => {
    place.keyring.set = () => Promise.resolve();
    await saveLogin(place, KEY);
    assert.ok(await isThere(loginFiles(place.codexHome).record));
  }));

Deno.test("auto: what the keyring did not take is not forgotten when it works again", () =>
  inHome("auto", async (place) => {
    const chatgpt = (refreshToken: string) => ({
      kind: "chatgpt",
      apiKey: null,
      tokens: { idToken: `e30.${btoa("{}")}.x`, accessToken: "a", refreshToken, accountId: "a" },
    } as const);
    const refreshToken = async () => (await readStoredLogin(place))?.tokens?.refreshToken;
    await saveLogin({ ...place, now: () => 1_000 }, chatgpt("spent"));
    place.keyring.isBroken = true;
    await saveLogin({ ...place, now: () => 2_000 }, chatgpt("good"));
    place.keyring.isBroken = false;
    assert.equal(await refreshToken(), "good");
    await saveLogin({ ...place, now: () => 3_000 }, chatgpt("newest"));
    assert.equal(await refreshToken(), "newest");
    // A file that is not newer, as one that could not be removed.
    await saveLogin({ ...place, store: "file", now: () => 2_500 }, chatgpt("left"));
    assert.equal(await refreshToken(), "newest");
    await saveLogin({ ...place, store: "file", now: () => 3_000 }, chatgpt("as old"));
    assert.equal(await refreshToken(), "newest");
    await Deno.writeTextFile(loginFiles(place.codexHome).record, "{ half");
    assert.equal(await refreshToken(), "newest");
  }));

Deno.test("keyring: a renewal that the keyring does not take waits in the journal", () =>
  inHome("keyring", async (place) => {
    const payload = btoa('{"sub":"u"}').replaceAll("=", "");
    await saveLogin(place, {
      kind: "chatgpt",
      apiKey: null,
      tokens: {
        idToken: `e30.${payload}.x`,
        accessToken: "old",
        refreshToken: "rt",
        accountId: "a",
      },
    });
    let asked = 0;
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
      asked++;
      return Response.json({ access_token: "new", refresh_token: "rt2" });
    });
    const set = place.keyring.set.bind(place.keyring);
    place.keyring.set = () => Promise.reject(new Error("full"));
    const auth = await openAuth({
      ...place,
      env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${server.addr.port}/t` },
      allowApiKeyEnv: false,
    });
    const { signal } = new AbortController();
    const rejected = await auth.get(signal);
    await assert.rejects(auth.afterRejection(rejected, signal), { code: "store_failed" });
    assert.ok(await isThere(loginFiles(place.codexHome).pending));
    place.keyring.set = set;
    assert.equal(await auth.afterRejection(rejected, signal), true);
    assert.equal((await auth.get(signal)).authorization, "Bearer new");
    assert.equal(asked, 1, "the journal is completed without a request");
    assert.ok(!await isThere(loginFiles(place.codexHome).pending));
  }));

Deno.test("auto: a keyring that locks while its login is renewed is no logout, and loses nothing", () =>
  inHome("auto", async (place) => {
    const { pending } = loginFiles(place.codexHome);
    await saveLogin(place, {
      kind: "chatgpt",
      apiKey: null,
      tokens: { idToken: "e30.e30.s", accessToken: "old", refreshToken: "rt", accountId: "a" },
    });
    const asked: string[] = [];
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => {
        asked.push(new URL(request.url).pathname);
        place.keyring.isBroken = true;
        return Response.json({ access_token: "new", refresh_token: "rt2" });
      },
    );
    await using auth = await openAuth({
      ...place,
      env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${server.addr.port}/t` },
      allowApiKeyEnv: false,
      limits: { settle: 20 },
    });
    const { signal } = new AbortController();
    const rejected = await auth.get(signal);
    const fails = (says: RegExp) =>
      assert.rejects(auth.afterRejection(rejected, signal), (error) => {
        assert.ok(error instanceof AuthError && error.code === "store_failed", `${error}`);
        assert.match(error.message, says);
        return true;
      });
    place.keyring.isBroken = true;
    await fails(/keyring cannot be read \(locked\)/);
    assert.deepEqual(asked, [], "no token is spent");
    place.keyring.isBroken = false;
    await fails(/could not be stored \(.*locked.*auth\.json\.pending.*next attempt/);
    assert.ok(await isThere(pending));
    await fails(/locked/);
    place.keyring.isBroken = false;
    assert.equal(await auth.afterRejection(rejected, signal), true);
    assert.equal((await auth.get(signal)).authorization, "Bearer new");
    assert.deepEqual(asked, ["/t"], "asked once, and nothing was revoked");
    assert.ok(!await isThere(pending));
  }));

Deno.test("what another program has half written is looked at again", () =>
  inHome("keyring", async (place) => {
    await saveLogin(place, KEY);
    const get = place.keyring.get.bind(place.keyring);
    let looks = 0;
    place.keyring.get = async () => looks++ < 3 ? "{ half" : await get();
    assert.equal((await readStoredLogin(place))?.apiKey, "sk");
    assert.equal(looks, 4);
    looks = 0;
    const auth = await openAuth({ ...place, env: {}, allowApiKeyEnv: false });
    assert.equal(auth.kind, "api_key");
    assert.equal(auth.warning, null);
    assert.equal(looks, 4);
  }));

Deno.test("ephemeral: nothing on the disk", () =>
  inHome("ephemeral", async (place) => {
    await saveLogin(place, KEY);
    assert.equal(await readStoredLogin(place), null);
    assert.ok(!await isThere(place.codexHome));
  }));

Deno.test("the keyring's account is the reference's for the same path", async () => {
  assert.equal(await keyringAccount("~/.codex"), "cli|940db7b1d0e4eb40");
});

Deno.test({
  name: "the keyring's library loads, and tells a keyring that is not there from an empty one " +
    "(needs Linux without a secret service)",
  ignore: Deno.build.os !== "linux" || Deno.env.has("DBUS_SESSION_BUS_ADDRESS"),
  fn: () =>
    inHome("keyring", async ({ codexHome }) => {
      const place = { codexHome, store: "keyring", logger: SILENT_LOGGER } as const;
      await assert.rejects(systemKeyring(codexHome).get());
      await assert.rejects(readStoredLogin(place), (error) => {
        assert.ok(error instanceof AuthError && error.code === "unsupported_store");
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    }),
});
