import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lockFile } from "../src/files/mod.ts";
import { canRun } from "./support/can_run.ts";
import { startLogin } from "./support/login_rig.ts";
import { ACCOUNT, type OauthIssuer, startOauthIssuer, visit } from "./support/oauth_issuer.ts";
import { programUnderTest } from "./support/program.ts";
import { rawGet } from "./support/raw_request.ts";
import { type CodexRun, environmentOf, runCodex, spawnCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

const isWindows = Deno.build.os === "windows";

/** Arguments of a login in the browser at this issuer, on a port of its own. */
function browser(issuer: OauthIssuer, port = 0): string[] {
  return [
    "--no-browser",
    "--experimental_issuer",
    issuer.url,
    "--experimental_port",
    String(port),
  ];
}

const portOf = (url: string): number =>
  Number(new URL(new URL(url).searchParams.get("redirect_uri") ?? "").port);

const authFile = (stage: Stage): string => join(stage.codexHome, "auth.json");

async function stored(stage: Stage): Promise<Record<string, unknown> | null> {
  try {
    return JSON.parse(await Deno.readTextFile(authFile(stage)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function finish(url: string): Promise<void> {
  const page = await visit(url);
  await page.body?.cancel();
}

/** Every file below a folder, with its permissions. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* filesBelow(path);
    else if (entry.isFile) yield path;
  }
}

function ended(run: CodexRun, code: number, stderr: RegExp): void {
  assert.equal(run.signal, null, run.stderr);
  assert.equal(run.code, code, run.stderr);
  assert.match(run.stderr, stderr);
}

Deno.test("login in the browser: stored, told on stderr, and no secret anywhere else", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  await using login = startLogin(stage, { args: browser(issuer) });
  const url = await login.url;
  const isLinux = Deno.build.os === "linux";
  const argv = isLinux ? await Deno.readTextFile(`/proc/${login.pid}/cmdline`) : "";
  await finish(url);
  const run = await login.ended;
  ended(run, 0, /^Successfully logged in\n/m);
  assert.equal(run.stdout, "");

  const record = await stored(stage);
  assert.deepEqual(Object.keys(record ?? {}), [
    "auth_mode",
    "OPENAI_API_KEY",
    "tokens",
    "last_refresh",
  ]);
  assert.equal(record?.["auth_mode"], "chatgpt");
  assert.match(String(record?.["OPENAI_API_KEY"]), /^sk-/);
  assert.match(String(record?.["last_refresh"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  if (!isWindows) assert.equal((await Deno.stat(authFile(stage))).mode! & 0o777, 0o600);

  assert.ok(issuer.secrets.size >= 6);
  for (const secret of issuer.secrets) {
    for (const place of [url, run.stderr, run.stdout, argv]) assert.ok(!place.includes(secret));
    for await (const path of filesBelow(stage.root)) {
      if (path === authFile(stage)) continue;
      assert.ok(!(await Deno.readTextFile(path)).includes(secret), path);
    }
  }
  const status = await runCodex(stage, { args: ["login", "status"] });
  ended(status, 0, /^Logged in using ChatGPT\n$/);
});

Deno.test("login in the browser: what somebody else sends does not count, /cancel does", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  await using login = startLogin(stage, { args: browser(issuer) });
  const port = portOf(await login.url);
  const get = async (path: string, host = `localhost:${port}`) =>
    (await rawGet(port, path, { host })).status;
  assert.equal(await get("/auth/callback?code=c&state=guessed"), 400);
  assert.equal(await get("/auth/callback?code=c&state=guessed", "evil.example"), 403);
  assert.equal(await get("/success"), 404);
  assert.equal(await get("/cancel"), 200);
  ended(await login.ended, 1, /^Error logging in: Login cancelled\n/m);
  assert.equal(await stored(stage), null);
});

Deno.test("login in the browser: a second one takes over the port of the first", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  await using first = startLogin(stage, { args: browser(issuer) });
  const port = portOf(await first.url);
  await using second = startLogin(stage, { args: browser(issuer, port) });
  ended(await first.ended, 1, /Login cancelled/);
  assert.equal(portOf(await second.url), port);
  await finish(await second.url);
  ended(await second.ended, 0, /Successfully logged in/);
});

Deno.test("login in the browser: a port that is not given up is an error after two seconds", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  await using stranger = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("not for you"),
  );
  const run = await startLogin(stage, { args: browser(issuer, stranger.addr.port) }).ended;
  ended(
    run,
    1,
    new RegExp(`Error logging in: Port 127\\.0\\.0\\.1:${stranger.addr.port} is already`),
  );
});

/** Whether this machine lets us have a network of our own, where nobody else uses the ports. */
function hasNamespaces(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    return new Deno.Command("unshare", { args: ["-rn", "true"], stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "login in the browser: ports and issuer unless told otherwise (needs network namespaces)",
  ignore: !hasNamespaces(),
  fn: async () => {
    await using stage = await openStage();
    const { argv, env } = programUnderTest();
    const program = { argv: ["unshare", "-rn", ...argv], env };
    await using login = startLogin(stage, { args: ["--no-browser"], program });
    const url = new URL(await login.url);
    assert.equal(url.origin, "https://auth.openai.com");
    assert.equal(url.searchParams.get("redirect_uri"), "http://localhost:1455/auth/callback");
    assert.equal(url.searchParams.get("originator"), "codex_cli_rs");
    login.kill("SIGINT");
    ended(await login.ended, 130, /Login cancelled/);
  },
});

Deno.test("login in the browser: two at once, for one home, leave one whole record", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  await using one = startLogin(stage, { args: browser(issuer) });
  await using other = startLogin(stage, { args: browser(issuer) });
  await Promise.all([one.url.then(finish), other.url.then(finish)]);
  ended(await one.ended, 0, /Successfully logged in/);
  ended(await other.ended, 0, /Successfully logged in/);
  assert.equal((await stored(stage))?.["auth_mode"], "chatgpt");
});

Deno.test("login in the browser: another workspace than the configured one", async () => {
  await using stage = await openStage({
    homeFiles: { "config.toml": 'forced_chatgpt_workspace_id = "org-9"\n' },
  });
  await using issuer = startOauthIssuer();
  await using refused = startLogin(stage, { args: browser(issuer) });
  await finish(await refused.url);
  ended(await refused.ended, 1, /Error logging in: .*workspace id org-9/);
  assert.equal(await stored(stage), null);

  issuer.account = { ...ACCOUNT, auth: { chatgpt_account_id: "org-9" } };
  await using allowed = startLogin(stage, { args: browser(issuer) });
  await finish(await allowed.url);
  ended(await allowed.ended, 0, /Successfully logged in/);
});

Deno.test({
  name: "login in the browser: an interrupt leaves no server and no record (not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using stage = await openStage();
    await using issuer = startOauthIssuer();
    const cases = [["SIGINT", 130], ["SIGTERM", 143]] as const;
    for (const [signal, code] of cases) {
      await using login = startLogin(stage, { args: browser(issuer) });
      const port = portOf(await login.url);
      login.kill(signal);
      ended(await login.ended, code, /Login cancelled/);
      const after = await rawGet(port, "/").catch(() => null);
      assert.ok(!after?.text.includes("Not found"), after?.text);
    }
    // In the middle of redeeming the code.
    issuer.inject("code", "hang");
    await using login = startLogin(stage, { args: browser(issuer) });
    const page = finish(await login.url).catch(() => {});
    await issuer.reached("/oauth/token");
    login.kill("SIGINT");
    ended(await login.ended, 130, /Login cancelled/);
    await page;
    assert.equal(await stored(stage), null);
  },
});

Deno.test({
  name: "login in the browser: the browser is opened, and nothing depends on it (not on Windows)",
  ignore: isWindows,
  fn: async () => {
    await using stage = await openStage();
    await using issuer = startOauthIssuer();
    const bin = join(stage.root, "bin");
    const seen = join(stage.root, "seen");
    await Deno.mkdir(bin);
    const opener = join(bin, Deno.build.os === "darwin" ? "open" : "xdg-open");
    // Tells the address by a pipe, so that the test can wait for it; then fails.
    await new Deno.Command("mkfifo", { args: [seen] }).output();
    await Deno.writeTextFile(opener, `#!/bin/sh\nprintf '%s' "$1" > '${seen}'\nexit 1\n`);
    await Deno.chmod(opener, 0o755);
    const args = browser(issuer).filter((argument) => argument !== "--no-browser");
    await using login = startLogin(stage, { args, env: { PATH: bin } });
    assert.equal(await Deno.readTextFile(seen), await login.url);
    await finish(await login.url);
    ended(await login.ended, 0, /Successfully logged in/);
  },
});

Deno.test("login with a key: from stdin, trimmed, instead of what was there", async () => {
  await using stage = await openStage({
    homeFiles: { "auth.json": JSON.stringify({ auth_mode: "chatgpt", tokens: null, other: 1 }) },
  });
  if (!isWindows) await Deno.chmod(authFile(stage), 0o644);
  const args = ["login", "--with-api-key"];
  const run = await runCodex(stage, { args, stdin: "  sk-proj-1234567890ABCDE\r\n" });
  ended(run, 0, /^Successfully logged in\n/m);
  assert.equal(run.stdout, "");
  assert.ok(!run.stderr.includes("sk-proj"));
  assert.equal(
    await Deno.readTextFile(authFile(stage)),
    '{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "sk-proj-1234567890ABCDE"\n}',
  );
  if (!isWindows) assert.equal((await Deno.stat(authFile(stage))).mode! & 0o777, 0o600);
  const status = await runCodex(stage, { args: ["login", "status"] });
  ended(status, 0, /^Logged in using an API key - sk-proj-\*\*\*ABCDE\n$/);

  const empty = await runCodex(stage, { args, stdin: " \n" });
  ended(empty, 1, /^No API key provided via stdin\.\n/m);
  const argument = await runCodex(stage, { args: ["login", "--api-key", "sk-secret"] });
  ended(argument, 1, /--with-api-key/);
  assert.ok(!argument.stderr.includes("sk-secret"));
});

Deno.test("login with a key: what no server could ever get is refused, and the login stays", async () => {
  const kept = JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: "sk-kept" });
  await using stage = await openStage({ homeFiles: { "auth.json": kept } });
  // Two lines of a file, a letter beyond ASCII, text with two bytes a letter, far more than a key.
  const long = `sk-${"x".repeat(1_000_000)}`;
  for (const stdin of ["KEY=sk-1\nOTHER=2\n", "sk-\u00e9\n", "s\0k\0-\0", long]) {
    const run = await runCodex(stage, { args: ["login", "--with-api-key"], stdin });
    ended(run, 1, /holds no API key.*Nothing was changed/);
    assert.doesNotMatch(run.stderr, /sk-/);
    assert.equal(await Deno.readTextFile(authFile(stage)), kept);
  }
});

const hasPython = !isWindows && await canRun("python3", ["--version"]);

Deno.test({
  name: "login with a key: not from a terminal, where it would be seen" +
    (hasPython ? "" : " (ignored: needs python3)"),
  ignore: !hasPython,
  fn: async () => {
    await using stage = await openStage();
    const { argv, env } = programUnderTest();
    const order = {
      argv: [...argv, "login", "--with-api-key"],
      env: { ...environmentOf(stage, { args: [] }), ...env },
      cwd: stage.workspace,
      steps: [],
    };
    const player = fileURLToPath(new URL("./support/terminal_session.py", import.meta.url));
    const { stdout } = await new Deno.Command("python3", {
      args: [player, JSON.stringify(order)],
      stdin: "null",
    }).output();
    const { code, seen } = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(code, 1, seen);
    assert.match(seen, /from a pipe.*codex login --with-api-key/);
    assert.equal(await stored(stage), null);
  },
});

Deno.test("login: a method that is switched off, and configurations that do not load", async () => {
  await using stage = await openStage();
  const cases: [args: string[], code: number, stderr: RegExp][] = [
    [["-c", "forced_login_method=api", "login"], 1, /^ChatGPT login is disabled\. Use API key/],
    [["login", "--device-auth", "-c", "forced_login_method=api"], 1, /^ChatGPT login is disabled/],
    [
      ["login", "--with-api-key", "-c", "forced_login_method=chatgpt"],
      1,
      /^API key login is disabled\. Use ChatGPT login instead\.\n$/,
    ],
    [["login", "-c", "foo"], 1, /^Error parsing -c overrides: /],
    [["logout", "-c", "forced_login_method=x"], 1, /^Error loading configuration: /],
    [["login", "status", "-c", "forced_login_method=x"], 1, /^Error loading configuration: /],
    [["login", "--enable", "no-such-thing"], 1, /^Error: .*no-such-thing/],
    [["login", "--experimental_port", "x"], 2, /^error: --experimental_port/],
    [["login", "--experimental_issuer", "file:///x"], 2, /^error: --experimental_issuer/],
    [["login", "word"], 2, /^error: /],
  ];
  for (const [args, code, stderr] of cases) {
    const run = await runCodex(stage, { args, stdin: "sk-key" });
    ended(run, code, stderr);
    assert.equal(run.stdout, "");
  }
  const nowhere = await runCodex(stage, {
    args: ["login", "status"],
    env: { CODEX_HOME: join(stage.root, "nowhere") },
  });
  ended(nowhere, 1, /^Error loading configuration: CODEX_HOME points to/);
});

Deno.test("login status and logout: texts and exit codes that scripts know", async () => {
  await using stage = await openStage();
  await using issuer = startOauthIssuer();
  const env = { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${issuer.url}/oauth/token` };
  const codex = (...args: string[]) => runCodex(stage, { args, env });
  ended(await codex("login", "status"), 1, /^Not logged in\n$/);
  ended(await codex("logout"), 0, /^Not logged in\n$/);

  await Deno.writeTextFile(authFile(stage), "{ torn SECRET");
  const torn = await codex("login", "status");
  ended(torn, 1, /^Error checking login status: /);
  assert.ok(!torn.stderr.includes("SECRET"));
  ended(await codex("logout"), 0, /^Successfully logged out\n$/);
  assert.equal(await stored(stage), null);

  await using login = startLogin(stage, { args: browser(issuer) });
  await finish(await login.url);
  await login.ended;
  const record = await stored(stage);
  const out = await codex("logout");
  ended(out, 0, /^Successfully logged out\n$/);
  assert.equal(out.stdout, "");
  assert.equal(await stored(stage), null);
  const revocation = issuer.requests.at(-1);
  assert.equal(revocation?.path, "/oauth/revoke");
  const { tokens } = record as { tokens: { refresh_token: string } };
  assert.equal(revocation?.fields["token"], tokens.refresh_token);
});

Deno.test("logout: waits for an instance that renews the login, and says so", async () => {
  await using stage = await openStage({ homeFiles: { "auth.json": '{"OPENAI_API_KEY":"sk"}' } });
  const lock = await lockFile(join(stage.codexHome, "auth.refresh.lock"), {});
  const child = spawnCodex(stage, { args: ["logout"] });
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first } = await reader.read();
  assert.match(first ?? "", /^Another instance is renewing the login\. .*at most 10 s/);
  assert.notEqual(await stored(stage), null);
  await lock[Symbol.asyncDispose]();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
  await child.stdout.cancel();
  assert.equal((await child.status).code, 0);
  assert.equal(rest, "Successfully logged out\n");
  assert.equal(await stored(stage), null);
});

Deno.test("exec: a login that the configuration does not allow stops it before anything is sent", async () => {
  await using stage = await openStage({
    homeFiles: {
      "auth.json": JSON.stringify({ auth_mode: "apikey", OPENAI_API_KEY: "sk-stored" }),
      "config.toml": 'forced_login_method = "chatgpt"\n',
    },
  });
  const run = (key: string | null) =>
    runCodex(stage, { args: ["exec", "hi"], env: { CODEX_API_KEY: key } });
  ended(await run("sk-env"), 1, /CODEX_API_KEY/);
  assert.notEqual(await stored(stage), null);
  ended(await run(null), 1, /^ChatGPT login is required/);
  assert.equal(await stored(stage), null);
});
