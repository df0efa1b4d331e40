import assert from "node:assert/strict";
import { join } from "node:path";
import { AuthError } from "./error.ts";
import { type LoginFiles, loginFiles } from "./home_files.ts";
import { deleteLogin, type LoginPlace, readStoredLogin, saveLogin } from "./login_writer.ts";
import { openAuth } from "./manager.ts";

const KEY = { kind: "api_key", apiKey: "sk" } as const;
const isWindows = Deno.build.os === "windows";

/** Longer than anything here takes that does not hang. Milliseconds. */
const HANGS_MS = 30_000;

async function inHome(
  work: (place: LoginPlace, files: LoginFiles) => Promise<void>,
): Promise<void> {
  const codexHome = await Deno.realPath(await Deno.makeTempDir());
  try {
    await work({ codexHome, store: "file" }, loginFiles(codexHome));
  } finally {
    await Deno.remove(codexHome, { recursive: true });
  }
}

async function makePipe(path: string): Promise<Disposable> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success);
  // Whoever waits at it in spite of all is let go, so that the test can end.
  const open = () => Deno.openSync(path, { read: true, write: true }).close();
  return { [Symbol.dispose]: open };
}

async function soon<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it hangs")), HANGS_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test({
  name: "a pipe in place of auth.json holds nobody up, and can be logged out of (not on Windows)",
  ignore: isWindows,
  fn: () =>
    inHome(async (place, { record }) => {
      const other = join(place.codexHome, "pipe");
      using _let = await makePipe(other);
      await Deno.link(other, record);
      await assert.rejects(soon(readStoredLogin(place)), (error) => {
        assert.ok(error instanceof AuthError && error.code === "unreadable_store");
        assert.match(error.message, /auth\.json cannot be read: it is not a regular file/);
        return true;
      });
      await assert.rejects(soon(saveLogin(place, KEY)), /not a regular file\. `codex logout`/);
      assert.equal((await soon(deleteLogin(place))).existed, true);
      await saveLogin(place, KEY);
      assert.equal((await readStoredLogin(place))?.apiKey, "sk");
    }),
});

Deno.test({
  name: "pipes in place of the journal and the attempt record hold nobody up (not on Windows)",
  ignore: isWindows,
  fn: () =>
    inHome(async (place, { record, pending, attempt }) => {
      const pipe = join(place.codexHome, "pipe");
      using _let = await makePipe(pipe);
      await Deno.link(pipe, pending);
      await Deno.link(pipe, attempt);
      const tokens = {
        id_token: "e30.e30.s",
        access_token: "a",
        refresh_token: "r",
        account_id: "a",
      };
      await Deno.writeTextFile(record, JSON.stringify({ auth_mode: "chatgpt", tokens }));
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        () => Response.json({ access_token: "new", refresh_token: "next" }),
      );
      await using auth = await openAuth({
        ...place,
        env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${server.addr.port}/` },
        allowApiKeyEnv: false,
      });
      const { signal } = new AbortController();
      await soon(auth.afterRejection(await auth.get(signal), signal));
      assert.equal((await auth.get(signal)).authorization, "Bearer new");
      assert.equal(await isThere(pending), false);
    }),
});

Deno.test({
  name: "a device, a folder or a circle of links in place of auth.json is told as what it is " +
    "(not on Windows)",
  ignore: isWindows,
  fn: () =>
    inHome(async (place, { record }) => {
      const cases: [make: () => Promise<void>, says: RegExp, login: RegExp][] = [
        [
          () => Deno.symlink("/dev/zero", record),
          /it is not a regular file/,
          /it is not a regular file/,
        ],
        [() => Deno.mkdir(record), /[Dd]irectory/, /it is a directory/],
        [() => Deno.symlink("auth.json", record), /link/, /links/],
      ];
      for (const [make, says, login] of cases) {
        await make();
        await assert.rejects(soon(readStoredLogin(place)), (error) => {
          assert.ok(error instanceof AuthError && error.code === "unreadable_store", `${error}`);
          assert.match(error.message, says);
          return true;
        });
        await assert.rejects(saveLogin(place, KEY), login);
        assert.equal((await deleteLogin(place)).existed, true);
        assert.equal(await isThere(record), false);
      }
    }),
});

Deno.test("an auth.json that is far too large is not read into memory", () =>
  inHome(async (place, { record }) => {
    await Deno.writeTextFile(record, "{}");
    await Deno.truncate(record, 2 ** 30);
    const { readFile } = Deno;
    try {
      Deno.readFile = () => Promise.reject(new Error("it was read"));
      await assert.rejects(readStoredLogin(place), /auth\.json cannot be read: it is larger than/);
    } finally {
      Deno.readFile = readFile;
    }
    await saveLogin(place, KEY);
    assert.equal((await readStoredLogin(place))?.apiKey, "sk");
  }));

Deno.test("auth.json as editors leave it: a mark before it, other line ends, one name twice", () =>
  inHome(async (place, { record }) => {
    await Deno.writeTextFile(record, '\uFEFF{\r\n  "OPENAI_API_KEY": "sk-1"\r\n}\r\n');
    assert.equal((await readStoredLogin(place))?.apiKey, "sk-1");
    await Deno.writeTextFile(record, '{"OPENAI_API_KEY":"sk-1","OPENAI_API_KEY":"sk-2"}');
    assert.equal((await readStoredLogin(place))?.apiKey, "sk-2");
  }));

Deno.test("what is no JSON, or nested beyond measure, is refused without its text", () =>
  inHome(async (place, { record }) => {
    const deep = 200_000;
    const texts = [
      '{"OPENAI_API_KEY":"SECRET","later":NaN}',
      `{"OPENAI_API_KEY":["SECRET${"[".repeat(deep)}${"]".repeat(deep)}"`,
      `${"[".repeat(deep)}"SECRET"${"]".repeat(deep)}`,
      '\0{"OPENAI_API_KEY":"SECRET"}',
      '{"OPENAI_API_KEY":"SECRET"}{"OPENAI_API_KEY":"SECRET"}',
    ];
    for (const text of texts) {
      await Deno.writeTextFile(record, text);
      await assert.rejects(readStoredLogin(place), (error) => {
        assert.ok(error instanceof AuthError && error.code === "unreadable_store", `${error}`);
        assert.ok(!error.message.includes("SECRET"));
        return true;
      });
    }
  }));
