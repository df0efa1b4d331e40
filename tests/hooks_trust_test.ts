import assert from "node:assert/strict";
import { join } from "node:path";
import { startScriptedModel } from "../src/scripted/mod.ts";
import { answer, exec, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { runCodex, spawnCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

/** The hooks of these tests are scripts of `sh`. */
const UNIX_ONLY = { ignore: Deno.build.os === "windows" };

function hooksJson(event: string, command: string): string {
  return JSON.stringify({ hooks: { [event]: [{ hooks: [{ type: "command", command }] }] } });
}

/** Leaves a line in CODEX_HOME, where it can be seen that a hook has run. */
const TRACE = 'echo ran >> "$CODEX_HOME/trace"';

function traces(stage: Stage): Promise<number> {
  return Deno.readTextFile(join(stage.codexHome, "trace"))
    .then((text) => text.trimEnd().split("\n").length, () => 0);
}

async function say(stage: Stage, cwd = stage.workspace, ...flags: string[]): Promise<string> {
  await using model = await startScriptedModel([finalAnswer()]);
  const args = exec("hi", ...flags);
  const run = await runCodex(stage, { args, baseUrl: model.baseUrl, cwd });
  assert.equal(run.code, 0, run.stderr);
  return run.stdout + run.stderr;
}

async function decide(stage: Stage, level: string, more = ""): Promise<void> {
  const table = `[projects.${JSON.stringify(stage.workspace)}]\ntrust_level = "${level}"\n`;
  await Deno.writeTextFile(join(stage.codexHome, "config.toml"), table + more);
}

Deno.test(
  "a project's hooks do not run, trusted or not, until they are reviewed as they are",
  UNIX_ONLY,
  async () => {
    await using stage = await openStage({
      files: {
        ".codex/hooks.json": hooksJson("Stop", TRACE),
        ".codex/config.toml":
          `[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = '${TRACE}'\n`,
      },
    });
    const file = join(stage.workspace, ".codex", "hooks.json");
    // Nobody has said anything about the project; then it is not trusted: not a word, and nothing runs.
    assert.ok(!(await say(stage)).includes("hooks.json"));
    await decide(stage, "untrusted");
    assert.ok(!(await say(stage)).includes("hooks.json"));
    await decide(stage, "trusted");
    const told = await say(stage);
    assert.equal(await traces(stage), 0);
    assert.ok(told.includes(`${file} has hooks that you have not reviewed, so they do not run.`));
    assert.ok(told.includes(`${stage.workspace}/.codex/config.toml has hooks that you have not`));

    // What the warning says to write is what lets them run.
    const state = [
      ...told.matchAll(/\[hooks\.state\.\\"[^\]]+\]\\ntrusted_hash = \\"sha256:[0-9a-f]{64}\\"/g),
    ]
      .map(([match]) => JSON.parse(`"${match}"`) as string);
    assert.equal(state.length, 2);
    await decide(stage, "trusted", `${state.join("\n")}\n`);
    assert.ok(!(await say(stage)).includes("not reviewed"));
    assert.equal(await traces(stage), 2);

    await Deno.writeTextFile(file, hooksJson("Stop", `${TRACE}; : changed`));
    assert.match(await say(stage), /not reviewed \(1 changed since\)/);
    assert.equal(await traces(stage), 3);

    // The review counts for nothing while the project is not trusted, nor in the project's own words.
    await decide(stage, "untrusted", `${state.join("\n")}\n`);
    await say(stage);
    assert.equal(await traces(stage), 3);
    await decide(stage, "trusted");
    const own = join(stage.workspace, ".codex", "config.toml");
    await Deno.writeTextFile(own, `${await Deno.readTextFile(own)}${state.join("\n")}\n`);
    assert.match(await say(stage), /config\.toml has hooks that you have not reviewed/);
    assert.equal(await traces(stage), 3);
  },
);

Deno.test("hooks below a project's root do not count, reviewed or not", UNIX_ONLY, async () => {
  await using stage = await openStage({
    files: { "sub/.codex/hooks.json": hooksJson("Stop", TRACE) },
  });
  await decide(stage, "trusted");
  const file = join(stage.workspace, "sub", ".codex", "hooks.json");
  const told = await say(stage, join(stage.workspace, "sub"));
  assert.ok(told.includes(`${file} has hooks, which do not run`), told);
  assert.equal(await traces(stage), 0);
});

Deno.test(
  "--dangerously-bypass-hook-trust spares the review, not the trust",
  UNIX_ONLY,
  async () => {
    await using stage = await openStage({
      files: { ".codex/hooks.json": hooksJson("Stop", TRACE) },
    });
    const flag = "--dangerously-bypass-hook-trust";
    await say(stage, stage.workspace, flag);
    assert.equal(await traces(stage), 0);
    await decide(stage, "trusted");
    const told = await say(stage, stage.workspace, flag);
    assert.equal(await traces(stage), 1);
    assert.match(told, /hooks\.json run without a review/);
  },
);

Deno.test("a user's hook can be switched off by its key", UNIX_ONLY, async () => {
  await using stage = await openStage({ homeFiles: { "hooks.json": hooksJson("Stop", TRACE) } });
  await say(stage);
  assert.equal(await traces(stage), 1);
  const key = JSON.stringify(join(stage.codexHome, "hooks.json") + ":stop:0:0");
  await decide(stage, "trusted", `[hooks.state.${key}]\nenabled = false\n`);
  await say(stage);
  assert.equal(await traces(stage), 1);
});

async function isRunning(pid: number): Promise<boolean> {
  // Signal 0 also reaches a zombie, so the state is asked for.
  const { success, stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
  }).output();
  return success && !new TextDecoder().decode(stdout).trim().startsWith("Z");
}

async function fileAppears(path: string): Promise<string> {
  using watcher = Deno.watchFs(join(path, ".."));
  const read = () => Deno.readTextFile(path).catch(() => "");
  let text = await read();
  if (!text.endsWith("\n")) {
    for await (const _ of watcher) {
      text = await read();
      if (text.endsWith("\n")) break;
    }
  }
  return text;
}

for (const event of ["UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"]) {
  Deno.test(`an interrupt ends a ${event} hook with all that it started`, UNIX_ONLY, async () => {
    const script = 'sleep 600 & echo "$$ $!" > "$CODEX_HOME/pids"; wait';
    await using stage = await openStage({ homeFiles: { "hooks.json": hooksJson(event, script) } });
    const script1 = answer(execCommand("c1", "true"));
    await using model = await startScriptedModel(
      event.endsWith("ToolUse") ? [script1, finalAnswer()] : [finalAnswer()],
    );
    const child = spawnCodex(stage, { args: exec("go"), baseUrl: model.baseUrl });
    const output = child.output();
    const pids = (await fileAppears(join(stage.codexHome, "pids"))).trim().split(" ").map(Number);
    assert.equal(pids.length, 2);
    assert.deepEqual(await Promise.all(pids.map(isRunning)), [true, true]);
    child.kill("SIGINT");
    const { code, stdout } = await output;
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assert.equal(code, 130, lines.join("\n"));
    assert.equal(lines.at(-1), '{"type":"turn.failed","error":{"message":"interrupted"}}');
    assert.deepEqual(await Promise.all(pids.map(isRunning)), [false, false]);
  });
}
