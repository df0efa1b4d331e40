import assert from "node:assert/strict";
import type { WebSearchMode } from "../../protocol/mod.ts";
import { Machine } from "../machine_rig.ts";
import type { Config } from "../types.ts";
import { mcpRefusal } from "./mcp.ts";

/** What the machine's administrator requires, and the older way of managing it. */
const REQUIRED = "etc/requirements.toml";
const MANAGED = "etc/managed_config.toml";

const warnings = ({ startupNotices }: Config): string[] =>
  startupNotices.flatMap((notice) => notice.type === "warning" ? [notice.message] : []);

Deno.test("requirements: without any, everything is allowed", async () => {
  await using machine = await Machine.create();
  const { requirements } = await machine.load();
  assert.equal(requirements.approvalPolicy.refuses("never"), null);
  assert.equal(requirements.sandboxMode.refuses("danger-full-access"), null);
  assert.deepEqual(
    [requirements.mcpServers, requirements.rules, requirements.residency],
    [null, null, null],
  );
});

Deno.test("requirements: a chosen value that is not allowed is replaced, with a word; a default silently", async () => {
  await using machine = await Machine.create();
  await machine.write(
    REQUIRED,
    'allowed_approval_policies = ["untrusted", "never"]\n' +
      'allowed_sandbox_modes = ["read-only"]\nallowed_web_search_modes = ["live"]\n',
  );
  const silent = await machine.load();
  assert.equal(silent.approvalPolicy, "untrusted");
  assert.equal(silent.sandboxPolicy.type, "read-only");
  assert.equal(silent.webSearchMode, "live");
  assert.deepEqual(warnings(silent), []);

  const chosen = await machine.load({
    c: ["approval_policy=on-request", "web_search=cached"],
    sandboxMode: "workspace-write",
  });
  assert.equal(chosen.approvalPolicy, "untrusted");
  assert.equal(chosen.sandboxPolicy.type, "read-only");
  assert.equal(chosen.webSearchMode, "live");
  const file = machine.path("etc/requirements.toml");
  const beginning = (setting: string, fallback: string) =>
    `Configured value for \`${setting}\` is disallowed by requirements; falling back to required ` +
    `value "${fallback}": \`${setting}\` may not be "`;
  assert.deepEqual(
    warnings(chosen).map((text) => text.slice(0, text.indexOf('may not be "') + 12)),
    [
      beginning("approval_policy", "untrusted"),
      beginning("sandbox_mode", "read-only"),
      beginning("web_search", "live"),
    ],
  );
  for (const text of warnings(chosen)) assert.ok(text.includes(`: ${file} allows only "`), text);

  const allowed = await machine.load({ c: ["approval_policy=never", "web_search=disabled"] });
  assert.equal(allowed.approvalPolicy, "never");
  assert.equal(allowed.webSearchMode, "disabled");
  assert.deepEqual(warnings(allowed), []);
});

const SEARCHES: readonly [string, WebSearchMode][] = [
  ['["cached", "live"]', "cached"],
  ['["live"]', "live"],
  ["[]", "disabled"],
  ['["disabled"]', "disabled"],
];

for (const [allowed, expected] of SEARCHES) {
  Deno.test(`requirements: web search, allowed ${allowed}, is ${expected} where nothing is chosen`, async () => {
    await using machine = await Machine.create();
    await machine.write(REQUIRED, `allowed_web_search_modes = ${allowed}`);
    assert.equal((await machine.load()).webSearchMode, expected);
  });
}

Deno.test("requirements: a profile and a flag are choices, too, and the same constraint guards later changes", async () => {
  await using machine = await Machine.create();
  await machine.write(REQUIRED, 'allowed_approval_policies = ["untrusted", "on-request"]');
  const config = await machine.load({
    c: ['profiles={p={approval_policy="never"}}'],
    profile: "p",
  });
  assert.equal(config.approvalPolicy, "untrusted");
  assert.equal(warnings(config).length, 1);
  assert.equal((await machine.load({ approvalPolicy: "never" })).approvalPolicy, "untrusted");
  const { approvalPolicy } = config.requirements;
  assert.match(approvalPolicy.refuses("never") ?? "", /may not be "never".*requirements\.toml/);
  assert.equal(approvalPolicy.refuses("on-request"), null);
});

