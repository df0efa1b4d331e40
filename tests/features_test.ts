import assert from "node:assert/strict";
import { join } from "node:path";
import { programUnderTest } from "./support/program.ts";
import { type CodexRun, runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";
import { works } from "./support/works.ts";

const isRoot = Deno.build.os !== "windows" && Deno.uid() === 0;

function features(stage: Stage, ...args: string[]): Promise<CodexRun> {
  return runCodex(stage, { args: ["features", ...args] });
}

const configOf = (stage: Stage) => join(stage.codexHome, "config.toml");
const textOf = (stage: Stage) => Deno.readTextFile(configOf(stage));

async function stateOf(stage: Stage, name: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCodex(stage, { args: [...flags, "features", "list"] });
  assert.equal(code, 0, stderr);
  const line = stdout.split("\n").find((line) => line.split(/\s+/)[0] === name);
  assert.ok(line !== undefined, stdout);
  return line.trim().split(/\s+/).at(-1) ?? "";
}

Deno.test("features list: every feature in the order of the registry, in columns", async () => {
  await using stage = await openStage({
    homeFiles: { "config.toml": "[features]\nundo = true\n" },
  });
  const { code, stdout, stderr } = await features(stage, "list");
  assert.deepEqual([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, 3).map((line) => line.split(/\s+/)[0]), [
    "undo",
    "shell_tool",
    "unified_exec",
  ]);
  const columns = (line: string) => {
    const match =
      /^(\S+ +)((?:stable|experimental|deprecated|removed|under development) +)(true|false)$/
        .exec(line);
    assert.ok(match !== null, line);
    return [match[1]?.length, match[2]?.length];
  };
  for (const line of lines) assert.deepEqual(columns(line), columns(lines[0]!));
  assert.match(stdout, /^undo +stable +true$/m);
});

Deno.test("features list: files, profile, -c and flags count, the nearest wins", async () => {
  const text = "[features]\napps = true\n\n[profiles.p.features]\napps = false\n";
  await using stage = await openStage({ homeFiles: { "config.toml": text } });
  assert.equal(await stateOf(stage, "apps"), "true");
  assert.equal(await stateOf(stage, "apps", "-p", "p"), "false");
  assert.equal(await stateOf(stage, "apps", "-c", "features.apps=false"), "false");
  assert.equal(await stateOf(stage, "apps", "--disable", "apps"), "false");
  assert.equal(await stateOf(stage, "multi_agent", "--enable", "collab"), "true");
});

Deno.test("features list: what nobody knows is told beside the list", async () => {
  const text = "modell = 1\n[features]\nundoo = true\n";
  await using stage = await openStage({ homeFiles: { "config.toml": text } });
  const { code, stdout, stderr } = await features(stage, "list", "-c", "zzz=1");
  assert.equal(code, 0);
  assert.match(stdout, /^undo /m);
  assert.match(stderr, /^warning: Some settings are not known and are ignored:\n/);
  assert.match(stderr, /config\.toml:1:1: unknown key `modell`: did you mean `model`\?\n/);
  assert.match(
    stderr,
    /config\.toml:3:1: unknown feature `features\.undoo`: did you mean `undo`\?\n/,
  );
  assert.match(stderr, /^-c zzz=1: unknown key `zzz`\.$/m);
});

Deno.test("features list: an override that is none is told once", async () => {
  await using stage = await openStage();
  const { code, stdout, stderr } = await features(stage, "list", "-c", "noeq");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.equal(stderr, "Error parsing -c overrides: Invalid override (missing '='): noeq\n");
});

Deno.test("features enable makes the file, disable changes it, and both say so", async () => {
  await using stage = await openStage();
  const on = await features(stage, "enable", "undo");
  assert.deepEqual([on.code, on.stderr], [0, ""]);
  assert.equal(on.stdout, "Enabled feature `undo` in config.toml.\n");
  assert.equal(await textOf(stage), "[features]\nundo = true\n");
  if (Deno.build.os !== "windows") {
    assert.equal(((await Deno.stat(configOf(stage))).mode ?? 0) & 0o777, 0o600);
  }
  const off = await features(stage, "disable", "undo");
  assert.equal(off.stdout, "Disabled feature `undo` in config.toml.\n");
  assert.equal(await textOf(stage), "[features]\nundo = false\n");
});

Deno.test("features enable: an older name is written as it was typed and warned about where it is unfinished", async () => {
  await using stage = await openStage();
  const old = await features(stage, "enable", "collab");
  assert.equal(old.code, 0, old.stderr);
  assert.equal(await textOf(stage), "[features]\ncollab = true\n");
  assert.equal(await stateOf(stage, "multi_agent"), "true");
  const unfinished = await features(stage, "enable", "sqlite");
  assert.match(unfinished.stderr, /sqlite is still under development.*suppress_unstable_features/);
});

Deno.test("features enable: a name that nobody knows changes nothing", async () => {
  await using stage = await openStage({ homeFiles: { "config.toml": "# mine\n" } });
  const run = await features(stage, "enable", "unified_exe");
  assert.equal(run.code, 1);
  assert.equal(run.stdout, "");
  assert.match(run.stderr, /Unknown feature flag: unified_exe/);
  assert.match(run.stderr, /unified_exec/);
  assert.equal(await textOf(stage), "# mine\n");
});

Deno.test("features enable: a broken file is told with its place and stays; a wrong value elsewhere does not matter", async () => {
  await using stage = await openStage({ homeFiles: { "config.toml": "a = 1\nb = = 2\n" } });
  const broken = await features(stage, "enable", "undo");
  assert.equal(broken.code, 1);
  assert.equal(broken.stdout, "");
  assert.match(broken.stderr, /config\.toml:2:5: /);
  assert.equal(await textOf(stage), "a = 1\nb = = 2\n");
  await Deno.writeTextFile(configOf(stage), 'approval_policy = "sometimes"\n');
  const wrong = await features(stage, "enable", "undo");
  assert.equal(wrong.code, 0, wrong.stderr);
  assert.equal(await textOf(stage), 'approval_policy = "sometimes"\n\n[features]\nundo = true\n');
});

Deno.test("features enable: whoever overrides it is named, so that nobody wonders", async () => {
  const text = 'profile = "p"\n\n[profiles.p.features]\nundo = false\n';
  await using stage = await openStage({ homeFiles: { "config.toml": text } });
  const run = await features(stage, "enable", "undo");
  assert.equal(run.code, 0);
  assert.match(run.stderr, /undo is still off here, because the profile "p" decides it/);
  assert.equal(await stateOf(stage, "undo"), "false");
});

Deno.test("features enable: a folder that is missing is an error, and is not made", async () => {
  await using stage = await openStage();
  const run = await runCodex(stage, {
    args: ["features", "enable", "undo"],
    env: { CODEX_HOME: join(stage.root, "nowhere") },
  });
  assert.equal(run.code, 1);
  assert.equal(run.stdout, "");
  assert.match(run.stderr, /CODEX_HOME/);
  await assert.rejects(Deno.stat(join(stage.root, "nowhere")), Deno.errors.NotFound);
});

const mayMount = isRoot && await works(["unshare", "-m", "true"]);
const mountReason = mayMount ? "" : " (ignored: needs to mount)";

/** Runs the command with something mounted over `CODEX_HOME`; what the file says then comes last on stderr. */
async function withMount(stage: Stage, mount: string, args: readonly string[]): Promise<CodexRun> {
  const { argv, env } = programUnderTest();
  const script = `home=$1; shift; ${mount}; "$@"; code=$?; cat "$home/config.toml" >&2; exit $code`;
  const program = {
    argv: ["unshare", "-m", "/bin/sh", "-c", script, "sh", stage.codexHome, ...argv],
    env,
  };
  return await runCodex(stage, { args, program });
}

const MOUNTS: Readonly<Record<string, string>> = {
  "a read-only folder": 'mount --bind "$home" "$home"; mount -o remount,bind,ro "$home"',
  // One page for the file, and one for what fills it up.
  "a full disk": 'mount -t tmpfs -o size=8k none "$home"; echo "# mine" > "$home/config.toml"; ' +
    'cat /dev/zero > "$home/ballast" 2>/dev/null',
};

for (const [name, mount] of Object.entries(MOUNTS)) {
  Deno.test({
    name: `features enable: ${name} is told, and no success is${mountReason}`,
    ignore: !mayMount,
    fn: async () => {
      await using stage = await openStage({ homeFiles: { "config.toml": "# mine\n" } });
      const run = await withMount(stage, mount, ["features", "enable", "undo"]);
      assert.equal(run.code, 1);
      assert.equal(run.stdout, "");
      assert.match(run.stderr, /Failed to write config file .*config\.toml/);
      assert.doesNotMatch(run.stderr, /\n {4}at /);
      assert.ok(run.stderr.endsWith("\n# mine\n"), run.stderr);
    },
  });
}
