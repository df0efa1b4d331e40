import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfigView } from "./config_view.ts";
import { canonicalJson, tableVersion } from "./json_value.ts";
import { loadLayers } from "./load_layers.ts";
import { Machine } from "./machine_rig.ts";
import { parseToml } from "./toml.ts";

/** Hash of `{}`. */
const EMPTY = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

async function withFiles(
  files: Readonly<Record<string, string>>,
  overrides: readonly string[],
  look: (view: Awaited<ReturnType<typeof readConfigView>>, root: string) => void,
): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const name of ["etc", "home", "project/.git", "project/.codex"]) {
      await Deno.mkdir(join(root, name), { recursive: true });
    }
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(root, name), text.replaceAll("ROOT", root));
    }
    const layers = await loadLayers({
      codexHome: join(root, "home"),
      processCwd: join(root, "project"),
      env: {},
      home: root,
      cliOverrides: overrides,
      overrides: {},
      systemDir: join(root, "etc"),
    });
    look(await readConfigView(layers, { includeLayers: true }), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("the version of a layer is the hash of its one spelling in JSON", async () => {
  const table = await parseToml(
    [
      "z = 1.0",
      "a = [1e30, 1e15, 1e16, 0.00001, 1e-7, -0.0, inf, 3.14]",
      "i = -9223372036854775808",
      "at = 1979-05-27T07:32:00.500Z",
      "on = 1979-05-27",
      '"😀" = 1',
      '"\\uFF5E" = "é\\u0001\\u007f/"',
    ].join("\n"),
    "/f",
  );
  assert.equal(
    canonicalJson(table),
    '{"a":[1e+30,1000000000000000.0,1e+16,0.00001,1e-7,-0.0,null,3.14],' +
      '"at":{"$__toml_private_datetime":"1979-05-27T07:32:00.5Z"},"i":-9223372036854775808,' +
      '"on":{"$__toml_private_datetime":"1979-05-27"},"z":1.0,' +
      '"\uFF5E":"é\\u0001\u007f/","😀":1}',
  );
  assert.equal(await tableVersion(await parseToml("", "/f")), EMPTY);
});

Deno.test("config/read: every layer with its name and version, the highest first", async () => {
  await withFiles(
    {
      "etc/config.toml": 'model = "system"\n',
      "etc/managed_config.toml": 'review_model = "managed"\n',
      "home/config.toml": '[projects."ROOT/project"]\ntrust_level = "trusted"\n',
    },
    ["model_verbosity=low"],
    ({ layers = [] }, root) => {
      assert.deepEqual(layers.map(({ name }) => name), [
        { type: "legacyManagedConfigTomlFromFile", file: `${root}/etc/managed_config.toml` },
        { type: "sessionFlags" },
        { type: "project", dotCodexFolder: `${root}/project/.codex` },
        { type: "user", file: `${root}/home/config.toml` },
        { type: "system", file: `${root}/etc/config.toml` },
      ]);
      assert.equal(layers[2]?.version, EMPTY);
      assert.deepEqual(layers[4]?.config, { __proto__: null, model: "system" });
    },
  );
});

Deno.test("config/read: flags and managed files are no layer when there are none; a closed project says why", async () => {
  await withFiles(
    { "project/.codex/config.toml": 'model = "p"' },
    [],
    ({ layers = [], config }) => {
      assert.deepEqual(layers.map(({ name }) => name.type), ["project", "user", "system"]);
      assert.match(layers[0]?.disabledReason ?? "", /trust_level = "trusted"/);
      assert.equal(config["model"], null);
    },
  );
});

Deno.test("config/read: the origin of each single value, elements of arrays by their index", async () => {
  await withFiles(
    {
      "etc/config.toml": '[shell_environment_policy.set]\nA = "1"\nB = "1"\n',
      "home/config.toml": 'notify = ["x", "y"]\n[shell_environment_policy.set]\nB = "2"\n',
    },
    ["unknown.deep=[{a=1}]"],
    ({ origins }) => {
      const types = Object.fromEntries(
        Object.entries(origins).map(([path, { name }]) => [path, name.type]),
      );
      assert.deepEqual(types, {
        "shell_environment_policy.set.A": "system",
        "shell_environment_policy.set.B": "user",
        "notify.0": "user",
        "notify.1": "user",
        "unknown.deep.0.a": "sessionFlags",
      });
    },
  );
});

Deno.test("config/read: well-known keys are all there, the others as they were written", async () => {
  await withFiles(
    {
      "home/config.toml": [
        "review_model = 12:00:00",
        "huge = 9007199254740993",
        "model_context_window = 9007199254740995",
        "[tools]",
        "web_search_request = true",
        "[sandbox_workspace_write]",
        'writable_roots = ["~/x", "y"]',
        "unknown = 1",
        "[profiles.p]",
        'sandbox_mode = "read-only"',
        "unknown = 2",
        "[analytics]",
        "[apps.a]",
        "unknown = 3",
      ].join("\n"),
    },
    [],
    ({ config }, root) => {
      const plain = JSON.parse(JSON.stringify(config));
      assert.deepEqual(Object.keys(plain).slice(0, 3), [
        "model",
        "review_model",
        "model_context_window",
      ]);
      assert.equal(plain.model, null);
      assert.equal(plain.review_model, "12:00:00");
      assert.match(JSON.stringify(config), /"huge":9007199254740993\b/);
      assert.match(JSON.stringify(config), /"model_context_window":9007199254740995\b/);
      assert.deepEqual(plain.tools, { web_search: true, view_image: null });
      assert.deepEqual(plain.sandbox_workspace_write, {
        writable_roots: [`${root}/x`, `${root}/home/y`],
        network_access: false,
        exclude_tmpdir_env_var: false,
        exclude_slash_tmp: false,
      });
      assert.equal(plain.profiles.p.model, null);
      assert.equal(plain.profiles.p.sandbox_mode, "read-only");
      assert.equal(plain.profiles.p.unknown, 2);
      assert.deepEqual(plain.analytics, { enabled: null });
      assert.deepEqual(plain.apps, { a: { enabled: true, disabled_reason: null } });
    },
  );
});

Deno.test("config/read for no folder in particular: no project has a say", async () => {
  await using machine = await Machine.create();
  await machine.user(
    `model = "mine"\n[projects.${
      JSON.stringify(machine.path("project"))
    }]\ntrust_level = "trusted"\n`,
  );
  await machine.write("project/.codex/config.toml", 'model = "theirs"\n');
  assert.equal((await machine.view()).config["model"], "theirs");
  const elsewhere = await machine.view({ withoutProject: true });
  assert.equal(elsewhere.config["model"], "mine");
  assert.deepEqual(elsewhere.layers?.map(({ name }) => name.type), ["user", "system"]);
});

Deno.test("config/read of a configuration that does not fit is an error with its place", async () => {
  await using machine = await Machine.create();
  await machine.user("model = 5\n");
  await assert.rejects(machine.view(), { code: "invalid_value", line: 1 });
});

Deno.test("origins tell an empty key from none", async () => {
  await withFiles(
    { "home/config.toml": '"" = { model = 1 }\nmodel = "m"\n' },
    [],
    ({ origins }) => {
      assert.deepEqual(Object.keys(origins).sort(), [".model", "model"]);
    },
  );
});
