import assert from "node:assert/strict";
import { type LinePlace, linesBackwards, readLines } from "./line_stream.ts";

async function withFile<T>(text: string, use: (file: Deno.FsFile) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    using file = await Deno.open(path);
    return await use(file);
  } finally {
    await Deno.remove(path);
  }
}

async function backwards(text: string, headBytes: number): Promise<LinePlace[]> {
  return await withFile(
    text,
    async (file) => await Array.fromAsync(linesBackwards(file, headBytes)),
  );
}

Deno.test("lines forwards: empty ones count, the last needs no newline", async () => {
  const lines = (text: string, from = 0) =>
    withFile(text, async (file) => await Array.fromAsync(readLines(file, from)));
  assert.deepEqual(await lines("a\n\nbé\n"), ["a", "", "bé"]);
  assert.deepEqual(await lines("a\nb"), ["a", "b"]);
  assert.deepEqual(await lines(""), []);
  assert.deepEqual(await lines("ab\ncd\n", 3), ["cd"]);
  const long = "é".repeat(300_000);
  assert.deepEqual(await lines(`${long}\nx\n`), [long, "x"]);
  // Several reads, the last of which fills a part of the buffer alone.
  const many = Array.from({ length: 50_000 }, (_, at) => `line ${at}`);
  assert.deepEqual(await lines(`${many.join("\n")}\n`), many);
});

Deno.test("lines backwards: places and heads, empty lines left out", async () => {
  assert.deepEqual(await backwards("first\n\nsecond\nthird", 3), [
    { start: 14, length: 5, head: "thi" },
    { start: 7, length: 6, head: "sec" },
    { start: 0, length: 5, head: "fir" },
  ]);
  assert.deepEqual(await backwards("", 3), []);
  assert.deepEqual(await backwards("\n\n", 3), []);
});

Deno.test("lines backwards: a head that lies across blocks is whole", async () => {
  const block = 1024 * 1024;
  // The second line begins a few bytes before the block border counted from the end.
  const second = `head${"y".repeat(block - 2)}`;
  const found = await backwards(`${"x".repeat(5000)}\n${second}\n`, 8);
  assert.deepEqual(found.map(({ start, length, head }) => [start, length, head]), [
    [5001, second.length, "headyyyy"],
    [0, 5000, "xxxxxxxx"],
  ]);
});

Deno.test("lines backwards: every line of a large file once, at its place", async () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `${index}:${"z".repeat(index % 257)}`);
  const found = await backwards(lines.join("\n") + "\n", 12);
  assert.equal(found.length, lines.length);
  let start = 0;
  for (const [index, line] of lines.entries()) {
    const place = found[found.length - 1 - index];
    assert.deepEqual(place, { start, length: line.length, head: line.slice(0, 12) });
    start += line.length + 1;
  }
});
