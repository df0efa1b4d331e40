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

const CONFIG = ["approval_policy=untrusted", "model=gpt-5.2-codex"];

const step = (...events: SseEvent[]) => reply(created(), ...events, completed());
const shell = (id: string, command: string) =>
  functionCall(id, "shell_command", { command, login: false });

async function answer(rig: ThreadRig, decision: ReviewDecision) {
  const request = await rig.until("exec_approval_request");
  await rig.thread.submit({ type: "exec_approval", id: request.callId, decision });
  return request;
}

/** What the model was told about a call. */
function output(rig: ThreadRig, callId: string): string {
  const items = rig.server.requests.at(-1)!.body.input;
  const found = items.find((item) => item.type.endsWith("_output") && item["call_id"] === callId);
  return String(found?.["output"]);
}

const questions = (rig: ThreadRig): number =>
  rig.seen.filter(({ msg }) => msg.type.endsWith("approval_request")).length;

Deno.test("a command that is not known to be harmless waits for a person", async () => {
  await using rig = await openThreadRig([
    step(shell("c0", "ls"), shell("c1", "touch q")),
    textReply("done"),
  ], { config: CONFIG });
  await rig.say("go");
  const request = await answer(rig, { type: "approved" });
  assert.equal(request.callId, "c1");
  assert.equal(request.reason, null);
  assert.deepEqual(request.proposedExecpolicyAmendment, ["touch", "q"]);
  assert.deepEqual(request.parsedCommand, [{ type: "unknown", cmd: "touch q" }]);
  await rig.until("turn_completed");
  assert.ok((await Deno.stat(join(rig.workspace, "q"))).isFile);
  assert.equal(questions(rig), 1);
});

