import assert from "node:assert/strict";
import { changedRanges } from "./diff_lines.ts";
import { unifiedDiff } from "./unified_diff.ts";

Deno.test("hunks as other tools write them", () => {
  const numbers = Array.from({ length: 12 }, (_, i) => `${i + 1}\n`).join("");
  const cases: [string, string, number, string][] = [
    ["a\n", "a\n", 3, ""],
    ["", "", 3, ""],
    ["", "a\n", 3, "@@ -0,0 +1 @@\n+a\n"],
    ["a\nb\n", "", 3, "@@ -1,2 +0,0 @@\n-a\n-b\n"],
    ["a\nb\nc\n", "a\nc\n", 0, "@@ -2 +1,0 @@\n-b\n"],
    ["a", "a\n", 1, "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"],
    ["a\nb", "A\nb", 1, "@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n"],
    ["a\r\n", "a\n", 1, "@@ -1 +1 @@\n-a\r\n+a\n"],
    [
      numbers,
      numbers.replace("2\n", "two\n").replace("5\n", "five\n").replace("12\n", ""),
      1,
      "@@ -1,6 +1,6 @@\n 1\n-2\n+two\n 3\n 4\n-5\n+five\n 6\n@@ -11,2 +11 @@\n 11\n-12\n",
    ],
  ];
  for (const [before, after, context, diff] of cases) {
    assert.equal(unifiedDiff(before, after, context), diff, JSON.stringify([before, after]));
  }
});

Deno.test("lines that occur once hold their place", () => {
  const a = ["}", "x", "}", "anchor", "}", "y"];
  const b = ["new", "}", "anchor", "}", "}", "y"];
  assert.deepEqual(changedRanges(a, b), [
    { fromA: 0, toA: 2, fromB: 0, toB: 1 },
    { fromA: 4, toA: 4, fromB: 3, toB: 4 },
  ]);
});

Deno.test("a line that moved far is one line gone and one come", () => {
  const rest = Array.from({ length: 50 }, (_, i) => `${i}`);
  assert.deepEqual(changedRanges(["moved", ...rest], [...rest, "moved"]), [
    { fromA: 0, toA: 1, fromB: 0, toB: 0 },
    { fromA: 51, toA: 51, fromB: 50, toB: 51 },
  ]);
  const swapped = rest.map((_, i) => `${i ^ 1}`);
  const gone = changedRanges(rest, swapped).map((range) => range.toA - range.fromA);
  assert.equal(gone.reduce((sum, count) => sum + count, 0), 25);
});

Deno.test("a large file with nothing in common is one change", () => {
  const a = Array.from({ length: 4000 }, (_, i) => `${i % 7} a`);
  const b = Array.from({ length: 4000 }, (_, i) => `${i % 5} b`);
  assert.deepEqual(changedRanges(a, b), [{ fromA: 0, toA: 4000, fromB: 0, toB: 4000 }]);
});
