import assert from "node:assert/strict";
import { join } from "node:path";
import { startScriptedModel, textReply } from "../src/scripted/mod.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

/** A configuration that stops `exec`, and what is said about it; `CODEX_HOME` is written as `~`. */
const FATAL: readonly {
  readonly name: string;
  readonly config?: string;
  readonly args?: readonly string[];
  readonly said: RegExp;
}[] = [
  {
    name: "a wrong value in the file",
    config: 'model_context_window = "nope"\n',
    said:
      /^Error loading config\.toml:\n~\/config\.toml:1:24: .*\n {2}\|\n1 \| .*\n {2}\| {24}\^{6}\n$/,
  },
  {
    name: "broken TOML",
    config: "[tui\n",
    said: /^Error loading config\.toml:\n~\/config\.toml:1:\d+: /,
  },
  {
    name: "a wrong value of -c",
    args: ["-c", "model=5"],
    said: /^Error loading config\.toml: -c model=5: .* in `model`\n$/,
  },
  {
    name: "-c without a value",
    args: ["-c", "noeq"],
    said: /^Error parsing -c overrides: Invalid override \(missing '='\): noeq\n$/,
  },
  {
    name: "-c without a key",
    args: ["-c", "=x"],
    said: /^Error parsing -c overrides: Empty key in override: =x\n$/,
  },
  {
    name: "an unknown profile",
    args: ["-p", "x"],
    said: /^Error: config profile `x` not found\n$/,
  },
  {
    name: "an unknown provider",
    config: 'model_provider = "x"\n',
    said: /^Error: Model provider `x` not found\. .*\n$/,
  },
  {
    name: "instructions that are not there",
    config: 'model_instructions_file = "x.md"\n',
    said: /^Error: .*~\/x\.md/,
  },
  {
    name: "unknown keys, strictly",
    config: "x = 1\n[tui]\ny = 1\n",
    args: ["--strict-config", "-c", "z=1"],
    said:
      /^Error loading config\.toml:\n~\/config\.toml:1:1: .*`x`[^]*~\/config\.toml:3:1: .*`tui\.y`[^]*-c z=1: /,
  },
];

for (const { name, config = "", args = [], said } of FATAL) {
  Deno.test(`exec is stopped by its configuration: ${name}`, async () => {
    await using stage = await openStage({ homeFiles: { "config.toml": config } });
    const run = await runCodex(stage, { args: ["exec", ...args, "hi"] });
    assert.deepEqual([run.code, run.stdout], [1, ""]);
    assert.match(run.stderr.replaceAll(stage.codexHome, "~"), said);
  });
}

Deno.test("exec is stopped by its configuration: a folder in the file's place", async () => {
  await using stage = await openStage();
  await Deno.mkdir(join(stage.codexHome, "config.toml"));
  const run = await runCodex(stage, { args: ["exec", "hi"] });
  assert.deepEqual([run.code, run.stdout], [1, ""]);
  assert.match(
    run.stderr,
    /^Error loading config\.toml: Failed to read config file .*config\.toml/,
  );
});

Deno.test("unknown keys do not stop a turn, and are told once", async () => {
  await using stage = await openStage({ homeFiles: { "config.toml": 'modle = "x"\n' } });
  await using model = await startScriptedModel([textReply("done"), textReply("done")]);
  const text = await runCodex(stage, { args: ["exec", "hi"], baseUrl: model.baseUrl });
  assert.equal(text.code, 0);
  assert.equal(text.stderr.split("did you mean `model`?").length, 2);
  const json = await runCodex(stage, { args: ["exec", "--json", "hi"], baseUrl: model.baseUrl });
  const items = json.stdout.trim().split("\n").map((line) => JSON.parse(line).item)
    .filter((item) => item?.type === "error");
  assert.equal(items.length, 1);
  assert.match(items[0].message, /config\.toml:1:1: unknown key `modle`: did you mean `model`\?/);
});

/** How each command begins what it says about a configuration that it cannot load. */
const COMMANDS: readonly { readonly args: readonly string[]; readonly said: RegExp }[] = [
  { args: ["login", "status"], said: /^Error loading configuration: ~\/config\.toml:1:9: / },
  { args: ["logout"], said: /^Error loading configuration: ~\/config\.toml:1:9: / },
  { args: ["features", "list"], said: /^Error: ~\/config\.toml:1:9: / },
  { args: ["sandbox", "linux", "--", "true"], said: /^Error: ~\/config\.toml:1:9: / },
  { args: ["debug", "config"], said: /^Error: ~\/config\.toml:1:9: / },
];

for (const { args, said } of COMMANDS) {
  const ignore = args[0] === "sandbox" && Deno.build.os !== "linux";
  const name = `a broken configuration stops codex ${args.slice(0, 2).join(" ")}`;
  Deno.test({
    name: ignore ? `${name} (ignored: Linux only)` : name,
    ignore,
    fn: async () => {
      await using stage = await openStage({ homeFiles: { "config.toml": "model = 5\n" } });
      const run = await runCodex(stage, { args });
      assert.deepEqual([run.code, run.stdout], [1, ""]);
      assert.match(run.stderr.replaceAll(stage.codexHome, "~"), said);
    },
  });
}
