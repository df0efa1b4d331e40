import assert from "node:assert/strict";
import { join } from "node:path";
import { LoginStage } from "../support/login_stage.ts";
import { type Program, programUnderTest } from "../support/program.ts";
import { works } from "../support/works.ts";

/** Number of the system call that locks a file, by processor. */
const FLOCK: Readonly<Record<string, number>> = { x86_64: 73, aarch64: 32 };
const ENOLCK = 37;
const ENOSYS = 38;

/** A seccomp filter under which locking a file fails in this way, and all else works. */
function withoutLocks(errno: number): Uint8Array {
  const load = 0x20, jumpIfEqual = 0x15, give = 0x06;
  const fail = 0x0005_0000 | errno, allow = 0x7fff_0000;
  const steps: [code: number, ifTrue: number, ifFalse: number, value: number][] = [
    [load, 0, 0, 0],
    [jumpIfEqual, 0, 1, FLOCK[Deno.build.arch] ?? 0],
    [give, 0, 0, fail],
    [give, 0, 0, allow],
  ];
  const view = new DataView(new ArrayBuffer(steps.length * 8));
  steps.forEach(([code, ifTrue, ifFalse, value], index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, ifTrue);
    view.setUint8(index * 8 + 3, ifFalse);
    view.setUint32(index * 8 + 4, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** Runs what comes behind it under the filter in a file. */
const under = (filter: string) => [
  "sh",
  "-c",
  'exec bwrap --dev-bind / / --seccomp 3 -- "$@" 3<"$0"',
  filter,
];

async function canFilter(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const filter = await Deno.makeTempFile();
  try {
    await Deno.writeFile(filter, withoutLocks(ENOLCK));
    return await works([...under(filter), "true"]);
  } finally {
    await Deno.remove(filter);
  }
}

const isReady = await canFilter();

for (const [name, errno] of [["ENOLCK", ENOLCK], ["ENOSYS", ENOSYS]] as const) {
  Deno.test({
    name: `a home whose file system has no locks (${name}): one refresh all the same, and logout` +
      (isReady ? "" : " (ignored: needs bwrap)"),
    ignore: !isReady,
    fn: async () => {
      await using login = await LoginStage.open();
      await login.logIn();
      login.authority.latencyMs = 100;
      const filter = join(login.stage.root, "filter");
      await Deno.writeFile(filter, withoutLocks(errno));
      const { argv, env } = programUnderTest();
      const program: Program = { argv: [...under(filter), ...argv], env };
      const codex = (...args: string[]) => login.run(args, {}, { program });
      const runs = await Promise.all(
        [1, 2, 3, 4].map(() => codex("exec", "--ephemeral", ...login.withoutRetries, "hi")),
      );
      for (const { code, stderr } of runs) assert.equal(code, 0, stderr);
      assert.equal(login.authority.presented.length, 1);
      assert.equal((await codex("logout")).stderr, "Successfully logged out\n");
      const left = await Array.fromAsync(
        Deno.readDir(login.stage.codexHome),
        (entry) => entry.name,
      );
      assert.deepEqual(left.filter((file) => file.endsWith(".d")), []);
    },
  });
}
