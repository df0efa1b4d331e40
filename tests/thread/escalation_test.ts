import assert from "node:assert/strict";
import { join } from "node:path";
import type { ReviewDecision } from "../../src/protocol/mod.ts";
import {
  completed,
  created,
  customToolCall,
  functionCall,
  reply,
  type SseEvent,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRig } from "../support/thread_rig.ts";

/** Denials come from a real sandbox. */
const CONFINED = { ignore: Deno.build.os !== "linux" } as const;
const RETRY = "command failed; retry without sandbox?";

const settings = (approval: string, sandbox = "workspace-write") => [
  `approval_policy=${approval}`,
  `sandbox_mode=${sandbox}`,
  // Tests run below the temporary folder, which is writable otherwise.
  "sandbox_workspace_write={exclude_slash_tmp=true,exclude_tmpdir_env_var=true}",
  "model=gpt-5.2-codex",
];

const step = (...events: SseEvent[]) => reply(created(), ...events, completed());
const shell = (id: string, command: string, more: Record<string, unknown> = {}) =>
  functionCall(id, "shell_command", { command, login: false, ...more });

const answer = async (rig: ThreadRig, decision: ReviewDecision) => {
  const request = await rig.until("exec_approval_request");
  await rig.thread.submit({ type: "exec_approval", id: request.callId, decision });
  return request;
};

function output(rig: ThreadRig, callId: string): string {
  const items = rig.server.requests.at(-1)!.body.input;
  const found = items.find((item) => item.type.endsWith("_output") && item["call_id"] === callId);
  return String(found?.["output"]);
}

const questions = (rig: ThreadRig) =>
  rig.seen.flatMap(({ msg }) => msg.type.endsWith("approval_request") ? [msg] : []);

const exists = (path: string): Promise<boolean> => Deno.lstat(path).then(() => true, () => false);

/** A folder that no policy of these tests lets anyone write to. */
async function outside(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "outside-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test({
  name: "on-failure: a denied command is asked about with the fixed reason, then runs free",
  ...CONFINED,
  fn: async () => {
    await using place = await outside();
    const target = join(place.path, "f");
    await using rig = await openThreadRig([
      step(shell("c1", `touch ${target}`)),
      step(shell("c2", `touch ${target}.2`)),
      textReply("done"),
    ], { config: settings("on-failure") });
    await rig.say("go");
    assert.equal((await answer(rig, { type: "approved" })).reason, RETRY);
    assert.equal((await answer(rig, { type: "denied" })).callId, "c2");
    await rig.until("turn_completed");
    assert.deepEqual([await exists(target), await exists(`${target}.2`)], [true, false]);
    assert.match(output(rig, "c2"), /rejected by user/);
  },
});

Deno.test({
  name:
    "on-failure: what is approved for the session is tried confined again, and then runs free unasked",
  ...CONFINED,
  fn: async () => {
    await using place = await outside();
    const target = join(place.path, "f");
    await using rig = await openThreadRig([
      step(shell("c1", `touch ${target}`)),
      step(shell("c2", `touch   ${target}`)),
      textReply("done"),
    ], { config: settings("on-failure") });
    await rig.say("go");
    await answer(rig, { type: "approved_for_session" });
    await rig.until("turn_completed");
    assert.equal(questions(rig).length, 1);
    assert.match(output(rig, "c1"), /Exit code: 0/);
    assert.match(output(rig, "c2"), /Exit code: 0/);
  },
});

