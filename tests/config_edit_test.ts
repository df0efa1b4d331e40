import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { denoCache } from "./support/program.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

const EDITOR = fileURLToPath(new URL("./support/config_editor.ts", import.meta.url));

function startEditor(
  stage: Stage,
  args: readonly string[],
  codexHome = stage.codexHome,
): Deno.ChildProcess {
  const [what = "", ...rest] = args;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "-A", EDITOR, what, codexHome, ...rest],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: stage.home, DENO_DIR: denoCache() },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const BY_HAND = `# chosen by hand
model = "m"   # for now

[tui] # looks
animations = false

[projects]
"/inline" = { trust_level = "untrusted" } # mine
`;

interface Written {
  readonly features: Record<string, boolean>;
  readonly projects: Record<string, { trust_level: string }>;
  readonly mcp_servers: Record<string, { command: string; env: { ROUND: string } }>;
  readonly notice: { readonly model_migrations: Record<string, string> };
}

/** What this test and its editors have written themselves, read with a parser that is not the program's. */
function read(text: string): Written {
  // A parser cannot know the shape; the assertions find out where it is another.
  return parse(text) as unknown as Written;
}

/** One for each process that uses the command. */
const FEATURES = ["undo", "shell_tool", "apps", "multi_agent", "personality", "sqlite"] as const;

Deno.test("many processes edit config.toml at once, and nobody's work is lost", async () => {
  await using stage = await openStage({ homeFiles: { "config.toml": BY_HAND } });
  const editors = ["a", "b", "c", "d"];
  const rounds = 6;
  const runs = editors.map((name) => startEditor(stage, ["many", name, `${rounds}`]).output());
  const commands = FEATURES.map((name, index) =>
    runCodex(stage, { args: ["features", index % 2 === 0 ? "enable" : "disable", name] })
  );
  for (const { code, stderr } of await Promise.all(runs)) {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }
  for (const { code, stderr } of await Promise.all(commands)) assert.equal(code, 0, stderr);

  const text = await Deno.readTextFile(join(stage.codexHome, "config.toml"));
  const written = read(text);
  assert.deepEqual(
    { ...written.features },
    Object.fromEntries(FEATURES.map((name, index) => [name, index % 2 === 0])),
  );
  for (const name of editors) {
    for (let round = 0; round < rounds; round++) {
      assert.equal(written.projects[`/w/${name}/${round}`]?.trust_level, "trusted");
      assert.equal(written.notice.model_migrations[`${name}.${round}`], "new");
    }
    assert.equal(written.mcp_servers[`${name}-${rounds - 1}`]?.env.ROUND, `${rounds - 1}`);
  }
  assert.equal(Object.keys(written.mcp_servers).length, editors.length);
  assert.equal(Object.keys(written.projects).length, 1 + editors.length * rounds);
  for (const line of BY_HAND.split("\n").filter((line) => !line.includes("inline"))) {
    assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  }
  assert.match(text, /# mine/);
  const names = [...Deno.readDirSync(stage.codexHome)].map(({ name }) => name);
  assert.deepEqual(names.filter((name) => name.includes(".tmp")), []);
});

Deno.test({
  name: "several homes may link to one config.toml, and nobody's work is lost (not on Windows, " +
    "where links need a privilege)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using stage = await openStage();
    const file = join(stage.root, "dotfiles", "codex.toml");
    await Deno.mkdir(join(stage.root, "dotfiles"));
    await Deno.writeTextFile(file, "# in git\n");
    const rounds = 20;
    const editors = ["a", "b", "c"];
    const runs = editors.map(async (name) => {
      const home = join(stage.root, name);
      await Deno.mkdir(home);
      await Deno.symlink(file, join(home, "config.toml"));
      return await startEditor(stage, ["many", name, `${rounds}`], home).output();
    });
    for (const { code, stderr } of await Promise.all(runs)) {
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
    const written = read(await Deno.readTextFile(file));
    assert.equal(Object.keys(written.projects).length, editors.length * rounds);
    assert.equal(Object.keys(written.notice.model_migrations).length, editors.length * rounds);
  },
});

const KILLS = 64;

Deno.test("kill -9 at any moment of an edit leaves the old file or the new one", async () => {
  await using stage = await openStage();
  const file = join(stage.codexHome, "config.toml");
  // Long enough for a write to have a middle.
  const rest = Array.from({ length: 400 }, (_, index) => `# ${index}\n[projects."/w/${index}"]\n`);
  const states = [false, true].map((isOn) =>
    `[features]\napps = ${isOn} # mine\n\n${rest.join("\n")}`
  );
  await Deno.writeTextFile(file, states[0]!);
  const seen = new Set<string>();
  let leftOvers = 0;
  const round = async (delayMs: number): Promise<void> => {
    const editor = startEditor(stage, ["toggle"]);
    const reader = editor.stdout.getReader();
    const { done } = await reader.read();
    assert.ok(!done, "the editor ended");
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    editor.kill("SIGKILL");
    await reader.cancel();
    await editor.stderr.cancel();
    await editor.status;
    const text = await Deno.readTextFile(file);
    assert.ok(states.includes(text), `neither the one nor the other: ${text.slice(0, 80)}`);
    seen.add(text);
    const temps = [...Deno.readDirSync(stage.codexHome)]
      .filter(({ name }) => name !== "config.toml" && name !== ".config.toml.lock");
    assert.ok(temps.length <= 1, temps.map(({ name }) => name).join());
    leftOvers += temps.length;
  };
  // Where the machine is busy an edit begins later, and it takes more tries to meet one.
  const isMet = () => seen.size === 2 && leftOvers > 0;
  for (let kill = 0; kill < KILLS || (!isMet() && kill < KILLS * 20); kill += 1) {
    await round(10 + (kill * 1.7) % Math.max(20, kill));
  }
  assert.equal(seen.size, 2, "the editors never came to an edit");
  assert.ok(leftOvers > 0, "no editor was killed within an edit");

  // The lock of the dead is free, and what they left is gone.
  const isOn = (await Deno.readTextFile(file)) === states[1];
  const run = await runCodex(stage, { args: ["features", isOn ? "disable" : "enable", "apps"] });
  assert.equal(run.code, 0, run.stderr);
  assert.equal(await Deno.readTextFile(file), states[isOn ? 0 : 1]);
  const names = [...Deno.readDirSync(stage.codexHome)].map(({ name }) => name).sort();
  assert.deepEqual(names.filter((name) => name !== "tmp"), [".config.toml.lock", "config.toml"]);
});
