import assert from "node:assert/strict";
import type { Event } from "../protocol/mod.ts";
import { EventQueue, mergeDeltas } from "./event_queue.ts";

const warning = (message: string): Event => ({ id: "t", msg: { type: "warning", message } });
const delta = (text: string, itemId = "m"): Event => ({
  id: "t",
  msg: { type: "item_delta", turnId: "t", itemId, delta: { type: "agent_message", text } },
});

async function all(queue: EventQueue): Promise<Event[]> {
  return await Array.fromAsync(queue.read());
}

Deno.test("events come in order and end with the queue", async () => {
  const queue = new EventQueue();
  await queue.push(warning("a"));
  await queue.push(delta("b"));
  await queue.push(warning("c"));
  queue.close();
  assert.deepEqual(await all(queue), [warning("a"), delta("b"), warning("c")]);
});

Deno.test("a slow reader gets all the text in fewer deltas", async () => {
  const queue = new EventQueue();
  const words = Array.from({ length: 20_000 }, (_, n) => `${n} `);
  for (const word of words) await queue.push(delta(word));
  queue.close();
  const events = await all(queue);
  assert.ok(events.length <= 300, `${events.length} events`);
  const text = events.map(({ msg }) =>
    msg.type === "item_delta" && msg.delta.type === "agent_message" ? msg.delta.text : "?"
  ).join("");
  assert.equal(text, words.join(""));
});

Deno.test("what is not a delta waits for room and is never lost", async () => {
  const queue = new EventQueue();
  let pushed = 0;
  const producer = (async () => {
    for (let n = 0; n < 6_000; n += 1) {
      await queue.push(warning(String(n)));
      pushed += 1;
    }
    queue.close();
  })();
  while (pushed < 4_096) await Promise.resolve();
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
  assert.equal(pushed, 4_096);
  const events = await all(queue);
  await producer;
  assert.deepEqual(events, Array.from({ length: 6_000 }, (_, n) => warning(String(n))));
});

Deno.test("a reader that leaves blocks nobody", async () => {
  const queue = new EventQueue();
  await queue.push(warning("a"));
  for await (const _event of queue.read()) break;
  for (let n = 0; n < 10_000; n += 1) await queue.push(warning("b"));
});

Deno.test("output of a command is merged up to the promised size", () => {
  const piece = (size: number) =>
    ({ type: "command_output", stream: "stdout", chunk: new Uint8Array(size) }) as const;
  assert.equal(mergeDeltas(piece(8_000), piece(193)), null);
  const merged = mergeDeltas(piece(8_000), piece(192));
  assert.equal(merged?.type === "command_output" && merged.chunk.length, 8_192);
  assert.equal(mergeDeltas(piece(1), { ...piece(1), stream: "stderr" }), null);
});
