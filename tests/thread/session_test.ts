import assert from "node:assert/strict";
import { compactionLimit } from "../../src/agent/compact.ts";
import { findModel } from "../../src/model/mod.ts";
import {
  assistantMessage,
  completed,
  created,
  failed,
  reply,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig } from "../support/thread_rig.ts";

const NO_OVERRIDES = {
  contextWindow: null,
  autoCompactTokenLimit: null,
  toolOutputTokenLimit: null,
  supportsReasoningSummaries: null,
};

Deno.test("a session has no file until somebody says something, then one of mode 0600", async () => {
  await using rig = await openThreadRig([textReply("a")]);
  const path = rig.thread.rolloutPath!;
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  await rig.say("hi");
  await rig.until("turn_completed");
  const file = await Deno.stat(path);
  if (Deno.build.os !== "windows") assert.equal(file.mode! & 0o777, 0o600);
  const kinds = (await Deno.readTextFile(path)).trim().split("\n").map((line) => {
    const { type, payload } = JSON.parse(line);
    return type === "event_msg" ? payload.type : type === "response_item" ? payload.role : type;
  });
  assert.deepEqual(kinds, [
    "session_meta",
    "developer",
    "user",
    "task_started",
    "user",
    "user_message",
    "turn_context",
    "agent_message",
    "assistant",
    "token_count",
    "task_complete",
  ]);
});

Deno.test("a resumed thread knows what was said, not what was rolled back, and repeats no opening", async () => {
  await using first = await openThreadRig([textReply("one"), textReply("two")]);
  for (const text of ["alpha-1", "beta-2"]) {
    await first.say(text);
    await first.until("turn_completed");
  }
  await first.thread.submit({ type: "thread_rollback", numTurns: 1 });
  await first.until("thread_rolled_back");
  await first.thread.submit({ type: "shutdown" });
  await first.until("shutdown_complete");
  await using second = await openThreadRig([textReply("three")], {
    resume: first.thread.rolloutPath!,
    workspace: first.workspace,
  });
  assert.equal(second.thread.id, first.thread.id);
  await second.say("gamma-3");
  await second.until("turn_completed");
  const texts = second.server.requests[0]!.body.input.map((item) => JSON.stringify(item));
  assert.equal(texts.filter((text) => text.includes("<permissions instructions>")).length, 1);
  assert.equal(texts.filter((text) => text.includes("<environment_context>")).length, 1);
  assert.deepEqual(
    ["alpha-1", "one", "beta-2", "gamma-3"].map((word) => texts.some((t) => t.includes(word))),
    [true, true, false, true],
  );
});

Deno.test("a full window ends the turn with its class, and the next turn makes room first", async () => {
  await using rig = await openThreadRig([
    reply(created(), failed("context_length_exceeded", "too long")),
    reply(created(), assistantMessage("s", "the summary"), completed()),
    textReply("fits again"),
  ]);
  await rig.say("first words");
  assert.equal((await rig.until("error")).error.info.type, "context_window_exceeded");
  await rig.until("turn_completed");
  await rig.say("second words");
  await rig.until("item_completed", (msg) => msg.item.type === "context_compaction");
  assert.equal((await rig.until("turn_completed")).lastAgentMessage, "fits again");
  const last = rig.server.requests[2]!.body.input.map((item) => JSON.stringify(item));
  assert.match(last.at(-1)!, /second words/);
  assert.match(last.at(-2)!, /the summary/);
  assert.ok(last.some((text) => text.includes("first words")));
});

Deno.test("a compaction that fails keeps the person's words", async () => {
  await using rig = await openThreadRig([
    reply(created(), failed("context_length_exceeded", "too long")),
    reply(created(), completed()),
    textReply("after"),
  ]);
  await rig.say("first words");
  await rig.until("turn_completed");
  await rig.say("second words");
  await rig.until("error");
  await rig.until("turn_completed");
  const lines = await Deno.readTextFile(rig.thread.rolloutPath!);
  assert.ok(lines.includes("second words"));
});

