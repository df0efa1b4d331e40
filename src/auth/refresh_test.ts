import assert from "node:assert/strict";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { lockFolder } from "./folder_lock.ts";
import { loginFiles } from "./home_files.ts";
import { parseLogin, type StoredLogin } from "./record.ts";
import { REFRESH_LIMITS, refreshAndPersistChatgptToken } from "./refresh.ts";
import type { LoginStore } from "./store.ts";

/** This thread's files, as on a file system without locks. */
function withoutLocks(): Disposable {
  const { prototype } = Deno.FsFile;
  const { lock, tryLock } = prototype;
  const fail = () => Promise.reject(new Error("No locks available (os error 37)"));
  Object.assign(prototype, { lock: fail, tryLock: fail });
  return { [Symbol.dispose]: () => void Object.assign(prototype, { lock, tryLock }) };
}

function login(accessToken: string): StoredLogin {
  const tokens = {
    id_token: "e30.e30.c2ln",
    access_token: accessToken,
    refresh_token: "refresh",
    account_id: "account",
  };
  return parseLogin(JSON.stringify({ auth_mode: "chatgpt", tokens }));
}

async function someoneHolds(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("a lock folder that was got the moment it was no longer needed is gone before the login is used", async () => {
  const codexHome = await Deno.makeTempDir();
  using _files = withoutLocks();
  try {
    const files = loginFiles(codexHome);
    const folder = `${files.refreshLock}.d`;
    const winner = await lockFolder(folder, new AbortController().signal);
    const never = () => Promise.reject(new Error("not expected"));
    let looks = 0;
    const store: LoginStore = {
      kind: "file",
      load: never,
      reload: async () => {
        if (++looks === 1) return login("stale");
        await winner[Symbol.asyncDispose]();
        while (!await someoneHolds(folder));
        return login("renewed");
      },
      save: never,
      commit: never,
      remove: never,
    };
    const context = {
      files,
      store,
      authority: { requestChatgptTokenRefresh: never, revoke: never },
      limits: REFRESH_LIMITS,
      now: Date.now,
      pid: Deno.pid,
      logger: SILENT_LOGGER,
      onStep: () => {},
    };
    const { type } = await refreshAndPersistChatgptToken(context, login("stale"));
    assert.equal(type, "adopted");
    assert.equal(await someoneHolds(folder), false);
  } finally {
    await Deno.remove(codexHome, { recursive: true });
  }
});
