import assert from "node:assert/strict";
import { locatedMessage, positionAt } from "./located.ts";

Deno.test("a message shows its line with carets", () => {
  const text = 'model_context_window = "nope"\n';
  assert.equal(
    locatedMessage({
      file: "/h/config.toml",
      text,
      start: { line: 1, column: 24 },
      end: { line: 1, column: 29 },
      message: "wrong",
    }),
    [
      "/h/config.toml:1:24: wrong",
      "  |",
      '1 | model_context_window = "nope"',
      "  |                        ^^^^^^",
    ].join("\n"),
  );
});

Deno.test("the gutter is as wide as the line number, and a longer range gets one caret", () => {
  const text = `${"\n".repeat(9)}a = [\n]\r\n`;
  assert.equal(
    locatedMessage({
      file: "/f",
      text,
      start: { line: 10, column: 5 },
      end: { line: 11, column: 1 },
      message: "m",
    }),
    "/f:10:5: m\n   |\n10 | a = [\n   |     ^",
  );
});

Deno.test("a place behind the end of the text shows the first line only", () => {
  const place = { line: 3, column: 1 };
  assert.equal(
    locatedMessage({ file: "/f", text: "a", start: place, end: place, message: "m" }),
    "/f:3:1: m",
  );
});

Deno.test("a caret may stand right behind the line", () => {
  const place = { line: 1, column: 4 };
  assert.equal(
    locatedMessage({ file: "/f", text: "a =", start: place, end: place, message: "m" }),
    "/f:1:4: m\n  |\n1 | a =\n  |    ^",
  );
});

Deno.test("columns count characters", () => {
  const text = 'é = "😀"\nx = "😀" # y';
  assert.deepEqual(positionAt(text, 4), { line: 1, column: 5 });
  assert.deepEqual(positionAt(text, text.indexOf("#")), { line: 2, column: 9 });
  assert.deepEqual(positionAt(text, 0), { line: 1, column: 1 });
});

Deno.test("carets stand beneath what they mean: after tabs, wide characters and marks, at Windows line ends", () => {
  const text = '\t"日本" = e\u0301x "ü字"\r\n';
  assert.equal(
    locatedMessage({
      file: "/f",
      text,
      start: { line: 1, column: 13 },
      end: { line: 1, column: 16 },
      message: "wrong",
    }),
    ["/f:1:13: wrong", "  |", '1 | \t"日本" = e\u0301x "ü字"', "  | \t" + " ".repeat(12) + "^^^^^"]
      .join("\n"),
  );
});

Deno.test("of a very long line the surroundings of the place are shown", () => {
  const text = `key = "${"x".repeat(1_000)}" ? # ${"y".repeat(1_000)}`;
  const at = { line: 1, column: text.indexOf("?") + 1 };
  const [head, , line = "", carets = ""] = locatedMessage({
    file: "/f",
    text,
    start: at,
    end: at,
    message: "m",
  }).split("\n");
  assert.equal(head, `/f:1:${at.column}: m`);
  assert.ok(line.length < 200, line);
  assert.match(line, /^1 \| …x+" \? # y+…$/);
  assert.equal(carets.indexOf("^"), line.indexOf("?"));

  const first = locatedMessage({
    file: "/f",
    text,
    start: { line: 1, column: 1 },
    end: { line: 1, column: 3 },
    message: "m",
  });
  assert.match(first, /^1 \| key = "x+…$/m);
  assert.match(first, /^ {2}\| \^{3}$/m);
});

Deno.test("control characters of a file do not reach the terminal", () => {
  const text = 'a = "\u001b[2J\u0000\u009b" ?\r\n';
  const at = { line: 1, column: 13 };
  const shown = locatedMessage({ file: "/f", text, start: at, end: at, message: "m" });
  assert.equal(
    shown,
    '/f:1:13: m\n  |\n1 | a = "\uFFFD[2J\uFFFD\uFFFD" ?\n  |             ^',
  );
});
