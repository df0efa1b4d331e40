import assert from "node:assert/strict";
import { join } from "node:path";
import {
  childEnvironment,
  endsAfterKill,
  finish,
  openSandboxRig,
  probeBoth,
  READ_ONLY,
  type SandboxRig,
  SELF,
  WORKSPACE_ONLY,
} from "../../../tests/support/sandbox_rig.ts";
import { landlockLimits } from "./landlock_backend.ts";
import { parseLandlockPlan } from "./landlock_plan.ts";

const probed = Deno.build.os === "linux" ? (await probeBoth()).landlock : null;
const reason = probed === null ? " (ignored: not Linux)" : probed.reason;
const ignore = probed === null || probed.ignore;

function test(
  name: string,
  body: (rig: SandboxRig) => Promise<void>,
  isPossible = true,
): void {
  Deno.test({
    name: `landlock: ${name}${reason}`,
    ignore: ignore || !isPossible,
    fn: async () => {
      await using rig = await openSandboxRig(probed?.backend ?? assert.fail());
      await body(rig);
    },
  });
}

test("a command that cannot be started says so with the usual codes", async (rig) => {
  await Deno.writeTextFile(join(rig.workspace, "text"), "not a program", { mode: 0o644 });
  const missing = await rig.run(["no-such-program-anywhere"]);
  assert.equal(missing.code, 127);
  assert.match(missing.stderr, /no-such-program-anywhere/);
  assert.equal((await rig.run(["./text"])).code, 126);
});

test("a plan that makes no sense runs nothing", async (rig) => {
  for (const plan of ["", "{}", '{"writable":["relative"],"network":false}']) {
    const result = await finish({
      kind: "landlock",
      argv: [...SELF.argv, "--codex-run-landlock", plan, "--", "touch", "ran"],
      cwd: rig.workspace,
      env: childEnvironment(),
      unenforced: [],
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
    assert.equal(result.code, 125);
    assert.notEqual(result.stderr, "");
  }
  assert.deepEqual([...Deno.readDirSync(rig.workspace)], []);
});

/** Up to 2.6 the runtime itself refuses to start with such arguments. */
const takesBytes = (Deno.version.deno.split(".").map(Number)[1] ?? 0) >= 9;
const bytesReason = takesBytes ? "" : " (ignored: this Deno takes UTF-8 only)";

test(`arguments that are not UTF-8 arrive byte by byte${bytesReason}`, async (rig) => {
  await using confined = await rig.confine(["/bin/sh", "-c", 'printf %s "$1"', "sh"]);
  // The shell makes the byte, since the runtime cannot hand one to a child.
  const script = 'exec "$@" "$(printf "a\\377b")"';
  const output = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...confined.argv],
    cwd: confined.cwd,
    env: { ...confined.env },
  }).output();
  assert.deepEqual([...output.stdout], [0x61, 0xff, 0x62]);
}, takesBytes);

test("what only the helper needs does not reach the command", async (rig) => {
  const { stdout } = await rig.run(["env"], { env: { PATH: "/usr/bin:/bin", LEFT: "x" } });
  const variables = stdout.trim().split("\n").filter((line) => !line.startsWith("PWD="));
  assert.deepEqual(variables.sort(), [
    "CODEX_SANDBOX_NETWORK_DISABLED=1",
    "LEFT=x",
    "PATH=/usr/bin:/bin",
  ]);
});

test("the command ends with the program that asked for it", async (rig) => {
  const held = JSON.stringify({
    backend: rig.sandbox.backend,
    self: SELF,
    stateDir: join(rig.base, "state"),
    request: rig.request(["/bin/sh", "-c", "echo ready; exec sleep 60"]),
  });
  await endsAfterKill([...SELF.argv, "hold", held], SELF.env);
});

test("signals processes of its own only", async (rig) => {
  const abi = rig.sandbox.backend.kind === "landlock" ? rig.sandbox.backend.abi : 0;
  const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  try {
    const answers = await rig.attempts({
      own: "sleep 1000 & kill $!",
      foreign: `kill -0 ${child.pid}`,
    });
    // Version 6 brought it.
    assert.deepEqual(answers, { own: true, foreign: abi < 6 });
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

test("says what it does not enforce", async (rig) => {
  await using writing = await rig.confine(["true"]);
  await using reading = await rig.confine(["true"], { policy: READ_ONLY });
  await using online = await rig.confine(["true"], {
    policy: { ...WORKSPACE_ONLY, networkAccess: true },
  });
  const codes = (confined: typeof writing) => confined.unenforced.map((limit) => limit.code);
  assert.ok(codes(writing).includes("protected_subpaths"));
  assert.ok(!codes(reading).includes("protected_subpaths"));
  assert.ok(codes(reading).includes("file_metadata"));
  assert.ok(codes(online).includes("host_sockets") && !codes(writing).includes("host_sockets"));
});

Deno.test("landlock: older kernels leave more open", () => {
  const codes = (abi: number): string[] =>
    landlockLimits(abi, { network: false, writes: true }).map((limit) => limit.code);
  assert.deepEqual(codes(6).filter((code) => !codes(7).includes(code)), []);
  assert.deepEqual(codes(5).filter((code) => !codes(6).includes(code)), ["signals"]);
  assert.deepEqual(codes(4).filter((code) => !codes(5).includes(code)), ["device_ioctl"]);
  assert.deepEqual(codes(2).filter((code) => !codes(3).includes(code)), ["truncate"]);
});

Deno.test("landlock: a plan survives the way to the helper, a wrong one does not", () => {
  const plan = {
    writable: ["/w", '/with "quotes"'],
    readable: null,
    network: false,
    parent: 12,
    descriptorLimit: 1024,
    unset: ["HOME"],
    set: { ENV: "/x" },
    mark: "12345",
  };
  assert.deepEqual(parseLandlockPlan(JSON.stringify({ ...plan, mark: null }))?.mark, null);
  assert.deepEqual(parseLandlockPlan(JSON.stringify(plan)), plan);
  for (
    const change of [
      { writable: ["relative"] },
      { writable: "/w" },
      { readable: "/" },
      { network: "no" },
      { parent: 0 },
      { descriptorLimit: null },
      { unset: [1] },
      { mark: "-1" },
      { mark: 1 },
      { set: null },
      { set: { ENV: 1 } },
    ]
  ) assert.equal(parseLandlockPlan(JSON.stringify({ ...plan, ...change })), null);
});
