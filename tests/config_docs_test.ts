import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "smol-toml";
import { BY_SYSTEM, EFFECTIVE_FEATURES } from "../scripts/config_areas.ts";
import { outdatedFiles } from "../scripts/config_docs.ts";
import { configJsonSchema } from "../scripts/config_json_schema.ts";
import { checkValue } from "../src/config/check.ts";
import { FEATURES } from "../src/config/features.ts";
import { type Config, ConfigError, loadConfig } from "../src/config/mod.ts";
import { CONFIG_SCHEMA } from "../src/config/schema.ts";
import type { Default, Field, Shape } from "../src/config/shape.ts";
import type { TomlValue } from "../src/config/toml.ts";
import { readTree, ROOT } from "./guard/source_tree.ts";
import { offences } from "./support/json_schema.ts";

const schema = configJsonSchema();
const validate = (value: unknown) => offences(schema, value);

/** Every key of the table with its dotted name, the ones of tables below included. */
function everyField(shape: Shape, prefix: string): { name: string; field: Field }[] {
  switch (shape.kind) {
    case "table": {
      const own = Object.entries(shape.fields).flatMap(([key, field]) => {
        const name = prefix === "" ? key : `${prefix}.${key}`;
        return [{ name, field }, ...everyField(field.shape, name)];
      });
      return shape.rest === undefined ? own : [...own, ...everyField(shape.rest, `${prefix}.*`)];
    }
    case "map":
    case "list":
      return everyField(shape.of, `${prefix}.*`);
    case "either":
      return shape.options.flatMap((option) => everyField(option, prefix));
    default:
      return [];
  }
}

const FIELDS = everyField(CONFIG_SCHEMA, "");

function asToml(value: Default): TomlValue {
  if (typeof value === "number") return BigInt(value);
  return typeof value === "object" ? [...value] : value;
}

