/**
 * Times codex beside other binaries: `deno task bench [NAME=BINARY ...] [--rounds N] [--only TEXT]`.
 *
 * Every program gets the same scripted work in turn, round after round, so that a busy moment of the machine hits all
 * of them. Medians are printed; the ratio is to the first program: the first one named, else codex from source.
 *
 * @module
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startScriptedModel } from "../src/scripted/mod.ts";
import { benchLockCost, LOCK_COST } from "./bench/lock_cost.ts";
import { type Cost, measure } from "./bench/measure.ts";
import { bareRuntime, namedProgram, ownPrograms, type Program } from "./bench/programs.ts";
import { benchSandboxCost, SANDBOX_COST } from "./bench/sandbox_cost.ts";
import { type Scenario, SCENARIOS } from "./bench/scenarios.ts";

const TIMEOUT_MS = 120_000;

interface Sample extends Cost {
  readonly problem: string | null;
}

/** A home and a workspace for one program. Not below the temporary directory: some binaries refuse a home there. */
async function makeStage(root: string, program: Program): Promise<{ home: string; work: string }> {
  const folder = join(root, program.name.replaceAll(/[^\w.-]/g, "_"));
  const stage = { home: join(folder, "home"), work: join(folder, "work") };
  await Deno.mkdir(stage.home, { recursive: true });
  await Deno.mkdir(stage.work, { recursive: true });
  return stage;
}

function configText(baseUrl: string): string {
  return `model = "gpt-5.1-codex"
model_provider = "bench"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.bench]
name = "bench"
base_url = "${baseUrl}"
wire_api = "responses"
`;
}

function environment(home: string): Record<string, string> {
  const env: Record<string, string> = { CODEX_HOME: home, HOME: home };
  for (const name of ["PATH", "DENO_DIR", "LANG", "TERM", "SystemRoot", "TEMP"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  // The runtime's cache lies below the true home.
  env.DENO_DIR ??= join(
    homedir(),
    Deno.build.os === "darwin" ? "Library/Caches/deno" : ".cache/deno",
  );
  return env;
}

async function runOnce(root: string, program: Program, scenario: Scenario): Promise<Sample> {
  const { home, work } = await makeStage(root, program);
  await scenario.prepare?.(work);
  const spec = {
    argv: [...program.argv, ...scenario.args],
    cwd: work,
    env: environment(home),
    outputPath: join(root, "output.txt"),
    timeoutMs: TIMEOUT_MS,
  };
  if (scenario.script === null) {
    const cost = await measure(spec);
    return { ...cost, problem: cost.exitCode === 0 ? null : `exit code ${cost.exitCode}` };
  }
  await using model = await startScriptedModel(scenario.script);
  await Deno.writeTextFile(join(home, "config.toml"), configText(model.baseUrl));
  const start = performance.now();
  const arrival = model.nextRequest().then(() => performance.now() - start, () => null);
  const cost = await measure(spec);
  const problem = cost.exitCode !== 0
    ? `exit code ${cost.exitCode}: ${(await Deno.readTextFile(spec.outputPath)).slice(-300)}`
    : await scenario.verify?.(model.requests, work) ?? null;
  if (scenario.until === "exit" || problem !== null) return { ...cost, problem };
  return { ...cost, wallMs: await arrival ?? NaN, problem };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function medianOf(samples: readonly Sample[], pick: (sample: Sample) => number | null): number {
  return median(samples.map(pick).filter((value) => value !== null));
}

function row(name: string, samples: readonly Sample[], firstWallMs: number): string {
  const problem = samples.find((sample) => sample.problem !== null)?.problem;
  if (problem) return `  ${name.padEnd(14)} FAILED: ${problem.replaceAll("\n", " ")}`;
  const wall = medianOf(samples, ({ wallMs }) => wallMs);
  const cpu = medianOf(samples, ({ cpuMs }) => cpuMs);
  const peak = medianOf(samples, ({ peakBytes }) => peakBytes);
  const cells = [
    `${wall.toFixed(wall < 100 ? 1 : 0)} ms`.padStart(11),
    (Number.isNaN(cpu) ? "-" : `${cpu.toFixed(0)} ms`).padStart(10),
    (Number.isNaN(peak) ? "-" : `${(peak / 1e6).toFixed(0)} MB`).padStart(8),
    `${(wall / firstWallMs).toFixed(2)} x`.padStart(9),
  ];
  return `  ${name.padEnd(14)}${cells.join("")}`;
}

async function benchScenario(
  scenario: Scenario,
  programs: readonly Program[],
  rounds: number,
  root: string,
): Promise<boolean> {
  const samples = new Map<string, Sample[]>(programs.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const program of programs) {
      const before = samples.get(program.name) ?? [];
      if (before.some(({ problem }) => problem !== null)) continue;
      before.push(await runOnce(root, program, scenario));
    }
  }
  const title = scenario.until === "exit"
    ? scenario.name
    : `${scenario.name} (wall: to the request)`;
  console.log(
    `${title}\n${" ".repeat(16)}${"wall".padStart(11)}${"cpu".padStart(10)}   peak     ratio`,
  );
  const first = samples.get(programs[0]?.name ?? "") ?? [];
  const firstWallMs = medianOf(first, ({ wallMs }) => wallMs);
  for (const [name, taken] of samples) console.log(row(name, taken, firstWallMs));
  console.log();
  return [...samples.values()].flat().every(({ problem }) => problem === null);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "5" }, only: { type: "string" } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error("bench: --rounds wants a whole number of at least 1");
    return 2;
  }
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only ?? ""));
  const programs = [...positionals.map(namedProgram), ...await ownPrograms()];
  const cache = join(homedir(), ".cache");
  await Deno.mkdir(cache, { recursive: true });
  const root = await Deno.makeTempDir({ dir: cache, prefix: "codex-bench-" });
  let good = true;
  try {
    if (LOCK_COST.includes(values.only ?? "")) await benchLockCost(join(root, "login"));
    if (SANDBOX_COST.includes(values.only ?? "")) await benchSandboxCost(join(root, "sandbox"));
    if (scenarios.length === 0) return 0;
    const bare = await bareRuntime(root);
    const warmUp = SCENARIOS.find(({ name }) => name === "one message");
    if (warmUp) { for (const program of programs) await runOnce(root, program, warmUp); }
    console.log(`median of ${rounds} alternating runs; peak: of the largest process\n`);
    for (const scenario of scenarios) {
      const taking = scenario.script === null ? [...programs, bare] : programs;
      good = await benchScenario(scenario, taking, rounds, root) && good;
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  return good ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
