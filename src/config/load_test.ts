import assert from "node:assert/strict";
import { Machine } from "./machine_rig.ts";

Deno.test("nothing configured: the defaults", async () => {
  await using machine = await Machine.create();
  const config = await machine.load();
  assert.equal(config.provider.id, "openai");
  assert.equal(config.model, null);
  assert.equal(config.approvalPolicy, "on-request");
  assert.deepEqual(config.sandboxPolicy, { type: "read-only", access: { type: "full-access" } });
  assert.equal(config.webSearchMode, "cached");
  assert.equal(config.personality, "pragmatic");
  assert.equal(config.reasoningSummary, "auto");
  assert.equal(config.environmentPolicy.ignoreDefaultExcludes, true);
  assert.equal(config.logDir, machine.path("home/.codex/log"));
  assert.deepEqual(config.projectRootMarkers, [".git"]);
  assert.deepEqual(config.startupNotices, []);
});

Deno.test("layers: system, user, project from outside in, -c, managed; tables merge, arrays do not", async () => {
  await using machine = await Machine.create();
  const key = (name: string) => `tool_output_token_limit = ${name}\n`;
  const tables = (name: string, list: string) =>
    `notify = ["${list}"]\n[shell_environment_policy.set]\n${name} = "1"\n`;
  await Deno.mkdir(machine.path("project/.git"));
  await machine.write("etc/config.toml", key("1") + tables("SYSTEM", "system"));
  const steps: [string, string][] = [
    ["home/.codex/config.toml", tables("USER", "user")],
    ["project/.codex/config.toml", tables("OUTER", "outer")],
    ["project/inner/.codex/config.toml", tables("INNER", "inner")],
  ];
  const trust = ["project", "project/inner"]
    .map((name) => `[projects.${JSON.stringify(machine.path(name))}]\ntrust_level = "trusted"\n`)
    .join("");
  const load = (c: string[] = []) => machine.load({ cwd: "project/inner", c });
  await machine.write("project/inner/file", "");
  assert.equal((await load()).toolOutputTokenLimit, 1);
  for (const [index, [file, text]] of steps.entries()) {
    const own = key(String(index + 2)) + text;
    await machine.write(file, index === 0 ? own + trust : own);
    assert.equal((await load()).toolOutputTokenLimit, index + 2, file);
  }
  const merged = await load();
  assert.deepEqual(Object.keys(merged.environmentPolicy.set), ["SYSTEM", "USER", "OUTER", "INNER"]);
  assert.deepEqual(merged.notify, ["inner"]);
  const c = ["tool_output_token_limit=8"];
  assert.equal((await load(c)).toolOutputTokenLimit, 8);
  await machine.write("etc/managed_config.toml", key("9"));
  assert.equal((await load(c)).toolOutputTokenLimit, 9);
});

Deno.test("a project is ignored until it is trusted, even when its file is broken", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("project/.git"));
  await machine.write("project/.codex/config.toml", "model = [broken");
  assert.equal((await machine.load()).model, null);
  const trust = (level: string) =>
    machine.user(`projects.${JSON.stringify(machine.path("project"))}.trust_level = "${level}"`);
  await trust("untrusted");
  assert.equal((await machine.load()).model, null);
  await trust("trusted");
  const error = await machine.fails();
  assert.equal(error.code, "invalid_toml");
  assert.equal(error.file, machine.path("project/.codex/config.toml"));
  await machine.write("project/.codex/config.toml", 'model = "p"');
  assert.equal((await machine.load()).model, "p");
});

Deno.test("a project cannot trust itself", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("project/.git"));
  const project = machine.path("project");
  await machine.write(
    "project/.codex/config.toml",
    `model = "evil"\n[projects.${JSON.stringify(project)}]\ntrust_level = "trusted"\n`,
  );
  const config = await machine.load();
  assert.equal(config.model, null);
  assert.equal(config.sandboxPolicy.type, "read-only");
});

Deno.test("the trust of a folder beats that of its root, and keys are compared as they stand", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("project/.git"));
  await machine.write("project/sub/.codex/config.toml", 'model = "sub"');
  const load = () => machine.load({ cwd: "project/sub" });
  const entry = (path: string, level: string) =>
    `[projects.${JSON.stringify(path)}]\ntrust_level = "${level}"\n`;
  const [root, sub] = [machine.path("project"), machine.path("project/sub")];
  await machine.user(entry(root, "trusted"));
  assert.equal((await load()).model, "sub");
  await machine.user(entry(root, "trusted") + entry(sub, "untrusted"));
  assert.equal((await load()).model, null);
  await machine.user(entry(`${root}/`, "trusted"));
  assert.equal((await load()).model, null);
});

