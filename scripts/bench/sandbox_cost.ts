/**
 * What confinement adds to the start of a command: `/bin/true` plain and confined, in turn, from preparing it to its
 * end.
 *
 * @module
 */
import { join } from "node:path";
import type { SandboxPolicy } from "../../src/protocol/mod.ts";
import { createSandbox, probeSandbox } from "../../src/sandbox/mod.ts";

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

/** Prints the median and the tenth part from below, which a busy machine disturbs less. Bubblewrap only. */
export async function benchSandboxCost(root: string): Promise<void> {
  const self = { argv: [Deno.execPath()], env: {} };
  const path = Deno.env.get("PATH") ?? "";
  const backend = await probeSandbox({ path, cwd: root, self, cacheDir: null });
  if (backend.kind !== "bubblewrap") {
    console.log(`${SANDBOX_COST}: not measured (${backend.reason})\n`);
    return;
  }
  const workspace = join(root, "work");
  await Deno.mkdir(workspace, { recursive: true });
  using sandbox = createSandbox({ backend, self, stateDir: join(root, "state") });
  const start = async (argv: readonly string[]): Promise<void> => {
    const [program = "", ...args] = argv;
    const { success } = await new Deno.Command(program, {
      args,
      cwd: workspace,
      env: ENV,
      clearEnv: true,
      stdin: "null",
    }).output();
    if (!success) throw new Error(`${program} failed`);
  };
  const plain: number[] = [];
  const prepared: number[] = [];
  const confined: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(await timed(() => start(["/bin/true"])));
    let preparing = 0;
    confined.push(
      await timed(async () => {
        const before = performance.now();
        await using command = await sandbox.confine({
          argv: ["/bin/true"],
          cwd: workspace,
          env: ENV,
          policy: POLICY,
          policyCwd: workspace,
          tmpdir: null,
          tty: false,
        });
        preparing = performance.now() - before;
        await start(command.argv);
      }),
    );
    prepared.push(preparing);
  }
  console.log(SANDBOX_COST);
  for (const [name, part] of [["median", 0.5], ["lowest tenth", 0.1]] as const) {
    const [a, b, c] = [plain, confined, prepared].map((values) => quantile(values, part));
    const added = (b ?? NaN) - (a ?? NaN);
    console.log(
      `  ${name}: plain ${a?.toFixed(2)} ms, confined ${b?.toFixed(2)} ms (${
        ((b ?? NaN) / (a ?? NaN)).toFixed(1)
      }x), added ${added.toFixed(2)} ms, of it preparing ${c?.toFixed(2)} ms`,
    );
  }
  console.log();
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
