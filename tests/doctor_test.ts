import assert from "node:assert/strict";
import { join } from "node:path";
import { lockFile } from "../src/files/mod.ts";
import { ROOT } from "./guard/source_tree.ts";
import { openDeadPort } from "./support/dead_port.ts";
import { type CodexRun, runCodex, type RunCodexOptions } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

const isWindows = Deno.build.os === "windows";

interface CheckEntry {
  readonly id: string;
  readonly area: string;
  readonly status: "ok" | "warning" | "problem" | "skipped";
  readonly summary: string;
  readonly details: readonly string[];
  readonly remedy: string | null;
}

interface Report {
  readonly schema_version: number;
  readonly ok: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly checks: readonly CheckEntry[];
}

type Options = Omit<RunCodexOptions, "args"> & { readonly args?: readonly string[] };

/** Runs `codex doctor --json`, and holds the exit code to what the document says. */
async function examine(stage: Stage, options: Options = {}): Promise<Report & { run: CodexRun }> {
  const { args = ["--offline"], ...rest } = options;
  const run = await runCodex(stage, { ...rest, args: ["doctor", "--json", ...args] });
  assert.equal(run.stderr, "");
  const report: Report = JSON.parse(run.stdout);
  assert.equal(run.code, report.counts["problem"] === 0 ? 0 : 1);
  assert.equal(report.ok, report.counts["problem"] === 0);
  for (const { id, status, remedy } of report.checks) {
    if (status === "problem") assert.match(remedy ?? "", /^\S.+[.)\]]$|^Run: \S/, id);
  }
  return { ...report, run };
}

function entry({ checks }: Report, id: string): CheckEntry {
  const found = checks.find((check) => check.id === id);
  assert.ok(found, `no check ${id}`);
  return found;
}

async function openHome(homeFiles: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const stage = await openStage({ homeFiles });
  if (!isWindows) {
    await Deno.chmod(stage.codexHome, 0o700);
    for (const name of Object.keys(homeFiles)) await Deno.chmod(join(stage.codexHome, name), 0o600);
  }
  return stage;
}

/** A token of which only the claims matter. */
function token(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `${part({ alg: "none" })}.${part(claims)}.${part("signature-of-nobody")}`;
}

function chatgptLogin(expiresAt: number, refreshToken: string): string {
  const accessToken = token({ exp: Math.round(expiresAt / 1000) });
  return JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens: {
      id_token: token({ "https://api.openai.com/auth": { chatgpt_plan_type: "plus" } }),
      access_token: accessToken,
      refresh_token: refreshToken,
      account_id: "account-1",
    },
    last_refresh: new Date(expiresAt - 3_600_000).toISOString(),
  });
}

async function everyFile(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    const { mode, mtime } = await Deno.lstat(path);
    found.push(`${path} ${mode} ${isDirectory ? "" : mtime?.getTime()}`);
    if (isDirectory) found.push(...await everyFile(path));
  }
  return found.sort();
}

const IDS = [
  "install.program",
  "install.path",
  "install.update",
  "config.home",
  "config.permissions",
  "config.load",
  "config.layers",
  "config.profile",
  "auth.login",
  "auth.files",
  "auth.lock",
  "auth.keyring",
  "auth.environment",
  "provider.address",
  "provider.variables",
  "sandbox.backend",
  "sandbox.bubblewrap",
  "sandbox.namespaces",
  "network.proxy",
  "network.provider",
  "network.certificates",
  "terminal.facts",
  "git.program",
  "git.repository",
  "shell.detected",
  "shell.start_up",
  "disk.home",
  "disk.space",
  "disk.sessions",
  "locale.encoding",
];