Deno.test("root markers: none found or none wanted means the working directory alone", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("project/.hg"));
  await machine.write("project/.codex/config.toml", 'model = "outer"');
  await machine.write("project/sub/.codex/config.toml", 'review_model = "x"');
  const trust = ["project", "project/sub"]
    .map((name) => `[projects.${JSON.stringify(machine.path(name))}]\ntrust_level = "trusted"\n`)
    .join("");
  const load = async (markers: string) => {
    await machine.user(`${markers}\n${trust}`);
    return (await machine.load({ cwd: "project/sub" })).model;
  };
  assert.equal(await load(""), null);
  assert.equal(await load("project_root_markers = []"), null);
  assert.equal(await load('project_root_markers = [".hg"]'), "outer");
});

Deno.test("CODEX_HOME is never a project layer", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("home/.git"));
  const home = JSON.stringify(machine.path("home"));
  await machine.user(
    `model = "user"\nlog_dir = "logs"\n[projects.${home}]\ntrust_level = "trusted"\n`,
  );
  const config = await machine.load({ cwd: "home", c: ['model="flag"'] });
  assert.equal(config.model, "flag");
});

Deno.test("defaults follow the trust of the working directory", async () => {
  await using machine = await Machine.create();
  for (
    const [level, approval, sandbox] of [
      ["trusted", "on-request", "workspace-write"],
      ["untrusted", "untrusted", "workspace-write"],
    ] as const
  ) {
    const key = JSON.stringify(machine.path("project"));
    await machine.user(`[projects.${key}]\ntrust_level = "${level}"\n`);
    const config = await machine.load();
    assert.equal(config.approvalPolicy, approval);
    assert.equal(config.sandboxPolicy.type, sandbox);
  }
});

Deno.test("a managed file decides about the defaults of a folder, not about the project's own file", async () => {
  await using machine = await Machine.create();
  const project = `[projects.${JSON.stringify(machine.path("project"))}]\n`;
  await machine.write("project/.codex/config.toml", 'model = "project"\n');
  await machine.write("etc/managed_config.toml", `${project}trust_level = "untrusted"\n`);
  assert.equal((await machine.load()).approvalPolicy, "untrusted");
  await machine.user(`${project}trust_level = "trusted"\n`);
  const both = await machine.load();
  assert.deepEqual([both.approvalPolicy, both.model], ["untrusted", "project"]);
});

Deno.test("order of values: flag, -c, profile, file", async () => {
  await using machine = await Machine.create();
  await machine.user('model = "file"\n[profiles.p]\nmodel = "profile"\n');
  const model = async (...args: Parameters<Machine["load"]>) => (await machine.load(...args)).model;
  assert.equal(await model(), "file");
  assert.equal(await model({ c: ["model=c"] }), "c");
  assert.equal(await model({ c: ["model=c"], profile: "p" }), "c");
  assert.equal(await model({ c: ["profile=p"] }), "profile");
  assert.equal(await model({ c: ["profiles.p.model=c"], profile: "p" }), "c");
  assert.equal(await model({ c: ["model=a", "profiles.p.model=b"], profile: "p" }), "b");
  assert.equal(await model({ c: ["model=c"], profile: "p", model: "flag" }), "flag");
});

Deno.test("what the command line says about a feature counts more than any spelling in a file or profile", async () => {
  await using machine = await Machine.create();
  await machine.user([
    "[features]",
    "multi_agent = true",
    "[profiles.p]",
    "experimental_use_unified_exec_tool = true",
    "tools_web_search = true",
    "[profiles.p.features]",
    "multi_agent = true",
    "undo = true",
  ].join("\n"));
  const on = async (feature: string, ...c: string[]) => {
    return (await machine.load({ profile: "p", c })).features[feature];
  };
  assert.equal(await on("undo"), true);
  assert.equal(await on("undo", "features.undo=false"), false);
  assert.equal(await on("undo", "features.shell_tool=false"), true);
  assert.equal(await on("multi_agent", "features.collab=false"), false);
  assert.equal(await on("unified_exec", "features.unified_exec=false"), false);
  assert.equal(await on("unified_exec", "experimental_use_unified_exec_tool=false"), false);
  assert.equal(await on("web_search_request", "tools.web_search=false"), false);
  assert.equal(await on("undo", "features.undo=false", "profiles.p.features.undo=true"), true);
  assert.deepEqual((await machine.load({ profile: "p", c: ["model=c"] })).model, "c");
});