Deno.test("requirements: cloud before preferences before the file before managed_config, field by field", async () => {
  await using machine = await Machine.create();
  await machine.write(MANAGED, 'approval_policy = "never"\nsandbox_mode = "workspace-write"\n');
  const legacy = await machine.load();
  assert.deepEqual(legacy.requirements.approvalPolicy.allowed?.value, ["never"]);
  assert.deepEqual(legacy.requirements.sandboxMode.allowed, {
    value: ["workspace-write", "read-only"],
    source: { type: "file", file: machine.path("etc/managed_config.toml") },
  });
  await machine.write(
    REQUIRED,
    'allowed_approval_policies = ["untrusted"]\nenforce_residency = "us"\n' +
      "[experimental_network]\nenabled = true\n",
  );
  machine.preferences["requirements_toml_base64"] = 'allowed_approval_policies = ["on-request"]';
  const preferred = await machine.load();
  assert.equal(preferred.approvalPolicy, "on-request");
  assert.equal(preferred.requirements.residency?.value, "us");
  assert.deepEqual({ ...preferred.requirements.experimentalNetwork?.value as object }, {
    enabled: true,
  });
  machine.cloud = 'allowed_approval_policies = ["on-failure"]\n[mcp_servers]\n';
  const cloud = await machine.load();
  assert.equal(cloud.approvalPolicy, "on-failure");
  assert.match(cloud.requirements.approvalPolicy.refuses("never") ?? "", /cloud requirements/);
  assert.deepEqual(cloud.requirements.sandboxMode.allowed?.value, ["workspace-write", "read-only"]);
});

Deno.test("requirements: cloud text that is no TOML counts as none, its mistakes do not", async () => {
  await using machine = await Machine.create();
  machine.cloud = "= nonsense";
  assert.equal((await machine.load()).requirements.approvalPolicy.allowed, null);
  machine.cloud = "allowed_approval_policies = []";
  assert.match((await machine.fails()).message, /cloud requirements.*cannot be empty/);
});

const MISTAKES: readonly [name: string, text: string, code: string, says: RegExp][] = [
  [
    "syntax",
    "a = ",
    "invalid_requirements",
    /^Error parsing requirements file .*requirements\.toml:1:\d+: invalid TOML/,
  ],
  [
    "no approval policy at all",
    "allowed_approval_policies = []",
    "invalid_requirements",
    /^Error parsing requirements file .*: field `allowed_approval_policies` cannot be empty$/,
  ],
  [
    "no read-only",
    'allowed_sandbox_modes = ["workspace-write"]',
    "invalid_requirements",
    /field `allowed_sandbox_modes` must contain `read-only`/,
  ],
  [
    "an unknown policy, with its place",
    'x = 1\nallowed_approval_policies = ["sometimes"]',
    "invalid_requirements",
    /requirements\.toml:2:30: .*must be one of/,
  ],
  [
    "a server without an identity",
    "[mcp_servers.a]\n",
    "invalid_requirements",
    /`identity` is missing/,
  ],
  [
    "a server with two identities",
    '[mcp_servers.a]\nidentity = { command = "x", url = "y" }\n',
    "invalid_requirements",
    /either `command` or `url`/,
  ],
];

for (const [name, text, code, says] of MISTAKES) {
  Deno.test(`requirements: ${name} stops the start`, async () => {
    await using machine = await Machine.create();
    await machine.write(REQUIRED, text);
    const error = await machine.fails();
    assert.equal(error.code, code);
    assert.match(error.message, says);
  });
}

