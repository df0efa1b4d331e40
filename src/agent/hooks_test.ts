import assert from "node:assert/strict";
import type { ResponseItem } from "../protocol/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { type FinishedTurn, notifyHooks, notifyPayload, userMessages } from "./hooks.ts";

const TURN: FinishedTurn = {
  threadId: "th",
  turnId: "tu",
  cwd: "/w",
  inputMessages: ["notify me", 'with "quotes"\nand lines'],
  lastAgentMessage: "final answer",
};

Deno.test("notify: names and their order are fixed", () => {
  assert.equal(
    notifyPayload(TURN),
    '{"type":"agent-turn-complete","thread-id":"th","turn-id":"tu","cwd":"/w",' +
      '"input-messages":["notify me","with \\"quotes\\"\\nand lines"],' +
      '"last-assistant-message":"final answer"}',
  );
  assert.match(
    notifyPayload({ ...TURN, lastAgentMessage: null }),
    /"last-assistant-message":null}$/,
  );
});

Deno.test("notify: the argument is the last one, behind those of the configuration", () => {
  const started: (readonly string[])[] = [];
  const hooks = notifyHooks({
    command: ["prog", "a b"],
    start: (argv) => started.push(argv),
    logger: SILENT_LOGGER,
  });
  hooks.turnFinished(TURN);
  assert.deepEqual(started, [["prog", "a b", notifyPayload(TURN)]]);
});

for (const command of [[], [""], ["", "a"]]) {
  Deno.test(`notify: ${JSON.stringify(command)} is off`, () => {
    const start = () => assert.fail("started");
    notifyHooks({ command, start, logger: SILENT_LOGGER }).turnFinished(TURN);
  });
}

Deno.test("notify: a program that does not start is only logged", () => {
  const start = () => {
    throw new Deno.errors.NotFound("no such program");
  };
  const warnings: string[] = [];
  const logger = { ...SILENT_LOGGER, warn: (message: string) => void warnings.push(message) };
  notifyHooks({ command: ["prog"], start, logger }).turnFinished(TURN);
  assert.equal(warnings.length, 1);
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
    const payload = notifyPayload({ ...TURN, inputMessages, lastAgentMessage });
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
