import assert from "node:assert/strict";
import { join } from "node:path";
import { type RecordedRequest, startScriptedModel } from "../../src/scripted/mod.ts";
import { openDeadPort } from "./dead_port.ts";
import { mismatch, normalise, normaliseText, type Places } from "./normalise.ts";
import type { Program } from "./program.ts";
import { type CodexRun, runCodex } from "./run_codex.ts";
import type { Scenario, ScenarioRun } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

/** What one start of the program left behind. */
export interface PlayedRun extends CodexRun {
  /** stdout as JSON lines; `null` = it is not. */
  readonly lines: readonly unknown[] | null;
}

export interface Played {
  readonly runs: readonly PlayedRun[];
  readonly requests: readonly RecordedRequest[];
  readonly places: Places;
  readonly stage: Stage;
}

function readLines(stdout: string): unknown[] | null {
  try {
    return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  } catch {
    return null;
  }
}

function threadOf(runs: readonly PlayedRun[]): string {
  const first = runs[0]?.lines?.[0];
  if (typeof first !== "object" || first === null || !("thread_id" in first)) return "";
  return String(first.thread_id);
}

async function playRun(
  run: ScenarioRun,
  stage: Stage,
  places: Places,
  thread: string,
  program: Program | undefined,
): Promise<PlayedRun> {
  const fill = (text: string) =>
    text.replaceAll("{workspace}", places.workspace).replaceAll("{baseUrl}", places.baseUrl)
      .replaceAll("{thread}", thread);
  const env = Object.fromEntries(
    Object.entries(run.env ?? {}).map((
      [name, value],
    ) => [name, value === null ? null : fill(value)]),
  );
  const stdin = typeof run.stdin === "object" ? new Uint8Array(run.stdin) : run.stdin;
  const played = await runCodex(stage, {
    args: run.args.map(fill),
    stdin,
    baseUrl: places.baseUrl,
    env,
    ...(program === undefined ? {} : { program }),
  });
  return { ...played, lines: readLines(played.stdout) };
}

/** Plays a scenario and hands what came of it to `look`, while its folders still exist. */
export async function withPlayed<T>(
  scenario: Scenario,
  program: Program | undefined,
  look: (played: Played) => Promise<T>,
): Promise<T> {
  const { model } = scenario;
  await using stage = await openStage(scenario);
  await using server = model === "dead" ? null : await startScriptedModel(model, scenario.server);
  using dead = await openDeadPort();
  const places = {
    workspace: stage.workspace,
    baseUrl: server?.baseUrl ?? `http://127.0.0.1:${dead.port}/v1`,
  };
  const runs: PlayedRun[] = [];
  for (const run of scenario.runs) {
    runs.push(await playRun(run, stage, places, threadOf(runs), program));
  }
  return await look({ runs, requests: server?.requests ?? [], places, stage });
}

/** The text that the model was shown as output of a call; `null` = none was sent. */
export function outputOf(requests: readonly RecordedRequest[], callId: string): string | null {
  const items = requests.at(-1)?.body.input ?? [];
  const item = items.find((entry) => entry.type.endsWith("_output") && entry["call_id"] === callId);
  if (item === undefined) return null;
  const { output } = item;
  return typeof output === "string" ? output : JSON.stringify(output);
}

function checkRun(run: ScenarioRun, played: PlayedRun, places: Places): void {
  const said = `\nstdout: ${played.stdout}\nstderr: ${played.stderr}`;
  assert.equal(played.signal, null, said);
  assert.equal(played.code, run.exit, `exit code${said}`);
  if (run.lines !== undefined) {
    assert.notEqual(played.lines, null, `stdout is not JSON lines${said}`);
    const found = normalise(played.lines, places);
    assert.equal(mismatch(found, run.lines), null, said);
  }
  const stdout = normaliseText(played.stdout, places);
  if (typeof run.stdout === "string") assert.equal(stdout, run.stdout, said);
  else if (run.stdout !== undefined) assert.match(stdout, run.stdout, said);
  if (run.stderr !== undefined) {
    assert.match(normaliseText(played.stderr, places), run.stderr, said);
  }
}

async function checkFiles(scenario: Scenario, stage: Stage): Promise<void> {
  for (const [path, expected] of Object.entries(scenario.after ?? {})) {
    const content = await Deno.readTextFile(join(stage.workspace, path)).catch(() => null);
    if (expected instanceof RegExp) assert.match(content ?? "", expected, path);
    else assert.equal(content, expected, path);
  }
}

/** Plays a scenario with our program and holds it to what it promises. */
export async function playScenario(scenario: Scenario): Promise<void> {
  await withPlayed(scenario, undefined, async ({ runs, requests, places, stage }) => {
    scenario.runs.forEach((run, i) => {
      const played = runs[i];
      assert.ok(played !== undefined);
      checkRun(run, played, places);
    });
    if (scenario.requests !== undefined) assert.equal(requests.length, scenario.requests);
    for (const [callId, expected] of Object.entries(scenario.outputs ?? {})) {
      const output = normaliseText(outputOf(requests, callId) ?? "(no output)", places);
      if (typeof expected === "string") assert.equal(output, expected, callId);
      else assert.match(output, expected, callId);
    }
    await checkFiles(scenario, stage);
    scenario.check?.(requests);
  });
}

/** One test for each scenario. */
export function testScenarios(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) Deno.test(scenario.name, () => playScenario(scenario));
}