Deno.test("a managed file beats the command line also about features", async () => {
  await using machine = await Machine.create();
  await machine.write("etc/managed_config.toml", "[features]\nmulti_agent = false\n");
  const { features } = await machine.load({ c: ["features.multi_agent=true"] });
  assert.equal(features["multi_agent"], false);
  assert.equal(
    (await machine.load({ c: ["features.collab=true"] })).features["multi_agent"],
    false,
  );
});

Deno.test("paths count from the file that names them, those of -c from the working directory", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("project/.git"));
  await machine.user(
    `log_dir = "~/logs"\n[projects.${JSON.stringify(machine.path("project"))}]\n` +
      'trust_level = "trusted"\n',
  );
  await machine.write(
    "project/.codex/config.toml",
    'sandbox_workspace_write.writable_roots = ["../out", "/abs", "~"]\n',
  );
  const config = await machine.load({
    addDirs: ["more", machine.path("project/out")],
  });
  assert.equal(config.logDir, machine.path("home/logs"));
  assert.ok(config.sandboxPolicy.type === "workspace-write");
  assert.deepEqual(config.sandboxPolicy.writableRoots, [
    machine.path("project/out"),
    "/abs",
    machine.path("home"),
    machine.path("project/more"),
  ]);
  assert.equal((await machine.load({ c: ["log_dir=l"] })).logDir, machine.path("project/l"));
  const elsewhere = await machine.load({ c: ["log_dir=l"], cwd: "home" });
  assert.equal(elsewhere.logDir, machine.path("home/l"));
});

Deno.test("a value of a wrong type names file, line, column and key", async () => {
  await using machine = await Machine.create();
  await machine.user('# comment\nmodel_context_window = "nope"\n');
  const error = await machine.fails();
  const file = machine.path("home/.codex/config.toml");
  assert.deepEqual(
    [error.code, error.file, error.line, error.column, error.key, error.located],
    ["invalid_value", file, 2, 24, "model_context_window", true],
  );
  const [first, ...rest] = error.message.split("\n");
  assert.ok(first?.startsWith(`${file}:2:24: `));
  assert.deepEqual(rest, [
    "  |",
    '2 | model_context_window = "nope"',
    "  |                        ^^^^^^",
  ]);
});

Deno.test("the layer whose value won is the one that is blamed", async () => {
  await using machine = await Machine.create();
  await machine.write("etc/config.toml", "model = 1\n");
  await machine.user("\nmodel = 2\n");
  assert.deepEqual((await machine.fails()).line, 2);
  await machine.user('model = "good"\n');
  assert.equal((await machine.load()).model, "good");
  await machine.user("");
  assert.equal((await machine.fails()).file, machine.path("etc/config.toml"));
  const error = await machine.fails({ c: ["model=5"] });
  assert.deepEqual([error.code, error.file, error.key], ["invalid_value", null, "model"]);
  assert.match(error.message, /-c/);
});

Deno.test("what has to fail the load, and where", async () => {
  await using machine = await Machine.create();
  const cases: [text: string, code: string, line: number | null, column: number | null][] = [
    ["x = 1\n[history]\nmax_bytes = 3\n", "missing_value", 2, 1],
    ['[features]\nundo = true\nx = "true"\n', "invalid_value", 3, 5],
    ['[model_providers.a]\nname = "a"\nwire_api = "smoke"\n', "invalid_value", 3, 12],
    ['[model_providers.a]\nbase_url = "u"\n', "missing_value", 1, 1],
    ['[mcp_servers.m]\ncommand = "c"\nurl = "u"\n', "invalid_value", 3, 7],
    ["[mcp_servers.m]\nenabled = true\n", "missing_value", 1, 1],
    ['[mcp_servers.m]\nurl = "u"\nbearer_token = "t"\n', "invalid_value", 3, 16],
    ["[agents]\nmax_threads = 0\n", "invalid_value", 2, 15],
    ['project_root_markers = "x"\n', "invalid_value", 1, 24],
    ['approval_policy = "always"\n', "invalid_value", 1, 19],
    ['[projects."/x"]\ntrust_level = "maybe"\n', "invalid_value", 2, 15],
    ["a = 1\na = 2\n", "invalid_toml", 2, 1],
    ['é = "😀', "invalid_toml", 1, null],
    ['model_provider = "nope"\n', "unknown_provider", null, null],
    ['model_provider = "ollama-chat"\n', "unknown_provider", null, null],
    ['profile = "nope"\n', "unknown_profile", null, null],
    ['model_instructions_file = "missing.md"\n', "unreadable_file", null, null],
  ];
  for (const [text, code, line, column] of cases) {
    await machine.user(text);
    const error = await machine.fails();
    assert.equal(error.code, code, text);
    assert.equal(error.line, line, text);
    if (column !== null) assert.equal(error.column, column, text);
  }
});

