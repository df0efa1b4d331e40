import assert from "node:assert/strict";
import {
  approximateTokens,
  countLines,
  truncateMiddle,
  truncateToolOutput,
  truncateWithLineCount,
} from "./truncate.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

const bytes = (limit: number) => ({ mode: "bytes", limit }) as const;
const tokens = (limit: number) => ({ mode: "tokens", limit }) as const;

Deno.test("a cut by bytes counts the characters between the halves", () => {
  assert.equal(
    truncateMiddle("this is an example of a long output that should be truncated", bytes(30)),
    "this is an exam…30 chars truncated…ld be truncated",
  );
});

Deno.test("a cut by tokens counts tokens; the headed form counts lines first", () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join("");
  const cut = truncateWithLineCount(text, tokens(50));
  const [head = "", tail = ""] = cut.split("…27174 tokens truncated…");
  assert.ok(head.startsWith("Total output lines: 20000\n\n1\n2\n"));
  assert.equal(head.length - "Total output lines: 20000\n\n".length, 100);
  assert.equal(tail.length, 100);
});

Deno.test("what fits comes back as the same text", () => {
  for (const text of ["", "a", "é".repeat(10)]) {
    assert.equal(truncateMiddle(text, bytes(20)), text);
    assert.equal(truncateWithLineCount(text, bytes(20)), text);
  }
  assert.equal(truncateMiddle("x".repeat(40), tokens(10)), "x".repeat(40));
});

Deno.test("a budget of nothing leaves the marker alone", () => {
  assert.equal(truncateMiddle("abcdef", tokens(0)), "…2 tokens truncated…");
  assert.equal(truncateMiddle("abcdef", bytes(0)), "…6 chars truncated…");
});

Deno.test("characters are never cut in two", () => {
  // Each of these takes four bytes, so a half of seven holds one.
  assert.equal(truncateMiddle("😀".repeat(10), bytes(14)), "😀…8 chars truncated…😀");
  for (let limit = 0; limit < 40; limit++) {
    assert.ok(!truncateMiddle("aé€😀".repeat(9), bytes(limit)).includes("\ufffd"), `${limit}`);
  }
});

Deno.test("half a surrogate pair, which no file can hold, does not stop a cut", () => {
  assert.equal(truncateMiddle("\ud800".repeat(20), bytes(12)), "��…16 chars truncated…��");
});

Deno.test("tokens are a quarter of the bytes, rounded up", () => {
  assert.deepEqual(["", "a", "abcd", "abcde", "é€😀"].map(approximateTokens), [0, 1, 1, 2, 3]);
});

Deno.test("lines are counted without one after the last newline", () => {
  assert.deepEqual(["", "a", "a\n", "a\nb", "\n", "\n\n"].map(countLines), [0, 1, 1, 2, 1, 2]);
});

Deno.test("texts of a structured output share one budget; images are free", () => {
  const text = (value: string) => ({ type: "input_text", text: value }) as const;
  const image = { type: "input_image", image_url: "data:" } as const;
  assert.deepEqual(
    truncateToolOutput(
      [text("12345"), image, text("abcdefghij"), text("lost"), image, text("lost")],
      bytes(9),
    ),
    [
      text("12345"),
      image,
      text("ab…6 chars truncated…ij"),
      image,
      text("[omitted 2 text items ...]"),
    ],
  );
});

Deno.test("a second cut leaves one marker that counts both losses", () => {
  const once = truncateMiddle("x".repeat(100_000), tokens(10_000));
  const twice = String(truncateToolOutput(`Output:\n${once}`, bytes(12_000)));
  const markers = [...twice.matchAll(/…(\d+) (\w+) truncated…/g)];
  assert.equal(markers.length, 1);
  assert.equal(markers[0]?.[2], "chars");
  // 60 000 were lost at first; 8 + 40 000 + the marker are cut to 12 000 now.
  const lost = Number(markers[0]?.[1]);
  assert.ok(Math.abs(lost - 88_008) <= 1, String(lost));
});

Deno.test("a cut of thirty megabytes takes about four times that of a quarter", () => {
  const measure = (length: number): number => {
    const text = "é\n".repeat(length / 3);
    const runs = Array.from({ length: 3 }, () => {
      const start = processorTime();
      truncateWithLineCount(text, tokens(10_000));
      return processorTime() - start;
    });
    return Math.min(...runs);
  };
  measure(1_000_000);
  const [quarter, whole] = [measure(7_500_000), measure(30_000_000)];
  // A quadratic cut would take sixteen times as long.
  assert.ok(whole < quarter * 10 + 50, `${quarter} ms, then ${whole} ms`);
});