Deno.test("doctor: the document for programs has these fields and these checks", async () => {
  await using stage = await openHome();
  const { run } = await examine(stage);
  const report = JSON.parse(run.stdout);
  assert.deepEqual(Object.keys(report), [
    "schema_version",
    "codex_version",
    "generated_at",
    "ok",
    "counts",
    "checks",
  ]);
  assert.equal(report.schema_version, 1);
  assert.match(report.codex_version, /^\d+\.\d+\.\d+/);
  assert.match(report.generated_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(Object.keys(report.counts), ["ok", "warning", "problem", "skipped"]);
  assert.deepEqual(report.checks.map((check: CheckEntry) => check.id), IDS);
  for (const check of report.checks) {
    assert.deepEqual(Object.keys(check), [
      "id",
      "area",
      "status",
      "summary",
      "details",
      "remedy",
    ]);
    assert.equal(check.area, check.id.split(".")[0]);
    assert.match(check.status, /^(?:ok|warning|problem|skipped)$/);
  }
});

Deno.test("doctor: a healthy home has no problem but those of the machine, and stays as it is", async () => {
  await using stage = await openHome({ "config.toml": 'model = "m"\n', "auth.refresh.lock": "" });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => new Response(null, { status: request.headers.has("authorization") ? 500 : 404 }),
  );
  const baseUrl = `http://127.0.0.1:${server.addr.port}/v1`;
  const before = await everyFile(stage.root);
  const report = await examine(stage, { baseUrl, args: [] });
  assert.deepEqual(await everyFile(stage.root), before);
  // What the machine is like is not for this test to say.
  const machine = /^sandbox\.|^disk\.space$|^shell\.start_up$/;
  const bad = report.checks.filter(({ id, status }) =>
    !machine.test(id) && (status === "problem" || status === "warning")
  );
  assert.deepEqual(bad, []);
  assert.match(entry(report, "network.provider").summary, /HTTP 404/);
  assert.match(entry(report, "git.repository").summary, /workspace$/);
  assert.deepEqual(entry(report, "config.layers").details.length, 1);
});

Deno.test("doctor: broken TOML is told with its place and without the secret in it; the rest is looked at", async () => {
  await using stage = await openHome({
    "config.toml":
      'model = "m"\n[model_providers.a]\nexperimental_bearer_token = "hunter2-hunter2\n',
  });
  const report = await examine(stage);
  const { status, summary } = entry(report, "config.load");
  assert.equal(status, "problem");
  assert.ok(summary.startsWith(`${join(stage.codexHome, "config.toml")}:3:`), summary);
  assert.ok(!report.run.stdout.includes("hunter2"));
  assert.equal(entry(report, "config.layers").status, "skipped");
  assert.equal(entry(report, "provider.address").status, "skipped");
  assert.equal(entry(report, "git.program").status, "ok");
});

Deno.test("doctor: a value of a wrong type, a profile and a provider that nobody defines", async () => {
  await using stage = await openHome({ "config.toml": "model_context_window = true\n" });
  assert.match(entry(await examine(stage), "config.load").summary, /config\.toml:1:24: /);
  await Deno.writeTextFile(join(stage.codexHome, "config.toml"), "");
  const missing = await examine(stage, { args: ["--offline", "-p", "nobody"] });
  assert.equal(entry(missing, "config.profile").status, "problem");
  assert.match(entry(missing, "config.profile").summary, /nobody/);
  const unknown = await examine(stage, { args: ["--offline", "-c", "model_provider=nowhere"] });
  assert.match(entry(unknown, "config.load").remedy ?? "", /model_providers/);
});

Deno.test("doctor: a key that nobody knows is a warning, with --strict-config a problem", async () => {
  await using stage = await openHome({ "config.toml": 'modle = "m"\n' });
  const loose = entry(await examine(stage), "config.load");
  assert.equal(loose.status, "warning");
  assert.ok(loose.details.some((line) => line.includes("config.toml:1:1")));
  const strict = await examine(stage, { args: ["--offline", "--strict-config"] });
  assert.equal(entry(strict, "config.load").status, "problem");
});

