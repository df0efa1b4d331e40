import assert from "node:assert/strict";
import { closest } from "./closest.ts";
import { isLaterKey } from "./later_keys.ts";
import { Machine, type MachineRun } from "./machine_rig.ts";

async function warnings(machine: Machine, run: MachineRun = {}): Promise<string[]> {
  return (await machine.load(run)).startupNotices.map((notice) => {
    assert.equal(notice.type, "warning");
    return notice.type === "warning" ? notice.message.replaceAll(machine.root, "") : "";
  });
}

Deno.test("an unknown key is told once, with its place and what was probably meant", async () => {
  await using machine = await Machine.create();
  await machine.user('model = "m"\n\n  modle_provider = "x"\n');
  assert.deepEqual(await warnings(machine), [
    "/home/.codex/config.toml:3:3: unknown key `modle_provider`: did you mean `model_provider`? " +
    "It is ignored.",
  ]);
});

Deno.test("unknown keys of all layers that count are one warning: tables, profiles, lists, features, -c", async () => {
  await using machine = await Machine.create();
  await machine.write("etc/config.toml", "[tui]\nanimatons = true\n");
  await machine.user([
    "[profiles.p]",
    "sandbox_mod = 1",
    "[profiles.p.features]",
    "unified_exe = true",
    "[mcp_servers.s]",
    'command = "x"',
    'model = "m"',
    "[otel.exporter.otlp-http]",
    'endpoint = "e"',
    'protocol = "json"',
    "hedaers = {}",
    "[[skills.config]]",
    'path = "p"',
    "enabled = true",
    "enabeld = true",
  ].join("\n"));
  await machine.write("project/.codex/config.toml", "nobody_trusts_this = 1");
  const [warning, ...more] = await warnings(machine, { c: ["network_access=true", "a..b=1"] });
  assert.deepEqual(more, []);
  const user = "/home/.codex/config.toml";
  assert.deepEqual(warning?.split("\n").slice(1), [
    "/etc/config.toml:2:1: unknown key `tui.animatons`: did you mean `animations`?",
    `${user}:2:1: unknown key \`profiles.p.sandbox_mod\`: did you mean \`sandbox_mode\`?`,
    `${user}:4:1: unknown feature \`profiles.p.features.unified_exe\`: did you mean \`unified_exec\`?`,
    `${user}:7:1: unknown key \`mcp_servers.s.model\`: \`model\` belongs to the top, above the first [table].`,
    `${user}:11:1: unknown key \`otel.exporter.otlp-http.hedaers\`: did you mean \`headers\`?`,
    `${user}:15:1: unknown key \`skills.config.0.enabeld\`: did you mean \`enabled\`?`,
    "-c network_access=true: unknown key `network_access`: it belongs below [sandbox_workspace_write].",
    "-c a..b=1: unknown key `a`.",
  ]);
});

Deno.test("what only earlier versions knew is said to be that, wherever it stands", async () => {
  await using machine = await Machine.create();
  await machine.user([
    'preferred_auth_method = "apikey"',
    "[profiles.p.features]",
    "rmcp_client = true",
    "[tui]",
    "preferred_auth_method = 1",
  ].join("\n"));
  const [warning] = await warnings(machine);
  const earlier = "only earlier versions knew it, and it can be removed.";
  const file = "/home/.codex/config.toml";
  assert.deepEqual(warning?.split("\n").slice(1), [
    `${file}:1:1: unknown key \`preferred_auth_method\`: ${earlier}`,
    `${file}:3:1: unknown feature \`profiles.p.features.rmcp_client\`: ${earlier}`,
    `${file}:5:1: unknown key \`tui.preferred_auth_method\`.`,
  ]);
});

Deno.test("roles, apps, variables, headers and servers have names of their own, which nobody has to know", async () => {
  await using machine = await Machine.create();
  await machine.user([
    "[agents.reviewer]",
    'description = "d"',
    "[apps.calendar]",
    "enabled = true",
    "[shell_environment_policy.set]",
    'ANYTHING = "1"',
    "[model_providers.mine]",
    'name = "Mine"',
    'http_headers = { x-any = "1" }',
    "[notice.model_migrations]",
    'a = "b"',
    "[tools]",
    "web_search_request = false",
    '[projects."/x"]',
    'trust_level = "trusted"',
  ].join("\n"));
  const types = (await machine.load()).startupNotices.map(({ type }) => type);
  assert.deepEqual(types, ["deprecation_notice"], "of tools.web_search_request alone");
  await machine.load({ strict: true });
});

Deno.test("what only later versions know is passed over, also where it would be taken for something else", async () => {
  await using machine = await Machine.create();
  await machine.user([
    'service_tier = "fast"',
    "[features]",
    "fast_mode = true",
    "multi_agent_v2 = { enabled = true }",
    "[profiles.p.features]",
    "multi_agent_v2 = { enabled = true }",
    "[agents]",
    "max_depth = 3",
    "[tui]",
    'theme = "dark"',
    "[permissions.mine]",
    "anything = 1",
  ].join("\n"));
  assert.deepEqual(await warnings(machine, { strict: true, profile: "p" }), []);
  assert.equal(isLaterKey(["mcp_servers", "x", "oauth"]), true);
  assert.equal(isLaterKey(["tui", "oauth"]), false);
});

Deno.test("what only later versions know is told where people rely on it for their safety", async () => {
  await using machine = await Machine.create();
  const text = 'default_permissions = ":read-only"\nopenai_base_url = "x"\n';
  await machine.user(text);
  const [said = "", ...others] = await warnings(machine);
  assert.deepEqual(others, []);
  for (const key of ["default_permissions", "openai_base_url"]) {
    assert.match(said, new RegExp(`\`${key}\`: only later versions know it`));
  }
  assert.equal((await machine.fails({ strict: true })).code, "unknown_key");
});

Deno.test("strict: every unknown key of every layer, shown in its line, stops the start", async () => {
  await using machine = await Machine.create();
  await machine.write("etc/config.toml", 'rewiew_model = "x"\n');
  await machine.user("[features]\n\tuno = true\n");
  const error = await machine.fails({ strict: true, c: ["modle=x"] });
  assert.equal(error.code, "unknown_key");
  assert.equal(error.line, 1);
  assert.equal(
    error.message.replaceAll(machine.root, ""),
    [
      "/etc/config.toml:1:1: unknown key `rewiew_model`: did you mean `review_model`?",
      "  |",
      '1 | rewiew_model = "x"',
      "  | ^^^^^^^^^^^^",
      "/home/.codex/config.toml:2:2: unknown feature `features.uno`: did you mean `undo`?",
      "  |",
      "2 | \tuno = true",
      "  | \t^^^",
      "-c modle=x: unknown key `modle`: did you mean `model`?",
    ].join("\n"),
  );
  assert.equal(error.located, true);
});

Deno.test("strict: a configuration without slips loads", async () => {
  await using machine = await Machine.create();
  await machine.user('model = "m"\n');
  assert.equal((await machine.load({ strict: true, c: ["features.undo=true"] })).model, "m");
});

Deno.test("the nearest name, when it is near enough", () => {
  const names = ["model", "notify", "instructions", "profile"];
  assert.equal(closest("modle", names), "model");
  assert.equal(closest("Model", names), "model");
  assert.equal(closest("instrutcion", names), "instructions");
  assert.equal(closest("profiles", names), "profile");
  assert.equal(closest("colour", names), null);
  assert.equal(closest("x", names), null);
});