Deno.test({
  name: "on-request: a denial goes to the model, and nobody is asked",
  ...CONFINED,
  fn: async () => {
    await using place = await outside();
    const target = join(place.path, "f");
    await using rig = await openThreadRig([
      step(shell("c1", `touch ${target}`)),
      textReply("done"),
    ], { config: settings("on-request") });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.deepEqual(questions(rig), []);
    assert.equal(await exists(target), false);
    const told = output(rig, "c1");
    assert.match(told, /Read-only file system|Permission denied/);
    assert.equal(
      told.match(/\[sandbox\]/g)?.length,
      1,
      "one line of ours behind the command's own",
    );
    assert.match(told, /\[sandbox\] .*workspace-write.*no network.*\.\n$/);
    const item = rig.seen.flatMap(({ msg }) =>
      msg.type === "item_completed" && msg.item.type === "command_execution" ? [msg.item] : []
    );
    assert.doesNotMatch(JSON.stringify(item), /\[sandbox\]/, "people see what the command said");
  },
});

Deno.test({
  name: "on-request: what the model asks to run free is asked about with its own reason",
  ...CONFINED,
  fn: async () => {
    await using place = await outside();
    const target = join(place.path, "f");
    const more = {
      sandbox_permissions: "require_escalated",
      justification: "May I write there?",
      prefix_rule: ["touch"],
    };
    await using rig = await openThreadRig([
      step(shell("c1", `touch ${target}`, more)),
      textReply("done"),
    ], { config: settings("on-request") });
    await rig.say("go");
    const request = await answer(rig, { type: "approved" });
    assert.equal(request.reason, "May I write there?");
    assert.deepEqual(request.proposedExecpolicyAmendment, ["touch"]);
    await rig.until("turn_completed");
    assert.equal(questions(rig).length, 1);
    assert.ok(await exists(target));
  },
});

Deno.test({
  name: "what a command has told git to start does not run outside the sandbox unasked",
  ...CONFINED,
  fn: async () => {
    await using place = await outside();
    const target = join(place.path, "f");
    const plant = `git init -q sub && git -C sub config core.fsmonitor "touch ${target}; false"`;
    const more = { sandbox_permissions: "require_escalated" };
    await using rig = await openThreadRig([
      step(shell("c1", plant)),
      step(shell("c2", "cd sub && git status", more)),
      step(shell("c3", "git status", { ...more, workdir: "sub" })),
      textReply("done"),
    ], { config: settings("on-request") });
    await rig.say("go");
    for (const id of ["c2", "c3"]) {
      assert.equal((await answer(rig, { type: "denied" })).callId, id);
    }
    await rig.until("turn_completed");
    assert.match(output(rig, "c1"), /Exit code: 0/);
    assert.equal(await exists(target), false);
  },
});

Deno.test({
  name: "untrusted: one yes covers the second run outside the sandbox",
  ...CONFINED,
  fn: async () => {
    await using place = await outside();
    const target = join(place.path, "f");
    await using rig = await openThreadRig([
      step(shell("c1", `touch ${target}`)),
      textReply("done"),
    ], { config: settings("untrusted") });
    await rig.say("go");
    assert.equal((await answer(rig, { type: "approved" })).reason, null);
    await rig.until("turn_completed");
    assert.equal(questions(rig).length, 1);
    assert.ok(await exists(target));
  },
});

Deno.test("abort ends the turn; the call is told of that and of no answer", async () => {
  await using rig = await openThreadRig([
    step(shell("c1", "touch q")),
    textReply("next"),
  ], { config: settings("untrusted", "danger-full-access") });
  const id = await rig.say("go");
  await answer(rig, { type: "abort" });
  const aborted = await rig.until("turn_aborted");
  assert.deepEqual([aborted.turnId, aborted.reason], [id, "interrupted"]);
  assert.equal(await exists(join(rig.workspace, "q")), false);
  await rig.say("again");
  await rig.until("turn_completed");
  assert.match(output(rig, "c1"), /aborted by user/);
  assert.ok(JSON.stringify(rig.server.requests.at(-1)!.body.input).includes("<turn_aborted>"));
});