Deno.test({
  name: `doctor: modes that let others in${isWindows ? " (ignored: Windows has none)" : ""}`,
  ignore: isWindows,
  async fn() {
    await using stage = await openHome({ "auth.json": '{"OPENAI_API_KEY":"sk-own-own-own"}' });
    const file = join(stage.codexHome, "auth.json");
    assert.equal(entry(await examine(stage), "auth.files").status, "ok");
    await Deno.chmod(file, 0o644);
    assert.equal(entry(await examine(stage), "auth.files").status, "warning");
    await Deno.chmod(stage.codexHome, 0o755);
    const open = await examine(stage);
    assert.equal(entry(open, "auth.files").status, "problem");
    assert.equal(entry(open, "auth.files").remedy, `Run: chmod 600 ${file}`);
    assert.equal(entry(open, "config.permissions").status, "warning");
    await Deno.chmod(stage.codexHome, 0o777);
    assert.equal(entry(await examine(stage), "config.permissions").status, "problem");
  },
});

Deno.test({
  name: `doctor: an empty search path${isWindows ? " (ignored: not for Windows)" : ""}`,
  ignore: isWindows,
  async fn() {
    await using stage = await openHome();
    const report = await examine(stage, { env: { PATH: "/nowhere" } });
    assert.equal(entry(report, "git.program").status, "warning");
    if (Deno.build.os !== "linux") return;
    assert.equal(entry(report, "sandbox.bubblewrap").status, "warning");
    assert.match(entry(report, "sandbox.bubblewrap").remedy ?? "", /^Install bubblewrap/);
    assert.notEqual(entry(report, "sandbox.backend").status, "ok");
    assert.match(entry(report, "sandbox.backend").remedy ?? "", /bubblewrap/);
  },
});

Deno.test("doctor: a server that is not there is a problem; with --offline it is not tried", async () => {
  await using stage = await openHome();
  using dead = await openDeadPort();
  const baseUrl = `http://127.0.0.1:${dead.port}/v1`;
  const gone = entry(await examine(stage, { baseUrl, args: [] }), "network.provider");
  assert.equal(gone.status, "problem");
  assert.match(gone.remedy ?? "", /^Start the server on this machine.* in OPENAI_BASE_URL\.$/);
  const local = ["-c", 'model_provider="ollama"'];
  const oss = { args: local, env: { CODEX_OSS_BASE_URL: baseUrl } };
  assert.match(
    entry(await examine(stage, oss), "network.provider").remedy ?? "",
    /in CODEX_OSS_BASE_URL\.$/,
  );
  assert.equal(entry(await examine(stage, { baseUrl }), "network.provider").status, "skipped");
});

Deno.test("doctor: a server that is broken, and one that says nothing", async () => {
  await using stage = await openHome();
  await using broken = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("", { status: 502 }),
  );
  const baseUrl = `http://127.0.0.1:${broken.addr.port}/v1`;
  const ill = entry(await examine(stage, { baseUrl, args: [] }), "network.provider");
  assert.deepEqual([ill.status, /HTTP 502/.test(ill.summary)], ["warning", true]);
  // Nobody takes what comes in, and the system holds it.
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const began = performance.now();
  const mute = entry(
    await examine(stage, { baseUrl: `http://127.0.0.1:${silent.addr.port}/v1`, args: [] }),
    "network.provider",
  );
  assert.ok(performance.now() - began < 20_000);
  assert.equal(mute.status, "problem");
  assert.match(mute.summary, /says nothing for 5 s/);
  assert.match(mute.remedy ?? "", /restart it/);
});

