import assert from "node:assert/strict";
import { join } from "node:path";
import project from "../deno.json" with { type: "json" };
import { startScriptedModel } from "../src/scripted/mod.ts";
import { answer, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { programUnderTest } from "./support/program.ts";
import { environmentOf, runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

/** Answers that need no configuration, and so must not need one that is sound. */
const ANSWERS: readonly (readonly string[])[] = [
  ["--version"],
  ["-V"],
  ["exec", "--version"],
  ["--help"],
  ["-h"],
  ["help"],
  ["help", "exec", "resume"],
  ["exec", "resume", "--help"],
  ["features", "--help"],
  ["doctor", "-h"],
  ["completion"],
  ["completion", "zsh"],
  ["debug", "models"],
];

/** Names, sizes and times of everything below a folder, itself included. */
async function snapshot(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const info = await Deno.lstat(path);
    found.push(`${path} ${info.size} ${info.mtime?.getTime()} ${info.mode}`);
    if (!info.isDirectory) return;
    for await (const { name } of Deno.readDir(path)) await visit(join(path, name));
  };
  await visit(folder);
  return found.sort();
}

async function answers(stage: Stage, env: Record<string, string | null>): Promise<void> {
  const before = await snapshot(stage.root);
  // What would be left in the folder for temporary files would be seen, too.
  const temporary = { TMPDIR: stage.home, TEMP: stage.home, TMP: stage.home };
  for (const args of ANSWERS) {
    const { code, stdout, stderr } = await runCodex(stage, { args, env: { ...temporary, ...env } });
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    assert.ok(stdout.length > 5);
    if (args[0] === "--version") assert.equal(stdout, `codex-cli ${project.version}\n`);
  }
  assert.deepEqual(await snapshot(stage.root), before);
}

Deno.test("version, help and completion work with a broken configuration, and touch no file", async () => {
  await using stage = await openStage({
    homeFiles: { "config.toml": "broken = = 1\n", ".env": "nonsense\n", "auth.json": "{" },
    files: { ".codex/config.toml": "] no toml\n" },
  });
  await answers(stage, {});
});

Deno.test("version, help and completion need no CODEX_HOME and no HOME", async () => {
  await using stage = await openStage();
  await answers(stage, { CODEX_HOME: join(stage.root, "none") });
  await answers(stage, { CODEX_HOME: null, HOME: join(stage.root, "no-home") });
  await answers(stage, { CODEX_HOME: null, HOME: null });
  if (Deno.build.os === "linux") await answers(stage, { CODEX_HOME: "/proc" });
});

Deno.test("a CODEX_HOME that is none ends every command that reads the configuration", async () => {
  await using stage = await openStage({ files: { file: "" } });
  const file = join(stage.workspace, "file");
  const commands = [
    ["exec", "hi"],
    ["login", "status"],
    ["logout"],
    ["features", "list"],
    ["features", "enable", "undo"],
    ["debug", "config"],
    ...(Deno.build.os === "linux" ? [["sandbox", "linux", "true"]] : []),
  ];
  for (
    const [home, reason] of [[join(stage.root, "none"), "does not exist"], [
      file,
      "is not a directory",
    ]]
  ) {
    for (const args of commands) {
      const { code, stdout, stderr } = await runCodex(stage, { args, env: { CODEX_HOME: home! } });
      assert.deepEqual([code, stdout], [1, ""], args.join(" "));
      assert.ok(
        stderr.includes(`CODEX_HOME points to "${home}", but that path ${reason}`),
        `${args.join(" ")}: ${stderr}`,
      );
    }
  }
});

Deno.test({
  name: ".env: its values win, CODEX_ names are left alone; commands find apply_patch first",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using stage = await openStage({
      homeFiles: {
        ".env": [
          "export TOLD='by the file'",
          "BOTH=file # comment",
          "a bad line",
          "codex_lower=never",
          "CODEX_UPPER=never",
          "LAST=last",
        ].join("\n"),
      },
    });
    const script = 'printf "%s\\n" "$TOLD" "$BOTH" "($codex_lower$CODEX_UPPER)" "$LAST" > seen; ' +
      "command -v apply_patch >> seen; command -v applypatch >> seen; " +
      "ls -A $(dirname $(command -v apply_patch)) >> seen";
    await using model = await startScriptedModel([
      // Not as a login shell, whose start-up files may set the path anew.
      answer(execCommand("c1", script, { login: false })),
      finalAnswer(),
    ]);
    // A folder of a process that is gone, and one that is not ours.
    const old = join(stage.codexHome, "tmp", "arg0", "codex-arg0oldOne");
    const foreign = join(stage.codexHome, "tmp", "arg0", "codex-arg0noLock");
    for (const folder of [old, foreign]) await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(old, ".lock"), "");
    const { code, stderr } = await runCodex(stage, {
      args: ["exec", "-s", "danger-full-access", "go"],
      env: { BOTH: "environment" },
      baseUrl: model.baseUrl,
    });
    assert.equal(code, 0, stderr);
    const seen = (await Deno.readTextFile(join(stage.workspace, "seen"))).trim().split("\n");
    assert.deepEqual(seen.slice(0, 4), ["by the file", "file", "()", "last"]);
    const folder = /^(\S+\/tmp\/arg0\/codex-arg0\w{6})\/apply_patch$/.exec(seen[4] ?? "")?.[1];
    assert.ok(folder?.startsWith(stage.codexHome), seen[4]);
    assert.equal(seen[5], `${folder}/applypatch`);
    const sandbox = Deno.build.os === "linux" ? ["codex-linux-sandbox"] : [];
    assert.deepEqual(seen.slice(6), [".lock", "apply_patch", "applypatch", ...sandbox]);
    // Its own folder and the leftover are gone, the foreign one stays.
    const left = [];
    for await (const { name } of Deno.readDir(join(stage.codexHome, "tmp", "arg0"))) {
      left.push(name);
    }
    // Older runtimes cannot try a lock, and leave it to a later program; an executable may be built on one.
    const cannotTry = Deno.env.has("CODEX_BIN") || !("tryLock" in Deno.FsFile.prototype);
    assert.deepEqual(left.filter((name) => !cannotTry || !name.endsWith("oldOne")), [
      "codex-arg0noLock",
    ]);
  },
});

Deno.test({
  name: "sandbox: no command is a mistake of the command line",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using stage = await openStage();
    for (const args of [["sandbox", "linux"], ["sandbox", "linux", "--"], ["debug", "landlock"]]) {
      const { code, stdout, stderr } = await runCodex(stage, { args });
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, /^error: /);
    }
  },
});

Deno.test({
  name: "an answer that the disk has no room for is an error (needs /dev/full)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using stage = await openStage();
    for (const args of [["--version"], ["features", "list"]]) {
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", 'exec "$@" > /dev/full', "sh", ...programUnderTest().argv, ...args],
        cwd: stage.workspace,
        clearEnv: true,
        env: environmentOf(stage, { args }),
      }).output();
      const told = new TextDecoder().decode(stderr);
      assert.equal(code, 1, told);
      assert.match(told, /^Error: cannot write to stdout: No space left on device[^\n]*\n$/);
    }
  },
});
