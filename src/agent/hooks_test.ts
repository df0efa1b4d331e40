import assert from "node:assert/strict";
import type { AfterAgentEvent, HookListener, HookOutcome, ResponseItem } from "../protocol/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { dispatchHooks, hookPayload, notifyHooks, notifyPayload, userMessages } from "./hooks.ts";

const TURN: AfterAgentEvent = {
  event_type: "after_agent",
  thread_id: "th",
  turn_id: "tu",
  input_messages: ["notify me", 'with "quotes"\nand lines'],
  last_assistant_message: "final answer",
};

const PAYLOAD = hookPayload("th", "/w", Date.UTC(2025, 0, 1, 0, 0, 0, 999), TURN);

Deno.test("after_agent: names and their order are fixed", () => {
  const event = { ...TURN, input_messages: ["hi"], last_assistant_message: "done" };
  assert.equal(
    JSON.stringify(hookPayload("th", "/w", Date.UTC(2025, 0, 1), event)),
    '{"session_id":"th","cwd":"/w","triggered_at":"2025-01-01T00:00:00Z","hook_event":' +
      '{"event_type":"after_agent","thread_id":"th","turn_id":"tu","input_messages":["hi"],' +
      '"last_assistant_message":"done"}}',
  );
  // A part of a second is cut off.
  assert.equal(PAYLOAD.triggered_at, "2025-01-01T00:00:00Z");
});

Deno.test("listeners: in order, until one of them aborts; a failure alone stops nothing", async () => {
  const heard: string[] = [];
  const warnings: unknown[] = [];
  const logger = { ...SILENT_LOGGER, warn: (_: string, facts?: unknown) => warnings.push(facts) };
  const listener = (name: string, outcome: HookOutcome | Error): HookListener => ({ cwd }) => {
    heard.push(`${name} ${cwd}`);
    if (outcome instanceof Error) throw outcome;
    return Promise.resolve(outcome);
  };
  const listeners = [
    listener("first", { type: "success" }),
    listener("broken", new TypeError("oh")),
    listener("failed", { type: "failed_continue", error: "no" }),
    listener("aborts", { type: "failed_abort", error: "enough" }),
    listener("last", { type: "success" }),
  ];
  assert.equal(await dispatchHooks(listeners, PAYLOAD, logger), "enough");
  assert.deepEqual(heard, ["first /w", "broken /w", "failed /w", "aborts /w"]);
  assert.deepEqual(warnings, [
    { event: "after_agent", error: "TypeError: oh" },
    { event: "after_agent", error: "no" },
    { event: "after_agent", error: "enough" },
  ]);
  assert.equal(await dispatchHooks(listeners.slice(0, 3), PAYLOAD, logger), null);
});

Deno.test("notify: names and their order are fixed", () => {
  assert.equal(
    notifyPayload("/w", TURN),
    '{"type":"agent-turn-complete","thread-id":"th","turn-id":"tu","cwd":"/w",' +
      '"input-messages":["notify me","with \\"quotes\\"\\nand lines"],' +
      '"last-assistant-message":"final answer"}',
  );
  assert.match(
    notifyPayload("/w", { ...TURN, last_assistant_message: null }),
    /"last-assistant-message":null}$/,
  );
});

Deno.test("notify: the argument is the last one, behind those of the configuration", async () => {
  const started: (readonly string[])[] = [];
  const [notify] = notifyHooks({
    command: ["prog", "a b"],
    start: (argv) => started.push(argv),
  });
  assert.deepEqual(await notify!(PAYLOAD), { type: "success" });
  assert.deepEqual(started, [["prog", "a b", notifyPayload("/w", TURN)]]);
});

for (const command of [[], [""], ["", "a"]]) {
  Deno.test(`notify: ${JSON.stringify(command)} is off`, () => {
    assert.deepEqual(notifyHooks({ command, start: () => assert.fail("started") }), []);
  });
}

Deno.test("notify: a program that does not start stops nothing", async () => {
  const start = () => {
    throw new Deno.errors.NotFound("no such program");
  };
  const [notify] = notifyHooks({ command: ["prog"], start });
  assert.deepEqual(await notify!(PAYLOAD), {
    type: "failed_continue",
    error: "the notify program did not start: NotFound: no such program",
  });
});

for (
  const { name, inputMessages, lastAgentMessage } of [
    {
      name: "many messages",
      inputMessages: Array.from(
        { length: 5_000 },
        (_, index) => `message ${index} ${"é".repeat(40)}`,
      ),
      lastAgentMessage: "short",
    },
    { name: "one message", inputMessages: [`x${"😀".repeat(100_000)}`], lastAgentMessage: "short" },
    { name: "the answer", inputMessages: ["hi"], lastAgentMessage: "😀".repeat(100_001) },
    {
      name: "everything",
      inputMessages: ["x".repeat(500_000), "y".repeat(500_000)],
      lastAgentMessage: "\u0000".repeat(500_000),
    },
  ]
) {
  Deno.test(`notify: ${name}, too long for an argument, cut until it fits`, () => {
    const payload = notifyPayload("/w", {
      ...TURN,
      input_messages: inputMessages,
      last_assistant_message: lastAgentMessage,
    });
    const bytes = new TextEncoder().encode(payload).length;
    assert(bytes <= 120_000 && bytes > 20_000, `${bytes} bytes`);
    const told = JSON.parse(payload);
    assert.equal(told["thread-id"], "th");
    // What is left is the newest, and whole characters.
    const newest = inputMessages.at(-1)!;
    assert(newest.startsWith(told["input-messages"].at(-1)));
    assert(!payload.includes("\\ud83d"));
  });
}

Deno.test("notify: what a person wrote, without pictures and what the program said", () => {
  const user = (...texts: string[]): ResponseItem => ({
    type: "message",
    role: "user",
    content: texts.map((text) =>
      text.startsWith("data:")
        ? { type: "input_image", image_url: text }
        : { type: "input_text", text }
    ),
  });
  const items: ResponseItem[] = [
    { type: "message", role: "developer", content: [{ type: "input_text", text: "rules" }] },
    user("<environment_context>\n</environment_context>"),
    user("first"),
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "answer" }] },
    user("<image name=[Image #1]>", "data:x", "</image>", "look at <image>"),
  ];
  assert.deepEqual(userMessages(items), ["first", "look at <image>"]);
});
