import assert from "node:assert/strict";
import { join } from "node:path";
import { runCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

Deno.test("debug models: the list as JSON, in the spelling of the vendor", async () => {
  await using stage = await openStage({ git: false });
  const { code, stdout, stderr } = await runCodex(stage, { args: ["debug", "models"] });
  assert.deepEqual([code, stderr], [0, ""]);
  const { models } = JSON.parse(stdout);
  const codex = models.find(({ slug }: { slug: string }) => slug === "gpt-5.2-codex");
  assert.equal(codex.shell_type, "shell_command");
  assert.equal(codex.supported_reasoning_levels[0].effort, "low");
  assert.ok(models.some(({ visibility }: { visibility: string }) => visibility !== "list"));
});

Deno.test("debug config: what counts, where it comes from, and the layers if asked", async () => {
  await using stage = await openStage({
    homeFiles: { "config.toml": 'model = "from-file"\n[features]\nundo = true\n' },
  });
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCodex(stage, { args });
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    return JSON.parse(stdout);
  };
  const view = await run("-c", "model=outer", "debug", "--disable", "undo", "config");
  assert.equal(view.config.model, "outer");
  assert.equal(view.config.features.undo, false);
  assert.deepEqual(view.origins["features.undo"].name, { type: "sessionFlags" });
  assert.equal(view.layers, undefined);

  const plain = await run("debug", "config", "--layers");
  assert.equal(plain.config.model, "from-file");
  const file = join(stage.codexHome, "config.toml");
  assert.deepEqual(plain.origins["model"].name, { type: "user", file });
  const user = plain.layers.find((layer: { name: { type: string } }) => layer.name.type === "user");
  assert.deepEqual(user.config, { model: "from-file", features: { undo: true } });
});

Deno.test("debug config: --strict-config refuses what does not count", async () => {
  await using stage = await openStage();
  const strict = await runCodex(stage, {
    args: ["--strict-config", "-c", "nope=1", "debug", "config"],
  });
  assert.deepEqual([strict.code, strict.stdout], [1, ""]);
  assert.match(strict.stderr, /^Error: -c nope=1: unknown key `nope`\.\n/);
  const { code } = await runCodex(stage, { args: ["-c", "nope=1", "debug", "config"] });
  assert.equal(code, 0);
});

Deno.test("debug config: what does not count by its place is named", async () => {
  await using stage = await openStage({
    files: { "sub/.codex/config.toml": 'model = "m"\nnotify = ["n"]\n' },
    homeFiles: {},
  });
  await Deno.writeTextFile(
    join(stage.codexHome, "config.toml"),
    `[projects.${JSON.stringify(stage.workspace)}]\ntrust_level = "trusted"\n`,
  );
  const run = await runCodex(stage, { args: ["-C", "sub", "debug", "config", "--layers"] });
  const { config, layers } = JSON.parse(run.stdout);
  assert.deepEqual([config.model, config.notify], ["m", undefined]);
  assert.deepEqual(layers[0].config, { model: "m", notify: ["n"] });
  assert.deepEqual(layers[0].ignoredKeys, ["notify"]);
  assert.equal(layers[1].ignoredKeys, undefined);
});

Deno.test("debug config: the folder of -C, and mistakes", async () => {
  await using stage = await openStage({
    files: { "inner/.codex/config.toml": 'model = "inner"\n' },
  });
  await Deno.writeTextFile(
    join(stage.codexHome, "config.toml"),
    `[projects.${JSON.stringify(stage.workspace)}]\ntrust_level = "trusted"\n`,
  );
  const inner = await runCodex(stage, { args: ["-C", "inner", "debug", "config"] });
  assert.equal(JSON.parse(inner.stdout).config.model, "inner");
  const outer = await runCodex(stage, { args: ["debug", "config"] });
  assert.equal(JSON.parse(outer.stdout).config.model, null);
  await Deno.writeTextFile(join(stage.codexHome, "config.toml"), "model = 5\n");
  const broken = await runCodex(stage, { args: ["debug", "config"] });
  assert.deepEqual([broken.code, broken.stdout], [1, ""]);
  assert.match(broken.stderr, /config\.toml:1:9/);
});