Deno.test("doctor: a login that has expired, that can be renewed, and none at all", async () => {
  await using stage = await openHome();
  const file = join(stage.codexHome, "auth.json");
  const options = { env: { CODEX_API_KEY: null } };
  const statusWith = async (text: string) => {
    await Deno.writeTextFile(file, text, { mode: 0o600 });
    const report = await examine(stage, options);
    const { tokens } = JSON.parse(text);
    for (const secret of Object.values<string>(tokens).filter((value) => value.length > 20)) {
      assert.ok(!report.run.stdout.includes(secret), "a token is shown");
    }
    return entry(report, "auth.login").status;
  };
  const now = Date.now();
  assert.equal(await statusWith(chatgptLogin(now + 86_400_000, "refresh-0123456789-abcdef")), "ok");
  assert.equal(
    await statusWith(chatgptLogin(now - 1000, "refresh-0123456789-abcdef")),
    "warning",
  );
  assert.equal(await statusWith(chatgptLogin(now - 1000, "")), "problem");
  await Deno.writeTextFile(file, "{ broken");
  assert.equal(entry(await examine(stage, options), "auth.login").status, "problem");
  await Deno.remove(file);
  await Deno.mkdir(file);
  const unreadable = entry(await examine(stage, options), "auth.login");
  assert.equal(unreadable.status, "problem");
  assert.match(unreadable.remedy ?? "", /a file that you can read/);
  await Deno.remove(file);
  const none = entry(await examine(stage, options), "auth.login");
  assert.equal(none.status, "problem");
  assert.match(none.remedy ?? "", /codex login/);
});

Deno.test("doctor: which key counts", async () => {
  await using stage = await openHome();
  const keyOf = async (env: Record<string, string | null>, ...args: string[]) =>
    entry(await examine(stage, { env, args: ["--offline", ...args] }), "auth.environment");
  const both = await keyOf({ CODEX_API_KEY: "sk-one-one-one", OPENAI_API_KEY: "sk-two-two-two" });
  assert.match(both.summary, /CODEX_API_KEY/);
  assert.deepEqual(both.details, ["CODEX_API_KEY: set", "OPENAI_API_KEY: set"]);
  const other = await keyOf({ CODEX_API_KEY: null, OPENAI_API_KEY: "sk-two-two-two" });
  assert.equal(other.status, "warning");
  const torn = await keyOf({ CODEX_API_KEY: "sk-one one-one" });
  assert.equal(torn.status, "problem");
  const local = await keyOf({}, "-c", "model_provider=ollama");
  assert.match(local.summary, /ollama gets no credentials/);
});

Deno.test("doctor: a provider whose variable is not set", async () => {
  await using stage = await openHome({
    "config.toml": `model_provider = "mine"
[model_providers.mine]
name = "Mine"
base_url = "https://user:pass-word-1@llm.example.com/v1?key=query-secret"
env_key = "MINE_KEY"
env_key_instructions = "Ask Ada for a key."
`,
  });
  const report = await examine(stage);
  const missing = entry(report, "provider.variables");
  assert.equal(missing.status, "problem");
  assert.match(missing.summary, /MINE_KEY/);
  assert.equal(missing.remedy, "Ask Ada for a key.");
  assert.match(entry(report, "provider.address").summary, /llm\.example\.com/);
  assert.ok(!/pass-word-1|query-secret/.test(report.run.stdout));
  const set = await examine(stage, { env: { MINE_KEY: "mine-is-mine" } });
  assert.equal(entry(set, "provider.variables").status, "ok");
});

Deno.test("doctor: a lock that somebody holds", async () => {
  await using stage = await openHome();
  const path = join(stage.codexHome, "auth.refresh.lock");
  await using _held = await lockFile(path);
  const { status, summary } = entry(await examine(stage), "auth.lock");
  assert.equal(status, "warning");
  assert.ok(summary.includes(path));
});

Deno.test("doctor: a CODEX_HOME that is not there stops nothing else", async () => {
  await using stage = await openHome();
  const report = await examine(stage, { env: { CODEX_HOME: join(stage.root, "nowhere") } });
  assert.equal(entry(report, "config.home").status, "problem");
  assert.equal(entry(report, "auth.login").status, "skipped");
  assert.equal(entry(report, "git.program").status, "ok");
  const bare = await examine(stage, { env: { CODEX_HOME: null, HOME: null } });
  assert.equal(bare.checks.length, IDS.length);
});

