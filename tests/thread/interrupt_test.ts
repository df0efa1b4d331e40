import assert from "node:assert/strict";
import {
  assistantMessage,
  completed,
  created,
  customToolCall,
  functionCall,
  reply,
  textDeltas,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig, outline } from "../support/thread_rig.ts";

const SLEEPER = "echo $$ > pid; exec sleep 1000";

/** True when no process of that id is there, or only its remains. */
async function isGone(pid: number): Promise<boolean> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    return / Z /.test(stat);
  } catch {
    return true;
  }
}

Deno.test({
  name: "an interrupt kills the command, answers the call, leaves a marker and ends the turn",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using rig = await openThreadRig([
      reply(
        created(),
        functionCall("c1", "exec_command", { cmd: SLEEPER, login: false }),
        completed(),
      ),
      textReply("next"),
    ]);
    const id = await rig.say("go");
    await rig.until(
      "item_started",
      (msg) => msg.item.type === "command_execution",
    );
    await rig.thread.submit({ type: "interrupt" });
    const aborted = await rig.until("turn_aborted");
    assert.deepEqual([aborted.turnId, aborted.reason], [id, "interrupted"]);
    assert.deepEqual(outline(rig.seen).slice(-2), [
      "item_completed command_execution",
      "turn_aborted",
    ]);
    const pid = Number(await Deno.readTextFile(`${rig.workspace}/pid`).catch(() => "0"));
    if (pid !== 0) assert.ok(await isGone(pid));
    const lines = (await Deno.readTextFile(rig.thread.rolloutPath!)).trim().split("\n")
      .map((line) => JSON.parse(line));
    const marker = lines.findIndex((line) => JSON.stringify(line).includes("<turn_aborted>"));
    const end = lines.findIndex((line) => line.payload.type === "turn_aborted");
    assert.ok(marker !== -1 && marker < end, "the marker comes before the event");
    await rig.say("again");
    await rig.until("turn_completed");
    const input = rig.server.requests[1]!.body.input;
    const output = input.find((item) => item.type === "function_call_output");
    assert.match(String(output?.["output"]), /^aborted by user after \d+\.\ds$/);
  },
});

for (const approval of ["untrusted", "never"]) {
  Deno.test(`${approval}: a patch that is being checked when the turn is stopped is not asked about, nor applied`, async () => {
    // So many that the interrupt comes long before the last is looked at.
    const files = Array.from({ length: 500 }, (_, i) => [`*** Add File: f${i}`, "+x"]).flat();
    const patch = ["*** Begin Patch", ...files, "*** End Patch"];
    await using rig = await openThreadRig([
      reply(
        created(),
        customToolCall("p1", "apply_patch", patch.join("\n")),
        assistantMessage("m1", "while the patch is read"),
        completed(),
      ),
      textReply("next"),
    ], { config: [`approval_policy=${approval}`] });
    await rig.say("go");
    await rig.until("item_started", ({ item }) => item.type === "agent_message");
    await rig.thread.submit({ type: "interrupt" });
    await rig.until("turn_aborted");
    await rig.say("again");
    await rig.until("turn_completed");
    const asked = rig.seen.filter(({ msg }) => msg.type === "apply_patch_approval_request");
    assert.deepEqual(asked, []);
    assert.deepEqual([...Deno.readDirSync(rig.workspace)], []);
  });
}

Deno.test("the shell family reports an interrupt in its own form", async () => {
  await using rig = await openThreadRig([
    reply(
      created(),
      functionCall("c1", "shell_command", { command: "sleep 1000", login: false }),
      completed(),
    ),
    textReply("next"),
  ]);
  await rig.say("go");
  await rig.until("item_started", (msg) => msg.item.type === "command_execution");
  await rig.thread.submit({ type: "interrupt" });
  await rig.until("turn_aborted");
  await rig.say("again");
  await rig.until("turn_completed");
  const output = rig.server.requests[1]!.body.input.find((item) =>
    item.type === "function_call_output"
  );
  assert.match(String(output?.["output"]), /^Wall time: \d+\.\d seconds\naborted by user$/);
});

Deno.test("half a message and steered words survive an interrupt", async () => {
  await using rig = await openThreadRig([
    { events: [created(), ...textDeltas("m1", "half of it").slice(0, -1)], hang: true },
    textReply("next"),
  ]);
  await rig.say("go");
  await rig.until("item_delta");
  await rig.say("wait, also");
  await rig.thread.submit({ type: "interrupt" });
  await rig.until("turn_aborted");
  await rig.say("again");
  await rig.until("turn_completed");
  const texts = JSON.stringify(rig.server.requests[1]!.body.input.slice(2));
  const order = ["go", "half", "wait, also", "<turn_aborted>", "again"].map((part) =>
    texts.indexOf(part)
  );
  assert.ok(order.every((at) => at !== -1), texts);
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
});

Deno.test("shutdown comes last and ends the events", async () => {
  await using rig = await openThreadRig([textReply("a")]);
  await rig.thread.submit({ type: "shutdown" });
  await rig.until("shutdown_complete");
  await assert.rejects(rig.until("warning"), /the events ended/);
  await assert.rejects(rig.say("more"));
});

Deno.test("a compaction during a turn replaces it without a marker", async () => {
  await using rig = await openThreadRig([
    { events: [created()], hang: true },
    reply(created(), assistantMessage("m", "what matters"), completed()),
    textReply("after"),
  ]);
  await rig.say("long story");
  await rig.server.nextRequest();
  await rig.thread.submit({ type: "compact" });
  assert.equal((await rig.until("turn_aborted")).reason, "replaced");
  await rig.until("turn_completed");
  const summary = rig.server.requests[1]!.body;
  assert.deepEqual(summary.tools, []);
  await rig.say("go on");
  await rig.until("turn_completed");
  const texts = rig.server.requests[2]!.body.input.map((item) => JSON.stringify(item));
  assert.match(texts.at(-1)!, /go on/);
  assert.match(texts.at(-2)!, /what matters/);
  assert.match(texts.at(-3)!, /long story/);
  assert.ok(!texts.some((text) => text.includes("<turn_aborted>")));
});

Deno.test("a rollback forgets the last turn, and refuses nonsense", async () => {
  await using rig = await openThreadRig([textReply("a"), textReply("b"), textReply("c")]);
  for (const text of ["alpha-1", "beta-2"]) {
    await rig.say(text);
    await rig.until("turn_completed");
  }
  await rig.thread.submit({ type: "thread_rollback", numTurns: 0 });
  assert.equal((await rig.until("error")).error.info.type, "thread_rollback_failed");
  await rig.thread.submit({ type: "thread_rollback", numTurns: 1 });
  await rig.until("thread_rolled_back");
  await rig.say("gamma-3");
  await rig.until("turn_completed");
  const texts = JSON.stringify(rig.server.requests[2]!.body.input);
  assert.ok(texts.includes("alpha-1") && texts.includes("gamma-3") && !texts.includes("beta-2"));
});
