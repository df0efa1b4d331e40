import assert from "node:assert/strict";
import { durationText, firstLines, readable } from "./readable.ts";

Deno.test("durations", () => {
  const texts = [0, 233, 999, 1000, 1500, 59_990, 60_000, 65_400, 3_600_000].map(durationText);
  assert.deepEqual(texts, [
    "0ms",
    "233ms",
    "999ms",
    "1.00s",
    "1.50s",
    "59.99s",
    "1m 00s",
    "1m 05s",
    "60m 00s",
  ]);
});

Deno.test("no text of a command can drive the terminal", () => {
  assert.equal(readable("\x1b[31mred\x1b[0m"), "red");
  assert.equal(readable("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b"), "ab");
  assert.equal(readable("a\r\nb\rc\bd\x9b2Je\tf\n"), "a\nbcd2Je\tf\n");
  assert.equal(readable("é 😀 ✓"), "é 😀 ✓");
  assert.equal(readable("\x1bcreset"), "reset");
});

Deno.test("first lines", () => {
  assert.deepEqual(firstLines("a\nb\n", 2), { shown: "a\nb", more: 0 });
  assert.deepEqual(firstLines("a\nb\nc", 2), { shown: "a\nb", more: 1 });
  assert.deepEqual(firstLines("a\nb\n\n\n", 2), { shown: "a\nb", more: 2 });
  assert.deepEqual(firstLines("", 2), { shown: "", more: 0 });
});