Deno.test("doctor: proxies and certificates that cannot work", async () => {
  await using stage = await openHome();
  const certificate = join(stage.root, "ca.pem");
  await Deno.writeTextFile(certificate, "not one\n");
  const report = await examine(stage, {
    env: {
      HTTPS_PROXY: "http://proxy-user:proxy-word@127.0.0.1:9",
      https_proxy: "http://127.0.0.1:10",
      SSL_CERT_FILE: certificate,
    },
  });
  assert.equal(entry(report, "network.proxy").status, "warning");
  assert.equal(entry(report, "network.certificates").status, "problem");
  assert.ok(!/proxy-user|proxy-word/.test(report.run.stdout));
  const broken = await examine(stage, {
    env: { HTTP_PROXY: "ftp://127.0.0.1:9", SSL_CERT_FILE: join(stage.root, "nowhere.pem") },
  });
  assert.equal(entry(broken, "network.proxy").status, "problem");
  assert.match(entry(broken, "network.certificates").summary, /does not exist/);
});

Deno.test("doctor: certificates that count, and that the runtime would not look at", async () => {
  await using stage = await openHome();
  const file = join(stage.root, "ca.pem");
  const certificate = await Deno.readTextFile(join(ROOT, "tests", "fixtures", "tls", "ca.pem"));
  await Deno.writeTextFile(file, certificate + certificate);
  const found = async (env: Record<string, string>) =>
    entry(await examine(stage, { env }), "network.certificates");
  const alone = await found({ SSL_CERT_FILE: file });
  assert.equal(alone.status, "ok");
  assert.match(alone.details[0] ?? "", /2 certificates/);
  const told = await found({ SSL_CERT_FILE: file, DENO_TLS_CA_STORE: "mozilla" });
  assert.equal(told.status, "warning");
  assert.match(told.remedy ?? "", /DENO_TLS_CA_STORE/);
  assert.equal((await found({ DENO_CERT: file })).status, "ok");
  await Deno.writeTextFile(file, certificate.replace("MII", "AAA"));
  assert.equal((await found({ DENO_CERT: file })).status, "problem");
});

Deno.test("doctor: looks at the folder of --cd, which has to be there", async () => {
  await using stage = await openHome();
  const run = await runCodex(stage, { args: ["doctor", "--offline", "--cd", "nowhere"] });
  assert.equal(run.code, 1);
  assert.equal(run.stdout, "");
  assert.match(run.stderr, /--cd nowhere/);
  const moved = await examine(stage, { args: ["--offline", "-C", stage.home] });
  assert.match(entry(moved, "git.repository").summary, /no repository/);
});

Deno.test("doctor: for a person it is aligned text without colours, and the last line sums up", async () => {
  await using stage = await openHome();
  const run = await runCodex(stage, {
    args: ["doctor", "--offline"],
    env: { MY_SECRET_TOKEN: "do-not-show-me-1", CODEX_API_KEY: "sk-do-not-show-me-2" },
  });
  assert.ok(!run.stdout.includes("\x1b"));
  assert.ok(!run.stdout.includes("do-not-show-me"));
  assert.match(run.stdout, /^codex-cli \d+\.\d+\.\d+ doctor\n\ninstall\n {2}ok {7}program {2,}\S/);
  assert.match(
    run.stdout,
    /\n(?:No problems|\d+ problems?), \d+ warnings?, \d+ ok, \d+ skipped\.\n$/,
  );
  const column = (name: string) => {
    const line = run.stdout.split("\n").find((each) => each.slice(11).startsWith(`${name} `)) ?? "";
    return /^\s*\S+\s+\S+\s+/.exec(line)?.[0].length;
  };
  assert.ok(column("program"));
  assert.equal(column("program"), column("encoding"));
});
