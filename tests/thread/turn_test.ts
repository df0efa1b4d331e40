import assert from "node:assert/strict";
import {
  assistantMessage,
  completed,
  created,
  customToolCall,
  functionCall,
  httpError,
  reply,
  textDeltas,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig, outline } from "../support/thread_rig.ts";

Deno.test("one turn: events in order, turn id = submission id, request as the format says", async () => {
  await using rig = await openThreadRig([textReply("hello")]);
  const id = await rig.say("hi");
  const end = await rig.until("turn_completed");
  assert.equal(end.turnId, id);
  assert.equal(end.lastAgentMessage, "hello");
  assert.deepEqual(outline(rig.seen), [
    "session_configured",
    "turn_started",
    "item_started user_message",
    "item_completed user_message",
    "item_started agent_message",
    "item_completed agent_message",
    "turn_completed",
  ]);
  assert.equal(rig.seen[0]?.id, "");
  assert.ok(rig.seen.slice(1).every((event) => event.id === id));
  const [request] = rig.server.requests;
  assert.deepEqual(
    request?.body.input.map((item) => item["role"]),
    ["developer", "user", "user"],
  );
  assert.equal(request?.body["prompt_cache_key"], rig.thread.id);
  assert.equal(request?.headers["session_id"], rig.thread.id);
});

Deno.test("calls that bear company overlap; outputs come in call order, whatever ended first", async () => {
  await using rig = await openThreadRig([
    reply(
      created(),
      functionCall("slow", "exec_command", {
        cmd: "until [ -e go ]; do sleep 0.01; done; echo slow",
        login: false,
      }),
      functionCall("fast", "exec_command", { cmd: "echo fast; touch go", login: false }),
      completed(),
    ),
    textReply("done"),
  ]);
  await rig.say("run both");
  await rig.until("turn_completed");
  const outputs = rig.server.requests[1]!.body.input.filter((item) =>
    item.type === "function_call_output"
  );
  assert.deepEqual(outputs.map((item) => item["call_id"]), ["slow", "fast"]);
  assert.match(String(outputs[0]!["output"]), /Process exited with code 0\n.*\nOutput:\nslow\n$/s);
});

Deno.test("an unknown tool and bad arguments are told to the model, and the turn goes on", async () => {
  await using rig = await openThreadRig([
    reply(
      created(),
      functionCall("a", "no_such_tool", {}),
      customToolCall("b", "no_such_custom", "x"),
      functionCall("c", "exec_command", { cmd: 5 }),
      functionCall("d", "exec_command", { cmd: "true", yield_time_ms: 1.5 }),
      customToolCall("e", "shell", "ls"),
      completed(),
    ),
    textReply("ok"),
  ]);
  await rig.say("go");
  await rig.until("turn_completed");
  const outputs = Object.fromEntries(
    rig.server.requests[1]!.body.input.filter((item) => item.type.endsWith("_output")).map((
      item,
    ) => [item["call_id"], `${item.type}: ${item["output"]}`]),
  );
  assert.equal(outputs["a"], "function_call_output: unsupported call: no_such_tool");
  assert.equal(
    outputs["b"],
    "custom_tool_call_output: unsupported custom tool call: no_such_custom",
  );
  assert.match(outputs["c"]!, /^function_call_output: failed to parse function arguments: /);
  assert.match(outputs["d"]!, /^function_call_output: failed to parse function arguments: /);
  assert.equal(outputs["e"], "custom_tool_call_output: aborted");
});

Deno.test("a cut stream is retried from what is recorded: nothing is said or run twice", async () => {
  await using rig = await openThreadRig([
    {
      events: [
        created(),
        assistantMessage("m1", "first part"),
        functionCall("c1", "exec_command", { cmd: "echo x >> runs", login: false }),
        completed(),
      ],
      cutAfter: 3,
    },
    textReply("second part"),
  ]);
  await rig.say("go");
  const retry = await rig.until("stream_error");
  assert.equal(retry.error.message, "Reconnecting... 1/5");
  const end = await rig.until("turn_completed");
  assert.equal(end.lastAgentMessage, "second part");
  const kinds = rig.server.requests[1]!.body.input.slice(3).map((item) => item.type);
  assert.deepEqual(kinds, ["message", "function_call", "function_call_output"]);
  assert.equal(await Deno.readTextFile(`${rig.workspace}/runs`), "x\n");
});

