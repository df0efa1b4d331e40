import assert from "node:assert/strict";
import { join } from "node:path";
import { startScriptedModel } from "../src/scripted/mod.ts";
import { finalAnswer } from "./scenarios/answers.ts";
import { SESSIONS } from "./scenarios/sessions.ts";
import { testScenarios } from "./support/play_scenario.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage } from "./support/stage.ts";

testScenarios(SESSIONS);

Deno.test("two processes that go on with one session: the second says so", async () => {
  await using stage = await openStage();
  const gate = Promise.withResolvers<void>();
  await using model = await startScriptedModel([
    finalAnswer(),
    { ...finalAnswer(), until: gate.promise },
    finalAnswer(),
  ]);
  const run = (...args: string[]) =>
    runCodex(stage, { args: ["exec", "--json", ...args], baseUrl: model.baseUrl });
  const begun = await run("go");
  await model.nextRequest();
  const first = run("resume", "--last", "first");
  // Whichever comes first: a run that fails sends no request.
  await Promise.race([model.nextRequest(), first]);
  const second = await run("resume", "--last", "second");
  gate.resolve();
  const warning = /"type":"error","message":"Another process is writing to this session/;
  assert.deepEqual([begun.code, (await first).code, second.code], [0, 0, 0], second.stderr);
  assert.match(second.stdout, warning);
  assert.doesNotMatch((await first).stdout, warning);
  assert.doesNotMatch(begun.stdout, warning);
});

Deno.test("a session that cannot be saved is said once, and the turn goes on", async () => {
  await using stage = await openStage();
  await using model = await startScriptedModel([finalAnswer("words")]);
  await Deno.writeTextFile(join(stage.codexHome, "sessions"), "a file in the folder's place");
  const { code, stdout, stderr } = await runCodex(stage, {
    args: ["exec", "go"],
    baseUrl: model.baseUrl,
  });
  assert.deepEqual([code, stdout], [0, "words\n"], stderr);
  const told = stderr.split("\n").filter((line) => line.includes("sessions"));
  assert.equal(told.length, 1, stderr);
  assert.match(told[0] ?? "", /^warning: This session is no longer being saved: cannot write /);
});