Deno.test("requirements: keys that are not known are passed over", async () => {
  await using machine = await Machine.create();
  await machine.write(REQUIRED, 'allowed_colours = ["red"]\n[later]\nkey = 1\n');
  assert.deepEqual((await machine.load()).startupNotices, []);
});

Deno.test("requirements: a key that looks like a slip is told, since nothing is required by it", async () => {
  await using machine = await Machine.create();
  await machine.write(REQUIRED, 'allowed_sandbox_mode = ["read-only"]\n');
  const [said = "", ...others] = warnings(await machine.load());
  assert.deepEqual(others, []);
  assert.match(
    said,
    /requirements\.toml: unknown key `allowed_sandbox_mode`.*`allowed_sandbox_modes`/,
  );
});

Deno.test("requirements: MCP servers by name and exact identity; an empty table blocks all", async () => {
  await using machine = await Machine.create();
  await machine.write(
    REQUIRED,
    '[mcp_servers.docs]\nidentity = { command = "docs-mcp" }\n' +
      '[mcp_servers.web]\nidentity = { url = "https://example.com/mcp" }\n',
  );
  const { requirements } = await machine.load();
  const reason = `requirements (${machine.path("etc/requirements.toml")})`;
  const asked: [string, { command?: string; url?: string }, string | null][] = [
    ["docs", { command: "docs-mcp" }, null],
    ["docs", { command: "docs-mcp2" }, reason],
    ["docs", { url: "docs-mcp" }, reason],
    ["other", { command: "docs-mcp" }, reason],
    ["constructor", { command: "docs-mcp" }, reason],
    ["web", { url: "https://example.com/mcp" }, null],
    ["web", { url: "https://example.com/mcp/" }, reason],
  ];
  for (const [name, server, expected] of asked) {
    assert.equal(mcpRefusal(name, server, requirements), expected, name);
  }
  await machine.write(REQUIRED, "[mcp_servers]\n");
  assert.notEqual(
    mcpRefusal("docs", { command: "docs-mcp" }, (await machine.load()).requirements),
    null,
  );
});

Deno.test("managed preferences: a layer above all files; relative paths and bad base64 are mistakes", async () => {
  await using machine = await Machine.create();
  await machine.write(MANAGED, 'model = "file"\n');
  machine.preferences["config_toml_base64"] = 'model = "mdm"\nlog_dir = "~/logs"\n';
  const config = await machine.load({ c: ["model=flag"] });
  assert.equal(config.model, "mdm");
  assert.equal(config.logDir, machine.path("home/logs"));
  machine.preferences["config_toml_base64"] = 'log_dir = "logs"\n';
  assert.match((await machine.fails()).message, /"logs" is a relative path/);
});

Deno.test("requirements: hooks of administrators, alone if they say so, and the switch", async () => {
  await using machine = await Machine.create();
  const group = (command: string) =>
    `[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "${command}"\n`;
  await machine.write("home/.codex/config.toml", `features.hooks = false\n${group("users")}`);
  await machine.write("etc/config.toml", group("machine"));
  const commands = async (): Promise<[string, boolean][]> => {
    const { hooks, features } = await machine.load();
    assert.equal(features["hooks"], requiredSwitch);
    return hooks.sources.flatMap(({ inline, isManaged }) => {
      const found = /command": ?"(\w+)"/.exec(JSON.stringify(inline ?? null))?.[1];
      return found === undefined ? [] : [[found, isManaged] as [string, boolean]];
    });
  };
  let requiredSwitch = false;
  assert.deepEqual(await commands(), [["machine", true], ["users", false]]);
  requiredSwitch = true;
  const more = 'managed_dir = "/x"\n';
  const required = `[features]\nhooks = true\nother = "x"\n[hooks]\n${more}${group("required")}`;
  await machine.write(REQUIRED, required);
  assert.deepEqual(await commands(), [["required", true], ["machine", true], ["users", false]]);
  await machine.write(REQUIRED, `allow_managed_hooks_only = true\n${required}`);
  assert.deepEqual(await commands(), [["required", true], ["machine", true]]);
});
