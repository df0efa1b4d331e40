import assert from "node:assert/strict";
import { join } from "node:path";
import { httpError, startScriptedModel } from "../src/scripted/mod.ts";
import { exec, finalAnswer } from "./scenarios/answers.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

const UNIX_ONLY = Deno.build.os === "windows";

/** Adds its arguments to `log`, a line each, then tells that it did by making `told`. */
const PROGRAM = `#!/bin/sh
cd "$(dirname "$0")"
printf '%s\\n' "$#" "$@" >> log
mv log told
`;

async function openNotifyStage(): Promise<Stage> {
  const stage = await openStage();
  const program = join(stage.root, "notify.sh");
  await Deno.writeTextFile(program, PROGRAM, { mode: 0o755 });
  await Deno.writeTextFile(
    join(stage.codexHome, "config.toml"),
    `notify = [${JSON.stringify(program)}, "a b"]\n`,
  );
  return stage;
}

/** The arguments that the program was started with. It goes on when the run has ended. */
async function told(stage: Stage): Promise<string[]> {
  const path = join(stage.root, "told");
  using watcher = Deno.watchFs(stage.root);
  const late = AbortSignal.timeout(30_000);
  late.addEventListener("abort", () => watcher.close());
  const read = () => Deno.readTextFile(path).catch(() => null);
  let text = await read();
  if (text === null) {
    for await (const _ of watcher) {
      text = await read();
      if (text !== null) break;
    }
  }
  assert(text !== null, "the program was not started");
  await Deno.remove(path);
  return text.trimEnd().split("\n");
}

Deno.test({
  name: "notify: one start for each finished turn, with everything that was said so far",
  ignore: UNIX_ONLY,
  fn: async () => {
    await using stage = await openNotifyStage();
    await using model = await startScriptedModel([finalAnswer("first answer"), finalAnswer("two")]);
    const run = await runCodex(stage, { args: exec("notify me"), baseUrl: model.baseUrl });
    assert.equal(run.code, 0, run.stderr);
    const thread = JSON.parse(run.stdout.split("\n")[0]!).thread_id;
    const [count, own, payload] = await told(stage);
    assert.deepEqual([count, own], ["2", "a b"]);
    const facts = JSON.parse(payload!);
    const turnId = facts["turn-id"];
    assert.match(turnId, /^[0-9a-f-]{36}$/);
    assert.equal(
      payload,
      `{"type":"agent-turn-complete","thread-id":"${thread}","turn-id":"${turnId}",` +
        `"cwd":"${stage.workspace}","input-messages":["notify me"],` +
        '"last-assistant-message":"first answer"}',
    );

    const again = await runCodex(stage, {
      args: ["exec", "--json", "resume", "--last", "more"],
      baseUrl: model.baseUrl,
    });
    assert.equal(again.code, 0, again.stderr);
    const second = JSON.parse((await told(stage))[2]!);
    assert.deepEqual(second["input-messages"], ["notify me", "more"]);
    assert.equal(second["last-assistant-message"], "two");
  },
});

Deno.test({
  name: "notify: nothing for a turn that failed",
  ignore: UNIX_ONLY,
  fn: async () => {
    await using stage = await openNotifyStage();
    await using model = await startScriptedModel([
      httpError(400, { message: "no" }),
      finalAnswer("yes"),
    ]);
    const failed = await runCodex(stage, { args: exec("fail"), baseUrl: model.baseUrl });
    assert.equal(failed.code, 1);
    const run = await runCodex(stage, { args: exec("work"), baseUrl: model.baseUrl });
    assert.equal(run.code, 0, run.stderr);
    // The log would hold the arguments of both.
    const lines = await told(stage);
    assert.equal(lines.length, 3);
    assert.deepEqual(JSON.parse(lines[2]!)["input-messages"], ["work"]);
  },
});

Deno.test("notify: a program that is not there breaks nothing", async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel([finalAnswer("fine")]);
  const run = await runCodex(stage, {
    args: exec("go", "-c", 'notify=["/no/such/program"]'),
    baseUrl: model.baseUrl,
  });
  assert.equal(run.code, 0, run.stderr);
  assert(run.stdout.includes("fine"));
});