/** What the program makes of a config.toml with this text. */
async function load(text: string): Promise<Config> {
  const home = await Deno.makeTempDir({ prefix: "codex-config-docs-" });
  try {
    await Deno.writeTextFile(join(home, "config.toml"), text);
    return await loadConfig({
      codexHome: home,
      processCwd: home,
      env: {},
      home,
      cliOverrides: [],
      overrides: {},
      systemDir: join(home, "nowhere"),
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Whether the program takes it; what it says if not. */
async function refusal(text: string): Promise<string | null> {
  try {
    await load(text);
    return null;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

async function examples(): Promise<{ where: string; text: string }[]> {
  const files = ["README.md"];
  for await (const { name } of Deno.readDir(join(ROOT, "docs"))) {
    if (name.endsWith(".md")) files.push(`docs/${name}`);
  }
  const found: { where: string; text: string }[] = [];
  for (const file of files) {
    const page = await Deno.readTextFile(join(ROOT, file));
    for (const [, text = ""] of page.matchAll(/^```toml\n([^]*?)^```$/gm)) {
      found.push({ where: `${file}: ${text.split("\n")[0]}`, text });
    }
  }
  return found;
}

Deno.test("config docs: docs/config.md and docs/config.schema.json are current", async () => {
  assert.deepEqual(await outdatedFiles(), [], "run `deno task config-docs`");
});

Deno.test("config docs: every key is explained in whole sentences", () => {
  assert.ok(FIELDS.length > 180, `only ${FIELDS.length} keys seen`);
  const poor = FIELDS.filter(({ field }) => !/^.{12,}[.]$/s.test(field.doc));
  assert.deepEqual(poor.map(({ name }) => name), []);
});

Deno.test("config docs: a default is a value that its own key takes", () => {
  let checked = 0;
  for (const { name, field } of FIELDS) {
    if (field.default === undefined) continue;
    assert.equal(field.initial, undefined, `${name} has two defaults`);
    assert.equal(field.required, undefined, `${name} is required, so it has no default`);
    checkValue(field.shape, asToml(field.default), [name]);
    checked++;
  }
  assert.ok(checked > 40, `only ${checked} defaults seen`);
});

Deno.test("config docs: the defaults are those that the program fills in", async () => {
  const config = await load(
    "sandbox_mode = 'workspace-write'\n[model_providers.a]\nname = 'a'\n",
  );
  const provider = config.providers["a"];
  const sandbox = config.sandboxPolicy;
  const environment = config.environmentPolicy;
  assert.ok(provider && sandbox.type === "workspace-write");
  const filledIn: Readonly<Record<string, unknown>> = {
    model_provider: config.provider.id,
    model_reasoning_summary: config.reasoningSummary,
    web_search: config.webSearchMode,
    chatgpt_base_url: config.chatgptBaseUrl,
    cli_auth_credentials_store: config.credentialsStore,
    project_doc_max_bytes: config.projectDocMaxBytes,
    project_doc_fallback_filenames: config.projectDocFallbackFilenames,
    project_root_markers: config.projectRootMarkers,
    hide_agent_reasoning: config.hideAgentReasoning,
    suppress_unstable_features_warning: config.suppressUnstableFeaturesWarning,
    "sandbox_workspace_write.writable_roots": sandbox.writableRoots,
    "sandbox_workspace_write.network_access": sandbox.networkAccess,
    "sandbox_workspace_write.exclude_tmpdir_env_var": sandbox.excludeTmpdirEnvVar,
    "sandbox_workspace_write.exclude_slash_tmp": sandbox.excludeSlashTmp,
    "sandbox_workspace_write.git_writable": sandbox.gitWritable ?? false,
    "shell_environment_policy.inherit": environment.inherit,
    "shell_environment_policy.ignore_default_excludes": environment.ignoreDefaultExcludes,
    "shell_environment_policy.exclude": environment.exclude,
    "shell_environment_policy.include_only": environment.includeOnly,
    "model_providers.*.wire_api": provider.wireApi,
    "model_providers.*.request_max_retries": provider.requestMaxRetries,
    "model_providers.*.stream_max_retries": provider.streamMaxRetries,
    "model_providers.*.stream_idle_timeout_ms": provider.streamIdleTimeoutMs,
    "model_providers.*.requires_openai_auth": provider.requiresOpenaiAuth,
  };
  const idle = (name: string) =>
    FIELDS.some(({ name: above, field }) =>
      field.unused === true && (name === above || name.startsWith(`${above}.`))
    );
  for (const { name, field } of FIELDS) {
    if (field.default === undefined || idle(name) || name.startsWith("profiles.")) continue;
    assert.ok(name in filledIn, `${name} has a default that nobody compares`);
    assert.deepEqual(filledIn[name], field.default, name);
  }
});

Deno.test("config docs: what is said to have no effect is read nowhere, and the rest is", async () => {
  const tree = Object.entries(await readTree()).filter(([path]) =>
    path.startsWith("src/") && !path.endsWith("_test.ts")
  );
  const config = tree.filter(([path]) => /^src\/config\/(?!schema)[^/]+\.ts$/.test(path));
  const read = (key: string) =>
    config.some(([, source]) =>
      new RegExp(`(?:table|profile|config|merged)\\??\\.${key}\\b`).test(source)
    ) ||
    config.some(([, source]) => source.includes(`{ ${key}: table }`));
  // Read into the result, which nobody looks at so far; said in a notice; read before the merge.
  const special: Readonly<Record<string, boolean>> = {
    log_dir: false,
    experimental_instructions_file: false,
    projects: true,
    project_root_markers: true,
  };
  for (const [key, field] of Object.entries<Field>(CONFIG_SCHEMA.fields)) {
    const idle = field.unused === true ||
      (field.shape.kind === "table" &&
        Object.values(field.shape.fields).every((each) => each.unused));
    assert.equal(!idle, special[key] ?? read(key), `${key}: is it still (un)used in schema*.ts?`);
  }
  const consumed = (name: string) =>
    tree.some(([path, source]) => !path.startsWith("src/config/") && source.includes(`.${name}`));
  assert.equal(consumed("logDir"), false, "log_dir has an effect now");
});

Deno.test("config docs: features that are said to have an effect are asked for somewhere", async () => {
  const sources = Object.entries(await readTree())
    .filter(([path]) => path.startsWith("src/") && !path.endsWith("_test.ts"))
    .filter(([path]) => !/^src\/(?:config\/features?(?:_state)?|doctor\/.*)\.ts$/.test(path))
    .map(([, source]) => source);
  const asked = FEATURES.map(({ key }) => key)
    .filter((key) =>
      sources.some((source) => new RegExp(`(?:features|enabled)\\["${key}"\\]`).test(source))
    );
  assert.deepEqual([...EFFECTIVE_FEATURES].sort(), asked.sort(), "see scripts/config_areas.ts");
});

Deno.test("config docs: what is said of this system's features is so", () => {
  const system = Deno.build.os as "linux" | "darwin" | "windows";
  for (const [key, { stage, on }] of Object.entries(BY_SYSTEM)) {
    const feature = FEATURES.find((each) => each.key === key);
    assert.ok(feature, key);
    if (stage) assert.equal(feature.stage, stage[system] ?? stage.usual, key);
    if (on) assert.equal(feature.defaultOn, on[system] ?? on.usual, key);
  }
});

Deno.test("config docs: every example in the documentation loads, and fits the JSON schema", async () => {
  const found = await examples();
  assert.ok(found.length >= 2, `only ${found.length} examples`);
  for (const { where, text } of found) {
    assert.equal(await refusal(text), null, where);
    assert.deepEqual(validate(parse(text)), [], where);
  }
});

/** One of everything. */
const WHOLE = `
model = "m"
model_context_window = 1000
notify = ["say", "done"]
project_root_markers = []
[history]
persistence = "none"
max_bytes = 0
[tools]
web_search_request = true
[tui]
notifications = ["agent-turn-complete"]
[otel]
exporter = { otlp-http = { endpoint = "http://c", protocol = "json", tls = { ca-certificate = "a.pem" } } }
trace_exporter = "none"
[agents]
max_threads = 1
[agents.reviewer]
description = "Looks twice"
[ghost_snapshot]
large_untracked_dir_warning_threshold = -1
[[skills.config]]
path = "s"
enabled = false
[apps.mail]
disabled_reason = "user"
[mcp_servers.a]
command = "a"
startup_timeout_sec = 0.5
[mcp_servers.b]
url = "http://b"
scopes = ["x"]
[features]
collab = true
unified_exec = false
[profiles.p]
windows = { sandbox = "elevated" }
include_apply_patch_tool = true
`;

Deno.test("config docs: loader and JSON schema take the same things", async () => {
  assert.equal(await refusal(WHOLE), null);
  assert.deepEqual(validate(parse(WHOLE)), []);
});

const BROKEN = [
  "model = 5",
  'model_context_window = "many"',
  "model_context_window = 0",
  'sandbox_mode = "open"',
  'approval_policy = "sometimes"',
  "[history]",
  "mcp_oauth_callback_port = 65536\n",
  "notify = [1]",
  "[features]\nunified_exec = 1",
  "[model_providers.a]\nbase_url = 'http://a'",
  "[model_providers.a]\nname = 'a'\nrequest_max_retries = -1",
  "[mcp_servers.a]",
  "[mcp_servers.a]\ncommand = 'a'\nurl = 'http://b'",
  "[mcp_servers.a]\nurl = 'http://b'\nargs = []",
  "[mcp_servers.a]\ncommand = 'a'\nbearer_token = 'b'",
  "[mcp_servers.a]\ncommand = 'a'\nstartup_timeout_sec = -1",
  "[otel]\nexporter = 'file'",
  "[otel]\nexporter = {}",
  "[otel]\nexporter = { otlp-http = { endpoint = 'http://c' } }",
  "[otel]\nexporter = { otlp-grpc = { endpoint = 'a' }, otlp-http = { endpoint = 'a', protocol = 'json' } }",
  "[tui]\nnotifications = 1",
  "[agents]\nmax_threads = 0",
  "[[skills.config]]\npath = 's'",
  "[projects.'/a']\ntrust_level = 'maybe'",
  "[profiles.p]\nmodel_verbosity = 'loud'",
];

for (const text of BROKEN) {
  Deno.test(`config docs: loader and JSON schema both refuse ${JSON.stringify(text)}`, async () => {
    assert.notEqual(await refusal(text), null, "the loader takes it");
    assert.notDeepEqual(validate(parse(text)), [], "the schema takes it");
  });
}

Deno.test("config docs: the JSON schema refuses keys that nobody knows, at every level", () => {
  for (const text of ["modell = 'a'", "[tui]\nanimation = true", "[features]\nunified = true"]) {
    assert.notDeepEqual(validate(parse(text)), [], text);
  }
});