Deno.test("unknown keys, unknown features and a byte order mark are let pass", async () => {
  await using machine = await Machine.create();
  await machine.user(
    '\ufeffmodel = "m"\nunknown = { a = [1] }\n[features]\nnope = true\n[default_permissions]\n',
  );
  assert.equal((await machine.load()).model, "m");
});

Deno.test("a config file that is a folder or not UTF-8 fails the load", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("home/.codex/config.toml"));
  assert.equal((await machine.fails()).code, "unreadable_file");
  await Deno.remove(machine.path("home/.codex/config.toml"));
  await Deno.writeFile(machine.path("home/.codex/config.toml"), new Uint8Array([0x61, 0xff]));
  assert.equal((await machine.fails()).code, "invalid_toml");
});

Deno.test("prompts from files: trimmed, and an empty one is an error", async () => {
  await using machine = await Machine.create();
  await machine.user(
    'model_instructions_file = "base.md"\nexperimental_compact_prompt_file = "compact.md"\n',
  );
  await machine.write("home/.codex/base.md", "\n be good \n");
  await machine.write("home/.codex/compact.md", "shorter\n");
  const config = await machine.load();
  assert.equal(config.baseInstructions, "be good");
  assert.equal(config.compactPrompt, "shorter");
  assert.equal((await machine.load({ c: ["compact_prompt=text"] })).compactPrompt, "text");
  assert.equal((await machine.load({ c: ["compact_prompt=' '"] })).compactPrompt, "shorter");
  await machine.write("home/.codex/base.md", " \n");
  assert.equal((await machine.fails()).code, "empty_file");
});

Deno.test("web search: the key beats the older switches", async () => {
  await using machine = await Machine.create();
  const mode = async (...c: string[]) => (await machine.load({ c })).webSearchMode;
  assert.equal(await mode("features.web_search_request=true"), "live");
  assert.equal(await mode("tools.web_search=true"), "live");
  assert.equal(
    await mode("features.web_search_request=true", "features.web_search_cached=true"),
    "cached",
  );
  assert.equal(await mode("features.web_search_request=true", "web_search=disabled"), "disabled");
});

Deno.test("notices: on-failure, the old instructions file", async () => {
  await using machine = await Machine.create();
  const types = async (...c: string[]) =>
    (await machine.load({ c })).startupNotices.map(({ type }) => type);
  assert.deepEqual(await types('approval_policy="on-failure"'), ["warning"]);
  assert.deepEqual(await types("experimental_instructions_file=x"), ["deprecation_notice"]);
});

Deno.test("--oss: provider, its model, raw reasoning", async () => {
  await using machine = await Machine.create();
  assert.equal((await machine.fails({ oss: { localProvider: null } })).code, "no_local_provider");
  const config = await machine.load({ oss: { localProvider: "lmstudio" } });
  assert.equal(config.provider.id, "lmstudio");
  assert.equal(config.model, "openai/gpt-oss-20b");
  assert.equal(config.showRawAgentReasoning, true);
  await machine.user('oss_provider = "ollama"\nmodel = "m"\nshow_raw_agent_reasoning = false\n');
  const fromFile = await machine.load({ oss: { localProvider: null } });
  assert.equal(fromFile.provider.id, "ollama");
  assert.equal(fromFile.model, "gpt-oss:20b");
  assert.equal(fromFile.showRawAgentReasoning, false);
  assert.equal((await machine.load({ oss: { localProvider: null }, model: "x" })).model, "x");
});

Deno.test("restrictions of the login are read; a blank workspace is none", async () => {
  await using machine = await Machine.create();
  const open = await machine.load();
  assert.deepEqual([open.forcedLoginMethod, open.forcedChatgptWorkspaceId], [null, null]);
  await machine.user('forced_login_method = "api"\nforced_chatgpt_workspace_id = " org-1 "\n');
  const bound = await machine.load();
  assert.deepEqual([bound.forcedLoginMethod, bound.forcedChatgptWorkspaceId], ["api", "org-1"]);
  const blank = await machine.load({ c: ["forced_chatgpt_workspace_id=  "] });
  assert.equal(blank.forcedChatgptWorkspaceId, null);
});
