import assert from "node:assert/strict";
import { join } from "node:path";
import type { JsonValue } from "../json_value.ts";
import { loadConfig } from "../load.ts";
import { loadLayers, type LoadLayersOptions } from "../load_layers.ts";
import { readConfigView } from "../config_view.ts";
import {
  type ConfigWriteResult,
  type WriteConfigOptions,
  writeConfigValues,
} from "./config_values.ts";
import { ConfigWriteError, type ConfigWriteErrorCode } from "./config_write_error.ts";
import { setTrust } from "./settings.ts";

interface Rig {
  readonly root: string;
  readonly file: string;
  readonly load: LoadLayersOptions;
  text(): Promise<string>;
  write(keyPath: string, value: JsonValue, options?: WriteOptions): Promise<ConfigWriteResult>;
}

type WriteOptions = Partial<WriteConfigOptions> & {
  readonly mergeStrategy?: "replace" | "upsert";
  readonly cliOverrides?: LoadLayersOptions["cliOverrides"];
};

function test(name: string, start: string, body: (rig: Rig) => Promise<void>): void {
  Deno.test(`config values: ${name}`, async () => {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "config-values-" }));
    try {
      const codexHome = join(root, "home");
      await Deno.mkdir(codexHome);
      const file = join(codexHome, "config.toml");
      await Deno.writeTextFile(file, start);
      const load: LoadLayersOptions = {
        codexHome,
        home: root,
        processCwd: root,
        env: {},
        cliOverrides: [],
        overrides: {},
        systemDir: join(root, "etc"),
      };
      await body({
        root,
        file,
        load,
        text: () => Deno.readTextFile(file),
        write: (keyPath, value, { mergeStrategy = "replace", cliOverrides, ...rest } = {}) =>
          writeConfigValues({
            load: cliOverrides === undefined ? load : { ...load, cliOverrides },
            edits: [{ keyPath, value, mergeStrategy }],
            filePath: null,
            expectedVersion: null,
            ...rest,
          }),
      });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  });
}

async function refused(work: Promise<unknown>, code: ConfigWriteErrorCode, says: RegExp) {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof ConfigWriteError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });
}

test(
  "a value is written where it belongs, with the version from then on",
  '# c\nmodel = "m" # d\n',
  async (rig) => {
    const result = await rig.write("model", "n");
    assert.equal(await rig.text(), '# c\nmodel = "n" # d\n');
    assert.deepEqual(
      { ...result, version: null },
      { status: "ok", version: null, filePath: rig.file, overriddenMetadata: null },
    );
    const view = await readConfigView(await loadLayers(rig.load), { includeLayers: true });
    const user = view.layers?.find(({ name }) => name.type === "user");
    assert.equal(result.version, user?.version);
    assert.match(result.version, /^sha256:[0-9a-f]{64}$/);
  },
);

test("tables are replaced or merged, null deletes", "[tui]\nanimations = true\n", async (rig) => {
  await rig.write("tui", { show_tooltips: false }, { mergeStrategy: "upsert" });
  assert.equal(await rig.text(), "[tui]\nanimations = true\nshow_tooltips = false\n");
  await rig.write("tui", { show_tooltips: true });
  assert.equal(await rig.text(), "[tui]\nshow_tooltips = true\n");
  await rig.write("tui.show_tooltips", null);
  assert.equal(await rig.text(), "[tui]\n");
});

test("many at once: all of them, or none", 'model = "m"\n', async (rig) => {
  const { load } = rig;
  const edits = [
    { keyPath: "model", value: "n", mergeStrategy: "replace" as const },
    { keyPath: "approval_policy", value: "sometimes", mergeStrategy: "replace" as const },
  ];
  const all = { load, edits, filePath: null, expectedVersion: null };
  await refused(writeConfigValues(all), "configValidationError", /approval_policy/);
  assert.equal(await rig.text(), 'model = "m"\n');
  const good = [edits[0]!, { ...edits[1]!, value: "never" }];
  await writeConfigValues({ ...all, edits: good });
  assert.equal(await rig.text(), 'model = "n"\napproval_policy = "never"\n');
});

test("each refusal has its code, and the file stays", 'model = "m"\n', async (rig) => {
  const { version } = await rig.write("model", "m");
  await Deno.writeTextFile(rig.file, 'model = "by hand"\n');
  const stale = rig.write("model", "n", { expectedVersion: version });
  await refused(stale, "configVersionConflict", /read it again/);
  const elsewhere = rig.write("model", "n", { filePath: join(rig.root, "etc", "config.toml") });
  await refused(elsewhere, "configLayerReadonly", /own configuration/);
  await refused(rig.write("model", 5), "configValidationError", /model/);
  await refused(rig.write("", "x"), "configValidationError", /keyPath/);
  await refused(rig.write("tui.a.b", null), "configPathNotFound", /tui\.a\.b/);
  assert.equal(await rig.text(), 'model = "by hand"\n');
  const same = await rig.write("model", "n", { filePath: rig.file });
  assert.equal(same.status, "ok");
});

test("the version that was read is the one to write", 'model = "m"\n', async (rig) => {
  const view = await readConfigView(await loadLayers(rig.load), { includeLayers: true });
  const { version } = view.layers!.find(({ name }) => name.type === "user")!;
  const result = await rig.write("model", "n", { expectedVersion: version });
  assert.notEqual(result.version, version);
  assert.equal(await rig.text(), 'model = "n"\n');
});

test("a higher layer that hides the value is named", 'model = "m"\n', async (rig) => {
  const result = await rig.write("model", "n", { cliOverrides: ["model=flag"] });
  assert.equal(result.status, "okOverridden");
  assert.equal(await rig.text(), 'model = "n"\n');
  const { overriddenMetadata } = result;
  assert.equal(overriddenMetadata?.effectiveValue, "flag");
  assert.equal(overriddenMetadata?.overridingLayer.name.type, "sessionFlags");
  assert.match(overriddenMetadata?.message ?? "", /command line/);
});

test("a file that is no TOML is the person's to mend", "b = = 1\n", async (rig) => {
  await assert.rejects(rig.write("model", "n"), { code: "invalid_toml" });
  assert.equal(await rig.text(), "b = = 1\n");
});

test("trust that was just given is in force at the next load", "", async (rig) => {
  const project = join(rig.root, "project");
  await Deno.mkdir(join(project, ".codex"), { recursive: true });
  await Deno.mkdir(join(project, ".git"));
  await Deno.writeTextFile(join(project, ".codex", "config.toml"), 'model = "of the project"\n');
  const load = { ...rig.load, processCwd: project };
  assert.notEqual((await loadConfig(load)).model, "of the project");
  await setTrust({ codexHome: rig.load.codexHome }, project, "trusted");
  assert.equal(await rig.text(), `[projects."${project}"]\ntrust_level = "trusted"\n`);
  assert.equal((await loadConfig(load)).model, "of the project");
});
