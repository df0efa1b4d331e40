import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Account } from "../support/without_sandbox_program.ts";
import { denoCache } from "../support/program.ts";
import { works } from "../support/works.ts";

/** A place where no sandbox works: `/proc` shows the processes of another namespace. */
const AROUND = ["--unshare-user", "--unshare-pid", "--dev-bind", "/", "/", "--"];

const able = Deno.build.os === "linux" &&
  await works(["bwrap", ...AROUND, "true"]);
const remark = able ? "" : " (ignored: needs bubblewrap)";

const PROGRAM = fileURLToPath(new URL("../support/without_sandbox_program.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

async function session(approval: string, answer: "approved" | "denied"): Promise<Account> {
  const program = ["run", "-A", "--quiet", "--no-lock", "--config", CONFIG, PROGRAM];
  const { stdout, stderr } = await new Deno.Command("bwrap", {
    args: [...AROUND, Deno.execPath(), ...program, approval, answer],
    env: { DENO_DIR: denoCache(), DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const line = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  if (line === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(line);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `no sandbox: ${name}${remark}`, ignore: !able, fn });
}

const PATCH = "apply_patch_approval_request";
const COMMAND = "exec_approval_request";
const RETRY = "command failed; retry without sandbox?";

test("on-request asks before a patch into the workspace; commands are not run", async () => {
  const { questions, patched, ran, outputs, ends } = await session("on-request", "approved");
  assert.deepEqual(questions, [[PATCH, null]]);
  assert.deepEqual([patched, ran], [true, false]);
  assert.match(outputs[1]!, /the command was not run, because .* needs a sandbox/);
  assert.deepEqual(ends, ["completed", "failed"]);
});

test("a no leaves the patch out", async () => {
  const { patched, outputs } = await session("on-request", "denied");
  assert.equal(patched, false);
  assert.match(outputs[0]!, /patch rejected by user/);
});

test("on-failure asks about both, untrusted once about each", async () => {
  for (const [approval, reason] of [["on-failure", RETRY], ["untrusted", null]] as const) {
    const { questions, patched, ran, ends } = await session(approval, "approved");
    assert.deepEqual(questions, [[PATCH, null], [COMMAND, reason]], approval);
    assert.deepEqual([patched, ran], [true, true], approval);
    assert.deepEqual(ends, ["completed", "completed"], approval);
  }
});

test("never asks nobody, changes nothing and says why", async () => {
  const { questions, patched, ran, outputs, ends } = await session("never", "approved");
  assert.deepEqual([questions, patched, ran], [[], false, false]);
  for (const output of outputs) assert.match(output, /needs a sandbox and there is none: /);
  assert.deepEqual(ends, ["failed", "failed"]);
});
