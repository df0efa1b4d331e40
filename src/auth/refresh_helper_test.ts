import assert from "node:assert/strict";
import { join } from "node:path";
import { REFRESH_LIMITS } from "./refresh.ts";
import { type HelperTask, refreshInHelper, runRefreshHelper } from "./refresh_helper.ts";

const RECORD = {
  auth_mode: "chatgpt",
  tokens: { id_token: "e30.e30.s", access_token: "old", refresh_token: "rt", account_id: "a" },
};

const YEAR_MS = 365 * 24 * 3_600_000;

Deno.test("the helper tells when a run would give up, and keeps what comes later, though nobody listens", async () => {
  const codexHome = await Deno.makeTempDir();
  const told = Promise.withResolvers<string>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async () => {
    await told.promise;
    return Response.json({ access_token: "new", refresh_token: "next" });
  });
  try {
    const file = join(codexHome, "auth.json");
    await Deno.writeTextFile(file, JSON.stringify(RECORD));
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const task: HelperTask = {
      codexHome,
      store: "file",
      env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: url },
      clientHeaders: {},
      limits: { ...REFRESH_LIMITS, request: 1_000 },
      clockOffset: YEAR_MS,
      snapshot: JSON.stringify(RECORD),
    };
    await runRefreshHelper(JSON.stringify(task), (text) => {
      told.resolve(text);
      return Promise.reject(new Error("closed"));
    });
    const { done, error } = JSON.parse(await told.promise);
    const { last_refresh } = JSON.parse(await Deno.readTextFile(file));
    assert.ok(Date.parse(last_refresh) > Date.now() + YEAR_MS / 2, "the clock was put right");
    assert.equal(done, null);
    assert.equal(error.code, "authority_unreachable");
    assert.equal(JSON.parse(await Deno.readTextFile(file)).tokens.refresh_token, "next");
  } finally {
    await Deno.remove(codexHome, { recursive: true });
  }
});

Deno.test({
  name:
    "of two lines of the helper that arrive together the first one counts (needs a POSIX shell)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const first = { done: null, error: null, serverTime: 1 };
    const text = `${JSON.stringify(first)}\n{"done":"refreshed"}\n`;
    const script = `cat >/dev/null; printf %s '${text}'`;
    const self = { argv: ["/bin/sh", "-c", script], env: {} };
    const task: HelperTask = {
      codexHome: "/nowhere",
      store: "file",
      env: { PATH: "/usr/bin:/bin" },
      clientHeaders: {},
      limits: REFRESH_LIMITS,
      clockOffset: 0,
      snapshot: "",
    };
    assert.deepEqual(await refreshInHelper(self, task), first);
  },
});
