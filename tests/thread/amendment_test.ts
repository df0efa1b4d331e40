import assert from "node:assert/strict";
import { join } from "node:path";
import { completed, created, functionCall, reply, textReply } from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRig } from "../support/thread_rig.ts";

const ASKS = ["approval_policy=untrusted"];

/** The same program in two requests, another one beside it, then an answer. */
function twoCommands() {
  return [
    reply(
      created(),
      functionCall("c1", "exec_command", { cmd: "true && touch first", login: false }),
      completed(),
    ),
    reply(
      created(),
      functionCall("c2", "exec_command", { cmd: "touch second", login: false }),
      functionCall("c3", "exec_command", { cmd: "mkdir third", login: false }),
      completed(),
    ),
    textReply("done"),
  ];
}

async function answerFirst(rig: ThreadRig, prefix: readonly string[]): Promise<void> {
  await rig.say("go");
  const asked = await rig.until("exec_approval_request");
  await rig.thread.submit({
    type: "exec_approval",
    id: asked.callId,
    decision: { type: "approved_execpolicy_amendment", prefix },
  });
}

Deno.test("a prefix that a person allows is saved, told to the model, and asked about no more", async () => {
  await using rig = await openThreadRig(twoCommands(), { config: ASKS });
  await answerFirst(rig, ["touch"]);
  const other = await rig.until("exec_approval_request");
  assert.equal(other.callId, "c3");
  await rig.thread.submit({ type: "exec_approval", id: "c3", decision: { type: "denied" } });
  await rig.until("turn_completed");
  assert.equal(
    await Deno.readTextFile(join(rig.codexHome, "rules", "default.rules")),
    'prefix_rule(pattern=["touch"], decision="allow")\n',
  );
  const input = rig.server.requests[1]!.body.input;
  const texts = input.filter((item) => item["role"] === "developer").map((item) =>
    (item["content"] as { text: string }[])[0]!.text
  );
  assert.equal(texts.at(-1), 'Approved command prefix saved:\n- ["touch"]');
  const asked = rig.seen.filter(({ msg }) => msg.type === "exec_approval_request").length;
  assert.equal(asked, 2);
  assert.equal(await Deno.readTextFile(join(rig.workspace, "first")), "");
  assert.equal(await Deno.readTextFile(join(rig.workspace, "second")), "");
  await assert.rejects(Deno.stat(join(rig.workspace, "third")), Deno.errors.NotFound);
});

for (
  const { name, prefix, block } of [
    { name: "cannot be written", prefix: ["touch"], block: true },
    { name: "would allow everything", prefix: ["bash", "-lc"], block: false },
    { name: "has no words", prefix: [], block: false },
  ]
) {
  Deno.test(`a prefix that ${name} is a warning, and the command runs`, async () => {
    await using rig = await openThreadRig([
      reply(
        created(),
        functionCall("c1", "exec_command", { cmd: "touch first", login: false }),
        completed(),
      ),
      textReply("done"),
    ], { config: ASKS });
    if (block) await Deno.writeTextFile(join(rig.codexHome, "rules"), "in the way");
    await answerFirst(rig, prefix);
    const warning = await rig.until("warning");
    assert(warning.message.startsWith("Failed to apply execpolicy amendment: "), warning.message);
    await rig.until("turn_completed");
    assert.equal(await Deno.readTextFile(join(rig.workspace, "first")), "");
    const input = rig.server.requests[1]!.body.input;
    assert(!JSON.stringify(input).includes("prefix saved"));
    await assert.rejects(Deno.stat(join(rig.codexHome, "rules", "default.rules")));
  });
}