Deno.test("a failing request ends the turn with an error, and the thread stays usable", async () => {
  await using rig = await openThreadRig([
    httpError(400, { error: { message: "bad thing" } }),
    textReply("fine"),
  ]);
  await rig.say("one");
  const error = await rig.until("error");
  assert.equal(error.error.info.type, "other");
  const failed = await rig.until("turn_completed");
  assert.equal(failed.lastAgentMessage, null);
  assert.equal(rig.server.requests.length, 1);
  await rig.say("two");
  assert.equal((await rig.until("turn_completed")).lastAgentMessage, "fine");
});

Deno.test("steered words reach the next request of the same turn, after the tool outputs", async () => {
  const steered = Promise.withResolvers<void>();
  await using rig = await openThreadRig([
    {
      events: [
        created(),
        functionCall("c1", "exec_command", { cmd: "echo hi", login: false }),
        { wait: steered.promise },
        completed(),
      ],
    },
    textReply("done"),
  ]);
  const id = await rig.say("start");
  await rig.until("item_completed", (msg) => msg.item.type === "command_execution");
  await rig.say("and also this");
  steered.resolve();
  const end = await rig.until("turn_completed");
  assert.equal(end.turnId, id);
  const input = rig.server.requests[1]!.body.input;
  assert.deepEqual(input.slice(-3).map((item) => item.type), [
    "function_call",
    "function_call_output",
    "message",
  ]);
  assert.match(JSON.stringify(input.at(-1)), /and also this/);
  const messages = rig.seen.filter(({ msg }) =>
    msg.type === "item_completed" && msg.item.type === "user_message"
  );
  assert.deepEqual(messages.map((event) => event.id), [id, id]);
});

Deno.test("changed permissions are told once, before the next message, and nothing else is", async () => {
  await using rig = await openThreadRig([textReply("a"), textReply("b")]);
  await rig.say("one");
  await rig.until("turn_completed");
  await rig.thread.submit({
    type: "override_turn_context",
    settings: { approvalPolicy: "on-request" },
  });
  await rig.say("two");
  await rig.until("turn_completed");
  const added = rig.server.requests[1]!.body.input.slice(4);
  assert.deepEqual(added.map((item) => item["role"]), ["developer", "user"]);
  assert.match(JSON.stringify(added[0]), /<permissions instructions>/);
});

Deno.test("patches of one answer are applied one after the other", async () => {
  const patch = (id: string, from: string, to: string) => {
    const lines = ["*** Begin Patch", "*** Update File: f", `-${from}`, `+${to}`, "*** End Patch"];
    return customToolCall(id, "apply_patch", lines.join("\n"));
  };
  const words = Array.from({ length: 20 }, (_, i) => `word ${i}.`);
  const patches = words.slice(1).map((word, i) => patch(`p${i}`, words[i]!, word));
  await using rig = await openThreadRig([
    reply(created(), ...patches, completed()),
    textReply("done"),
  ]);
  await Deno.writeTextFile(`${rig.workspace}/f`, `${words[0]}\n`);
  await rig.say("go");
  await rig.until("turn_completed");
  assert.equal(await Deno.readTextFile(`${rig.workspace}/f`), `${words.at(-1)}\n`);
});

Deno.test("half a message of a connection that broke is not kept beside the whole one", async () => {
  await using rig = await openThreadRig([
    { ...reply(created(), ...textDeltas("m1", "half of it"), completed()), cutAfter: 3 },
    textReply("all of it"),
    textReply("next"),
  ]);
  await rig.say("go");
  await rig.until("turn_completed");
  await rig.say("again");
  await rig.until("turn_completed");
  const input = JSON.stringify(rig.server.requests.at(-1)!.body.input);
  assert.ok(input.includes("all of it") && !input.includes("half"));
});
