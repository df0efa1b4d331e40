/**
 * What judging commands costs: `deno run -A scripts/bench/policy.ts`. The first decision loads the grammar; after
 * it, one should cost far less than a millisecond, and a script four times as long about four times as much.
 *
 * @module
 */
import { CommandPolicy, NO_RULES } from "../../src/policy/mod.ts";

const COMMAND = "cd src && rg -n 'one two' lib | head -n 50";
const ROUNDS = 300;

const policy = new CommandPolicy({ os: Deno.build.os, userShell: "/bin/bash" });

async function decide(script: string): Promise<void> {
  await policy.decide({
    argv: ["/bin/bash", "-lc", script],
    approvalPolicy: "untrusted",
    sandboxPolicy: { type: "danger-full-access" },
    permissions: "use_default",
    prefixRule: null,
    rules: NO_RULES,
    search: {
      path: "/usr/local/bin:/usr/bin:/bin",
      cwd: "/nowhere",
      session: "/nowhere",
      writable: ["/tmp"],
    },
  });
}

/** Milliseconds of one decision, the median of many. */
async function cost(commands: number): Promise<number> {
  const script = Array<string>(commands).fill(COMMAND).join(" && ");
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await decide(`${script} && echo ${round}`);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
}

if (import.meta.main) {
  const start = performance.now();
  await decide(COMMAND);
  const first = performance.now() - start;
  await cost(1);
  const one = await cost(1);
  const eight = await cost(8);
  const thirtyTwo = await cost(32);
  console.log(`first decision           ${first.toFixed(1)} ms`);
  console.log(`one command line         ${one.toFixed(3)} ms, 1/${(first / one).toFixed(0)} of it`);
  console.log(
    `8 of them, 32 of them    ${eight.toFixed(3)} ms, ${thirtyTwo.toFixed(3)} ms: ${
      (thirtyTwo / eight).toFixed(1)
    } x for 4 x`,
  );
}
