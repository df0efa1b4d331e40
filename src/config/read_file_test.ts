import assert from "node:assert/strict";
import { loadDotEnv } from "./dotenv.ts";
import { configEdits } from "./mod.ts";
import { Machine } from "./machine_rig.ts";

const onWindows = Deno.build.os === "windows";
const note = "(not on Windows, which has no such files)";

async function makePipe(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success, "mkfifo failed");
}

/** What may stand in the place of a config file, so that reading it would wait or never end. */
const STRANGE: readonly { readonly name: string; make(path: string): Promise<void> }[] = [
  { name: "a pipe", make: makePipe },
  { name: "an endless device", make: (path) => Deno.symlink("/dev/zero", path) },
  {
    name: "a file of 100 GB",
    make: async (path) => {
      await Deno.writeFile(path, new Uint8Array());
      await Deno.truncate(path, 100_000_000_000);
    },
  },
];

for (const { name, make } of STRANGE) {
  Deno.test({
    name: `config.toml that is ${name} stops the start, and is not waited for ${note}`,
    ignore: onWindows,
    fn: async () => {
      await using machine = await Machine.create();
      const file = machine.path("home/.codex/config.toml");
      await make(file);
      const error = await machine.fails();
      assert.deepEqual([error.code, error.file], ["unreadable_file", file]);
      assert.match(error.message, /not a regular file|larger than 64 MiB/);
      const { setFeature } = await configEdits();
      await assert.rejects(
        setFeature({ codexHome: machine.path("home/.codex") }, "undo", true),
        { code: "unreadable_file" },
      );
    },
  });

  Deno.test({
    name: `a .env that is ${name} counts as none ${note}`,
    ignore: onWindows,
    fn: async () => {
      await using machine = await Machine.create();
      await make(machine.path("home/.codex/.env"));
      assert.deepEqual(await loadDotEnv(machine.path("home/.codex")), {});
    },
  });

  Deno.test({
    name:
      `an untrusted project's config.toml that is ${name} stops nobody, a trusted one's does ${note}`,
    ignore: onWindows,
    fn: async () => {
      await using machine = await Machine.create();
      await Deno.mkdir(machine.path("project/.codex"));
      const file = machine.path("project/.codex/config.toml");
      await make(file);
      const { layers = [] } = await machine.view();
      const [project] = layers.filter(({ name }) => name.type === "project");
      assert.match(project?.disabledReason ?? "", /until the project is trusted/);
      await machine.load();
      await machine.user(`[projects.${JSON.stringify(machine.path("project"))}]
trust_level = "trusted"
`);
      assert.deepEqual([(await machine.fails()).code, (await machine.fails()).file], [
        "unreadable_file",
        file,
      ]);
    },
  });
}

Deno.test("a folder in the place of an untrusted project's config.toml stops nobody", async () => {
  await using machine = await Machine.create();
  await Deno.mkdir(machine.path("project/.codex/config.toml"), { recursive: true });
  await machine.load();
});

Deno.test({
  name: `a file in the place of the folder of config.toml stops the start ${note}`,
  ignore: onWindows,
  fn: async () => {
    await using machine = await Machine.create();
    await Deno.remove(machine.path("home/.codex"));
    await machine.write("home/.codex", "not a folder");
    assert.equal((await machine.fails()).code, "unreadable_file");
  },
});

Deno.test({
  name: `a link that leads nowhere, or to the null device, is no file ${note}`,
  ignore: onWindows,
  fn: async () => {
    await using machine = await Machine.create();
    const file = machine.path("home/.codex/config.toml");
    for (const target of ["/dev/null", machine.path("nowhere")]) {
      await Deno.symlink(target, file);
      assert.equal((await machine.load()).model, null);
      await Deno.remove(file);
    }
  },
});

Deno.test("of very many unknown keys the first twenty are told by name, also strictly", async () => {
  await using machine = await Machine.create();
  const keys = Array.from({ length: 30_000 }, (_, index) => `zzz_${index} = 1\n`);
  await machine.user(keys.join(""));
  const [notice] = (await machine.load()).startupNotices;
  const { message } = await machine.fails({ strict: true });
  assert.ok(notice?.type === "warning");
  assert.match(notice.message, /toml:20:1: .*`zzz_19`\.\nand 29980 more$/);
  assert.match(message, /toml:20:1: .*`zzz_19`\.\n[^]*\nand 29980 more$/);
});