Deno.test("a summary that is too long to ask for leaves out the oldest; nothing that was said is lost, nor when it fails", async () => {
  const tooLong = reply(created(), failed("context_length_exceeded", "too long"));
  await using rig = await openThreadRig([
    textReply("one"),
    tooLong,
    ...[tooLong, tooLong, tooLong, reply(created(), failed("server_error", "broken"))],
    ...[
      tooLong,
      tooLong,
      tooLong,
      reply(created(), assistantMessage("s", "the summary"), completed()),
    ],
    textReply("fits again"),
  ], { config: ["model_providers.rig.stream_max_retries=0"] });
  for (const words of ["alpha-1", "beta-2", "gamma-3", "delta-4"]) {
    await rig.say(words);
    await rig.until("turn_completed");
  }
  const sent = rig.server.requests.map(({ body }) => JSON.stringify(body.input));
  assert.equal(sent.length, 11);
  const [afterFailure = "", last = ""] = [sent[6], sent[10]];
  for (const words of ["alpha-1", "beta-2", "gamma-3", "<permissions instructions>"]) {
    assert.ok(afterFailure.includes(words), `${words} after a failure`);
    assert.ok(last.includes(words), words);
  }
  assert.ok(last.includes("the summary") && last.includes("delta-4"));
  assert.ok(rig.seen.some(({ msg }) => msg.type === "background"));
});

Deno.test("a server that does not count tokens does not keep a conversation from being compacted", async () => {
  const uncounted = { type: "response.completed", response: { id: "r" } };
  await using rig = await openThreadRig([
    reply(created(), assistantMessage("m", "word ".repeat(2_000)), uncounted),
    reply(created(), assistantMessage("s", "the summary"), completed()),
    textReply("after"),
  ], { config: ["model=gpt-5.2-codex", "model_auto_compact_token_limit=2000"] });
  await rig.say("first words");
  await rig.until("turn_completed");
  await rig.say("second words");
  await rig.until("item_completed", (msg) => msg.item.type === "context_compaction");
  assert.equal((await rig.until("turn_completed")).lastAgentMessage, "after");
});

Deno.test("the limit is never above nine tenths of the window", () => {
  const limit = (autoCompactTokenLimit: number | null) =>
    compactionLimit(findModel("gpt-5.2-codex", { ...NO_OVERRIDES, autoCompactTokenLimit }));
  assert.equal(limit(null), 244_800);
  assert.equal(limit(1_000_000), 244_800);
  assert.equal(limit(1_000), 1_000);
});

Deno.test("a home that cannot be written is told once, and the turn goes on", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const codexHome = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${codexHome}/sessions`, "a file where a folder should be");
    await using rig = await openThreadRig([textReply("a"), textReply("b")], { codexHome });
    for (const text of ["one", "two"]) {
      await rig.say(text);
      await rig.until("turn_completed");
    }
    const warnings = rig.seen.filter(({ msg }) => msg.type === "warning");
    assert.equal(warnings.length, 1);
  } finally {
    await Deno.remove(codexHome, { recursive: true });
  }
});

Deno.test("a command of the person runs beside a turn and joins the history, or is a turn of its own", async () => {
  const hold = Promise.withResolvers<void>();
  await using rig = await openThreadRig([
    { events: [created(), { wait: hold.promise }, completed()] },
    textReply("saw it"),
    textReply("end"),
  ]);
  const id = await rig.say("go");
  await rig.server.nextRequest();
  await rig.thread.submit({ type: "run_user_shell_command", command: "echo beside" });
  await rig.until(
    "item_completed",
    (msg) => msg.item.type === "command_execution" && msg.item.source === "user_shell",
  );
  hold.resolve();
  assert.equal((await rig.until("turn_completed")).turnId, id);
  const record = JSON.stringify(rig.server.requests[1]!.body.input.at(-1));
  assert.match(
    record,
    /<user_shell_command>\\n<command>\\necho beside\\n<\/command>\\n<result>\\nExit code: 0\\nDuration: \d+\.\d{4} seconds\\nOutput:\\nbeside\\n\\n<\/result>\\n<\/user_shell_command>/,
  );
  const alone = await rig.thread.submit({ type: "run_user_shell_command", command: "echo alone" });
  assert.equal((await rig.until("turn_started")).turnId, alone);
  assert.equal((await rig.until("turn_completed")).turnId, alone);
});
