import assert from "node:assert/strict";
import { sseData } from "./sse.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

const FOREVER = { idleTimeoutMs: 60_000, signal: new AbortController().signal };

async function dataOf(chunks: Iterable<Uint8Array>): Promise<string[]> {
  const all: string[] = [];
  for await (const batch of sseData(ReadableStream.from(chunks), FOREVER)) all.push(...batch);
  return all;
}

function* pieces(text: string, size: number): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

Deno.test("events come out whole, however the bytes are cut", async () => {
  const text = [
    "event: a\ndata: größe 🚀\n\n",
    ": comment\n\n",
    "data: two\ndata: lines\r\n\r\n",
    "data:no space\n\n",
    "id: 1\nretry: 2\n\n",
    "data: last, no blank line",
  ].join("");
  for (const size of [1, 2, 3, 7, 1000]) {
    assert.deepEqual(await dataOf(pieces(text, size)), [
      "größe 🚀",
      "two\nlines",
      "no space",
      "last, no blank line",
    ]);
  }
});

Deno.test("an empty body holds no data", async () => {
  assert.deepEqual(await dataOf([]), []);
});

Deno.test("leaving early cancels the body", async () => {
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
    cancel: () => cancelled.resolve(),
  });
  for await (const batch of sseData(body, FOREVER)) {
    assert.deepEqual(batch, ["1"]);
    break;
  }
  await cancelled.promise;
});

Deno.test("a broken body is a disconnected stream with its cause", async () => {
  const cause = new Error("reset by peer");
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(cause) });
  await assert.rejects(sseData(body, FOREVER).next(), (error: Error) => {
    assert.equal(error.message, "stream disconnected before completion: reset by peer");
    return error.cause === cause;
  });
});

Deno.test("one long line costs time in proportion to its length", async () => {
  const once = async (megabytes: number): Promise<number> => {
    const line = `data: ${"x".repeat(megabytes * 1024 * 1024)}\n\n`;
    const chunks = [...pieces(line, 4096)];
    const start = processorTime();
    const [data] = await dataOf(chunks);
    assert.equal(data?.length, megabytes * 1024 * 1024);
    return processorTime() - start;
  };
  // The best of three: other work on the machine only ever adds time.
  const time = async (megabytes: number): Promise<number> =>
    Math.min(await once(megabytes), await once(megabytes), await once(megabytes));
  const small = await time(2);
  const large = await time(32);
  // Linear gives 16 times as much, quadratic 256 times.
  assert.ok(large < small * 120, `32 MB took ${large} ms, 2 MB took ${small} ms`);
});

/** `piece` again and again, until nobody wants any more. */
function endless(piece: string): { body: ReadableStream<Uint8Array>; cancelled: Promise<void> } {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const bytes = new TextEncoder().encode(piece);
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes),
    cancel: () => resolve(),
  });
  return { body, cancelled };
}

for (
  const [name, piece, complaint] of [
    ["an event", `data: ${"x".repeat(1 << 20)}\n`, /an event of more than 32 MiB/],
    ["a line", "x".repeat(1 << 20), /an event of more than 32 MiB/],
    ["a JSON document", `{"a": "${"x".repeat(1 << 20)}`, /an event of more than 32 MiB/],
    ["comments", `: ${"x".repeat(1 << 20)}\n\n`, /an event of more than 32 MiB/],
    ["a stream of events", `data: ${"x".repeat(1 << 20)}\n\n`, /a stream of more than 128 MiB/],
  ] as const
) {
  Deno.test(`${name} without end is given up, and the body with it`, async () => {
    const { body, cancelled } = endless(piece);
    const readAll = async () => {
      for await (const _batch of sseData(body, FOREVER));
    };
    await assert.rejects(readAll(), complaint);
    await cancelled;
  });
}