Deno.test({
  name: "a program of the workspace that goes by a harmless name is asked about",
  ignore: Deno.build.os === "windows",
}, async () => {
  const workspace = await Deno.realPath(await Deno.makeTempDir({ prefix: "ws-" }));
  try {
    await Deno.mkdir(join(workspace, "bin"));
    await Deno.writeTextFile(join(workspace, "bin", "ls"), "#!/bin/sh\ntouch q\n", { mode: 0o755 });
    const env = { PATH: `${join(workspace, "bin")}:${Deno.env.get("PATH")}` };
    await using rig = await openThreadRig(
      [step(shell("c1", "pwd && ls"), shell("c2", "pwd && /bin/ls")), textReply("done")],
      { config: CONFIG, workspace, env },
    );
    await rig.say("go");
    assert.equal((await answer(rig, { type: "denied" })).callId, "c1");
    await rig.until("turn_completed");
    assert.equal(questions(rig), 1);
    await assert.rejects(Deno.stat(join(workspace, "q")));
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
});

Deno.test("who says no has it not run, and the turn goes on", async () => {
  await using rig = await openThreadRig([step(shell("c1", "touch q")), textReply("done")], {
    config: CONFIG,
  });
  await rig.say("go");
  await answer(rig, { type: "denied" });
  await rig.until(
    "item_completed",
    ({ item }) =>
      item.type === "command_execution" && item.status === "declined" &&
      item.result?.exitCode === -1 && item.result.durationMs === 0,
  );
  await rig.until("turn_completed");
  assert.match(output(rig, "c1"), /exec command rejected by user/);
  await assert.rejects(Deno.stat(join(rig.workspace, "q")));
});

Deno.test("approved for the session: not asked again, whatever the spacing, but in another folder", async () => {
  await using rig = await openThreadRig([
    step(shell("c1", "touch q")),
    step(shell("c2", "touch   q")),
    step(
      functionCall("c3", "shell_command", { command: "touch q", login: false, workdir: "/tmp" }),
    ),
    textReply("done"),
  ], { config: CONFIG });
  await rig.say("go");
  await answer(rig, { type: "approved_for_session" });
  assert.equal((await answer(rig, { type: "denied" })).callId, "c3");
  await rig.until("turn_completed");
  assert.equal(questions(rig), 2);
});

Deno.test("approved for the session: neither with a terminal nor outside the sandbox, where it was without and inside", async () => {
  const open = (id: string, more: Record<string, unknown>) =>
    step(functionCall(id, "exec_command", { cmd: "rm -f q", login: false, ...more }));
  await using rig = await openThreadRig([
    open("c1", {}),
    open("c2", {}),
    open("c3", { tty: true }),
    open("c4", { sandbox_permissions: "require_escalated" }),
    textReply("done"),
  ], {
    config: [
      "approval_policy=on-request",
      "sandbox_mode=workspace-write",
      "features.unified_exec=true",
    ],
  });
  await rig.say("go");
  assert.equal((await answer(rig, { type: "approved_for_session" })).callId, "c1");
  assert.equal((await answer(rig, { type: "denied" })).callId, "c3");
  assert.equal((await answer(rig, { type: "denied" })).callId, "c4");
  await rig.until("turn_completed");
  assert.equal(questions(rig), 3);
});

Deno.test("an allowed prefix is written down, told to the model, and in force at once", async () => {
  await using rig = await openThreadRig([
    step(shell("c1", "touch q")),
    step(shell("c2", "touch r && touch s")),
    textReply("done"),
  ], { config: CONFIG });
  await rig.say("go");
  await answer(rig, { type: "approved_execpolicy_amendment", prefix: ["touch"] });
  await rig.until("turn_completed");
  assert.equal(questions(rig), 1);
  assert.equal(
    await Deno.readTextFile(join(rig.codexHome, "rules", "default.rules")),
    'prefix_rule(pattern=["touch"], decision="allow")\n',
  );
  const told = JSON.stringify(rig.server.requests[1]!.body.input);
  assert.ok(told.includes('Approved command prefix saved:\\n- [\\"touch\\"]'), told);
  assert.ok((await Deno.stat(join(rig.workspace, "s"))).isFile);
});

Deno.test("a prefix that would allow everything is not saved; the command runs all the same", async () => {
  await using rig = await openThreadRig([step(shell("c1", "touch q")), textReply("done")], {
    config: CONFIG,
  });
  await rig.say("go");
  await answer(rig, { type: "approved_execpolicy_amendment", prefix: ["bash", "-lc"] });
  await rig.until(
    "warning",
    ({ message }) => /^Failed to apply execpolicy amendment: /.test(message),
  );
  await rig.until("turn_completed");
  assert.ok((await Deno.stat(join(rig.workspace, "q"))).isFile);
  await assert.rejects(Deno.stat(join(rig.codexHome, "rules", "default.rules")));
});

const patch = (...files: string[]) =>
  ["*** Begin Patch", ...files.flatMap((f) => [`*** Add File: ${f}`, "+x"]), "*** End Patch"]
    .join("\n");

Deno.test("a patch approved for the session covers its files, and no others", async () => {
  await using rig = await openThreadRig([
    step(customToolCall("p1", "apply_patch", patch("a", "b"))),
    step(customToolCall("p2", "apply_patch", patch("b"))),
    step(customToolCall("p3", "apply_patch", patch("b", "c"))),
    textReply("done"),
  ], { config: CONFIG });
  await rig.say("go");
  const approve = async (decision: ReviewDecision) => {
    const { callId } = await rig.until("apply_patch_approval_request");
    await rig.thread.submit({ type: "patch_approval", id: callId, decision });
    return callId;
  };
  assert.equal(await approve({ type: "approved_for_session" }), "p1");
  assert.equal(await approve({ type: "denied" }), "p3");
  await rig.until("turn_completed");
  assert.equal(questions(rig), 2);
  assert.match(output(rig, "p3"), /patch rejected by user/);
});

Deno.test("rules of a project that nobody trusts do not count", async () => {
  const workspace = await Deno.realPath(await Deno.makeTempDir({ prefix: "ws-" }));
  try {
    await Deno.mkdir(join(workspace, ".git"));
    await Deno.mkdir(join(workspace, ".codex", "rules"), { recursive: true });
    await Deno.writeTextFile(
      join(workspace, ".codex", "rules", "x.rules"),
      'prefix_rule(["touch"])\n',
    );
    const script = () => [step(shell("c1", "touch q")), textReply("done")];
    {
      await using rig = await openThreadRig(script(), { config: CONFIG, workspace });
      await rig.say("go");
      await answer(rig, { type: "denied" });
      await rig.until("turn_completed");
    }
    const trust = `projects={${JSON.stringify(workspace)}={trust_level="trusted"}}`;
    await using rig = await openThreadRig(script(), { config: [...CONFIG, trust], workspace });
    await rig.say("go");
    await rig.until("turn_completed");
    assert.equal(questions(rig), 0);
  } finally {
    await Deno.remove(workspace, { recursive: true });
  }
});
