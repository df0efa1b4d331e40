import assert from "node:assert/strict";
import { join } from "node:path";
import { ConfigError, type HookSettings, type HookSource } from "../config/mod.ts";
import { loadHooks } from "./load_hooks.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "codex-hooks-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function source(folder: string, more: Partial<HookSource> = {}): HookSource {
  return {
    isManaged: false,
    isProject: false,
    isNested: false,
    file: join(folder, "config.toml"),
    inline: undefined,
    jsonFile: join(folder, "hooks.json"),
    text: null,
    placeOf: () => null,
    ...more,
  };
}

function settings(sources: readonly HookSource[], more: Partial<HookSettings> = {}): HookSettings {
  return {
    sources,
    state: {},
    userFile: "/home/config.toml",
    strict: false,
    reviewed: false,
    ...more,
  };
}

const groups = (...commands: string[]) => [{
  hooks: commands.map((command) => ({ type: "command", command })),
}];

Deno.test("load: layers in order, no file is no hooks", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "hooks.json");
    const missing = source(join(folder, "missing"));
    assert.deepEqual(await loadHooks(settings([missing])), { hooks: [], warnings: [] });
    await Deno.writeTextFile(file, JSON.stringify({ hooks: { Stop: groups("one", "two") } }));
    const session = source(folder, {
      file: null,
      jsonFile: null,
      inline: { Stop: groups("three") },
    });
    const { hooks, warnings } = await loadHooks(settings([missing, source(folder), session]));
    assert.deepEqual(
      hooks.map(({ command, file }) => [command, file]),
      [["one", file], ["two", file], ["three", "-c hooks"]],
    );
    assert.deepEqual(warnings, []);
  });
});

Deno.test("load: each flaw has its place; at most twenty are told", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "hooks.json");
    await Deno.writeTextFile(
      file,
      '{\n  "hooks": {\n    "Stop": [\n      { "hooks": [{ "type": "command", "command": 7 }] }\n    ],\n' +
        '    "Nope": []\n  }\n}\n',
    );
    const { hooks, warnings } = await loadHooks(settings([source(folder)]));
    assert.deepEqual(hooks, []);
    assert.match(warnings[0] ?? "", /hooks\.json:4:51: the hook needs a "command", a text\.$/);
    assert.match(warnings[1] ?? "", /hooks\.json:6:13: there is no event Nope; there are Session/);
    const many = Array.from({ length: 50 }, () => 7);
    await Deno.writeTextFile(file, JSON.stringify({ hooks: { Stop: many } }));
    const told = (await loadHooks(settings([source(folder)]))).warnings;
    assert.deepEqual([told.length, told.at(-1)], [21, "And 30 more about hooks."]);
  });
});

for (
  const [name, text, place] of [
    ["no object", "[]", "1:1"],
    ["nothing about hooks", '{"description": "x"}', "1:1"],
    ["no list", '{"hooks": 7}', "1:11"],
    ["not finished", '{"hooks": {', "1:11"],
    ["empty", "", "1:1"],
  ] as const
) {
  Deno.test(`load: a file that is ${name} is a warning, or an error where that is wanted`, async () => {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "hooks.json"), text);
      const inline = { Stop: groups("still runs") };
      const { hooks, warnings } = await loadHooks(settings([source(folder, { inline })]));
      assert.deepEqual([hooks.length, warnings.length], [1, 1]);
      assert.ok(warnings[0]?.startsWith(`${folder}/hooks.json:${place}: `), warnings[0]);
      await assert.rejects(
        loadHooks(settings([source(folder)], { strict: true })),
        (error) =>
          error instanceof ConfigError && error.file === join(folder, "hooks.json") &&
          `${error.line}:${error.column}` === place && error.code === "invalid_value",
      );
    });
  });
}

Deno.test("load: a folder in the file's place, and text that is none, are warnings", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "hooks.json"));
    const all = settings([source(folder)]);
    assert.match((await loadHooks(all)).warnings.join(), /hooks\.json.*Its hooks do not run\.$/s);
    await assert.rejects(loadHooks({ ...all, strict: true }), ConfigError);
    await Deno.remove(join(folder, "hooks.json"));
    await Deno.writeFile(join(folder, "hooks.json"), new Uint8Array([0x7b, 0xff]));
    assert.match((await loadHooks(all)).warnings.join(), /hooks\.json: not valid UTF-8/);
  });
});

Deno.test("load: an administrator's hook cannot be switched off, and their folders are no events", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "requirements.toml");
    const inline = { Stop: groups("theirs"), managed_dir: "/x", windows_managed_dir: "x" };
    const state = { [`${file}:stop:0:0`]: { enabled: false } };
    const load = (isManaged: boolean) =>
      loadHooks(settings([source(folder, { file, inline, isManaged })], { state }));
    assert.deepEqual([(await load(true)).hooks.length, (await load(false)).hooks.length], [1, 0]);
    assert.deepEqual((await load(true)).warnings, []);
  });
});
