/**
 * What confinement adds to a command: `/bin/echo` plain and confined, in turn, from preparing it to its first word,
 * which is its start, and to its end, with all that is cleaned up.
 *
 * @module
 */
import { join } from "node:path";
import type { SandboxPolicy } from "../../src/protocol/mod.ts";
import { sandboxBackends } from "../../src/sandbox/mod.ts";

export const SANDBOX_COST = "cost of the sandbox";

const ROUNDS = 100;
const ENV = { PATH: "/usr/bin:/bin" };

const POLICY: SandboxPolicy = {
  type: "workspace-write",
  writableRoots: [],
  readOnlyAccess: { type: "full-access" },
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};

/** Prints medians, and the tenth part from below, which a busy machine disturbs less. Bubblewrap only. */
export async function benchSandboxCost(root: string): Promise<void> {
  const self = { argv: [Deno.execPath()], env: {} };
  const path = Deno.env.get("PATH") ?? "";
  const { createSandbox, probeSandbox } = await sandboxBackends();
  const backend = await probeSandbox({ path, cwd: root, self, cacheDir: null });
  if (backend.kind !== "bubblewrap") {
    console.log(`${SANDBOX_COST}: not measured (${backend.reason})\n`);
    return;
  }
  const workspace = join(root, "work");
  await Deno.mkdir(workspace, { recursive: true });
  using sandbox = createSandbox({ backend, self, stateDir: join(root, "state") });
  const samples = { plain: newSamples(), confined: newSamples() };
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.now();
    note(samples.plain, await run(["/bin/echo", "x"], workspace, before));
    const begun = performance.now();
    await using command = await sandbox.confine({
      argv: ["/bin/echo", "x"],
      cwd: workspace,
      env: ENV,
      policy: POLICY,
      policyCwd: workspace,
      tmpdir: null,
      tty: false,
    });
    const { start } = await run(command.argv, workspace, begun);
    await command[Symbol.asyncDispose]();
    note(samples.confined, { start, end: performance.now() - begun });
  }
  console.log(SANDBOX_COST);
  for (const moment of ["start", "end"] as const) {
    const cells = ([["median", 0.5], ["lowest tenth", 0.1]] as const).map(([name, part]) => {
      const plain = quantile(samples.plain[moment], part);
      const confined = quantile(samples.confined[moment], part);
      return `${name} ${(confined - plain).toFixed(2)} ms (${plain.toFixed(2)} → ${
        confined.toFixed(2)
      })`;
    });
    console.log(`  added to its ${moment.padEnd(5)}  ${cells.join(", ")}`);
  }
  console.log();
}

interface Moments {
  readonly start: number;
  readonly end: number;
}

type Samples = Readonly<Record<keyof Moments, number[]>>;

function newSamples(): Samples {
  return { start: [], end: [] };
}

function note({ start, end }: Samples, moments: Moments): void {
  start.push(moments.start);
  end.push(moments.end);
}

/** Milliseconds since `since`, to the first word and to the end. */
async function run(argv: readonly string[], cwd: string, since: number): Promise<Moments> {
  const [program = "", ...args] = argv;
  const child = new Deno.Command(program, {
    args,
    cwd,
    env: ENV,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const first = await reader.read();
  const start = performance.now() - since;
  while (!(await reader.read()).done);
  const { success } = await child.status;
  if (!success || first.done) throw new Error(`${program} failed`);
  return { start, end: performance.now() - since };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}