Deno.test("abort as the answer to no open question ends nothing", async () => {
  await using rig = await openThreadRig([
    step(shell("c1", "touch q")),
    textReply("done"),
  ], { config: settings("untrusted", "danger-full-access") });
  await rig.say("go");
  const { callId } = await rig.until("exec_approval_request");
  for (const type of ["exec_approval", "patch_approval"] as const) {
    await rig.thread.submit({ type, id: "old", decision: { type: "abort" } });
  }
  await rig.thread.submit({ type: "exec_approval", id: callId, decision: { type: "approved" } });
  await rig.until("turn_completed");
  assert.ok(await exists(join(rig.workspace, "q")));
});

Deno.test("an interrupt while a question is open denies it; a late answer changes nothing", async () => {
  await using rig = await openThreadRig([
    step(shell("c1", "touch q")),
    textReply("next"),
  ], { config: settings("untrusted", "danger-full-access") });
  await rig.say("go");
  const request = await rig.until("exec_approval_request");
  await rig.thread.submit({ type: "interrupt" });
  await rig.until("turn_aborted");
  await rig.thread.submit({
    type: "exec_approval",
    id: request.callId,
    decision: { type: "approved" },
  });
  await rig.say("again");
  await rig.until("turn_completed");
  assert.equal(await exists(join(rig.workspace, "q")), false);
});

Deno.test("several questions may be open at once, and are answered in any order", async () => {
  const open = (id: string, cmd: string) => functionCall(id, "exec_command", { cmd, login: false });
  await using rig = await openThreadRig([
    step(open("c1", "touch one"), open("c2", "touch two"), open("c3", "touch three")),
    textReply("done"),
  ], { config: [...settings("untrusted", "danger-full-access"), "features.unified_exec=true"] });
  await rig.say("go");
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push((await rig.until("exec_approval_request")).callId);
  assert.deepEqual(ids, ["c1", "c2", "c3"], "first in, first out");
  for (const id of ids.toReversed()) {
    const decision: ReviewDecision = { type: id === "c2" ? "denied" : "approved" };
    await rig.thread.submit({ type: "exec_approval", id, decision });
  }
  await rig.until("turn_completed");
  const there = ["one", "two", "three"].map((name) => exists(join(rig.workspace, name)));
  assert.deepEqual(await Promise.all(there), [true, false, true]);
});

const patchInto = (file: string) =>
  ["*** Begin Patch", `*** Add File: ${file}`, "+x", "*** End Patch"].join("\n");

const answerPatch = async (rig: ThreadRig, decision: ReviewDecision) => {
  const request = await rig.until("apply_patch_approval_request");
  await rig.thread.submit({ type: "patch_approval", id: request.callId, decision });
  return request;
};

Deno.test({
  name:
    "a patch outside the writable roots is asked about first, under on-failure as after a denial",
  ...CONFINED,
  fn: async () => {
    for (const approval of ["on-request", "on-failure"]) {
      await using place = await outside();
      const target = join(place.path, "f");
      await using rig = await openThreadRig([
        step(customToolCall("p1", "apply_patch", patchInto(target))),
        step(customToolCall("p2", "apply_patch", patchInto(`${target}.2`))),
        textReply("done"),
      ], { config: settings(approval) });
      await rig.say("go");
      const { reason, changes } = await answerPatch(rig, { type: "approved" });
      assert.equal(reason, approval === "on-request" ? null : RETRY);
      assert.deepEqual(changes, { [target]: { type: "add", content: "x\n" } });
      await answerPatch(rig, { type: "denied" });
      await rig.until("turn_completed");
      assert.deepEqual([await exists(target), await exists(`${target}.2`)], [true, false]);
      assert.match(output(rig, "p2"), /patch rejected by user/);
    }
  },
});

Deno.test("an empty patch is refused with the fixed text", async () => {
  const empty = ["*** Begin Patch", "*** End Patch"].join("\n");
  await using rig = await openThreadRig([
    step(customToolCall("p1", "apply_patch", empty)),
    textReply("done"),
  ], { config: settings("on-request", "danger-full-access") });
  await rig.say("go");
  await rig.until("turn_completed");
  assert.match(output(rig, "p1"), /patch rejected: empty patch/);
});
