import assert from "node:assert/strict";
import { editFile } from "./edit.ts";
import { parsePatch } from "./parse.ts";
import { decodeFile } from "./text_file.ts";

/** The file after the chunk lines given, or why not. Text in, text out; one character a byte. */
function edit(before: string, ...lines: string[]): string {
  const text = ["*** Begin Patch", "*** Update File: f", ...lines, "*** End Patch"].join("\n");
  const [section] = parsePatch(text).sections;
  assert.ok(section?.type === "update");
  const bytes = Uint8Array.from(before, (c) => c.charCodeAt(0));
  const result = editFile(decodeFile(bytes), section.chunks);
  if (result.kind !== "edited") return result.kind;
  return Array.from(result.bytes, (byte) => String.fromCharCode(byte)).join("");
}

Deno.test("only the lines that change lose their bytes", () => {
  const cases: [string, string[], string][] = [
    // Line ends
    ["a\r\nb\r\nc\r\n", [" a", "-b", "+B"], "a\r\nB\r\nc\r\n"],
    ["a\r\nb\nc\r\n", ["-a", "-b", "+A", "+B"], "A\r\nB\nc\r\n"],
    ["a\r\nb\nc\r\n", [" b", "+new"], "a\r\nb\nnew\nc\r\n"],
    ["a\r\nb\n", [" a", "+x", "+y", " b"], "a\r\nx\r\ny\r\nb\n"],
    ["a\r\nb\n", ["+top", " a"], "top\r\na\r\nb\n"],
    ["a\r\nb\r\n", ["+end"], "a\r\nb\r\nend\r\n"],
    ["a\nb\r\n", ["-b", "+x", "+y", "+z"], "a\nx\r\ny\r\nz\r\n"],
    ["", ["+a"], "a\n"],
    ["\r\n", ["+a"], "a\r\n\r\n"],
    // Last newline
    ["a\nb", ["-a", "+A"], "A\nb"],
    ["a\nb", ["-a", "+A", " b"], "A\nb"],
    ["a\nb", ["-b", "+B"], "a\nB\n"],
    ["a\r\nb", ["-b", "+B"], "a\r\nB\r\n"],
    ["a\r\nb", [" b", "+c"], "a\r\nb\r\nc\r\n"],
    ["b", [" b", "+c"], "b\nc\n"],
    ["a\nb", ["-b"], "a\n"],
    ["a\nb\n", ["-a", "-b"], ""],
    ["a\nb\n\n\n", ["-b", "+B"], "a\nB\n\n\n"],
    ["a\n\n", ["+b"], "a\nb\n\n"],
    // Byte order mark, other encodings
    ["\xef\xbb\xbfa\nb\n", ["-a", "+A"], "\xef\xbb\xbfA\nb\n"],
    ["\xef\xbb\xbfa\n", ["-a"], "\xef\xbb\xbf"],
    ["caf\xe9\nb\xff\n", ["-café", "+thé"], "th\xe9\nb\xff\n"],
    ["\xff\xfea\0\r\0\n\0b\0\r\0\n\0", ["-a", "+A"], "\xff\xfeA\0\r\0\n\0b\0\r\0\n\0"],
    ["\xfe\xff\0a\0\n", [" a", "+é"], "\xfe\xff\0a\0\n\0\xe9\0\n"],
    ["\0\x01\na\n\xc3", ["-a", "+A"], "\0\x01\nA\n\xc3"],
    // Lines recognised loosely stay as they are
    ["  a  \n\tb\nc\n", [" a", "-b", "+B"], "  a  \nB\nc\n"],
    ["\xe2\x80\x9ca\xe2\x80\x9d\nb\n", [' "a"', "-b"], "\xe2\x80\x9ca\xe2\x80\x9d\n"],
    ["a\r\r\nb\n", [" a", "-b"], "a\r\r\n"],
    ["a\n\t\nb\n", [" a", "", "-b"], "a\n\t\n"],
    ["x\ra\r", ["-x", "+y"], "no_match"],
  ];
  for (const [before, lines, after] of cases) {
    assert.equal(edit(before, ...lines), after, JSON.stringify([before, lines]));
  }
});

Deno.test("lines are looked for strictly first, then more and more loosely", () => {
  assert.equal(edit(" x\nx \nx\n", "-x", "+y"), " x\nx \ny\n");
  assert.equal(edit(" x\nx \n", "-x", "+y"), " x\ny\n");
  assert.equal(edit("\u00a0\n x\n", "-x", "+y"), "\u00a0\ny\n");
  assert.equal(edit("x\n", "-X", "+y"), "no_match");
  assert.equal(edit("x\n", " x", " y", "+z"), "no_match");
});

Deno.test("chunks go on from one another", () => {
  assert.equal(edit("x\nx\nx\n", "@@", "-x", "+1", "@@", "-x", "+2"), "1\n2\nx\n");
  assert.equal(edit("a\nb\n", "@@", "-b", "+B", "@@", "-a", "+A"), "no_match");
  assert.equal(edit("p\nx\nq\nx\n", "@@ q", "-x", "+y"), "p\nx\nq\ny\n");
  assert.equal(edit("p\nx\n", "@@ q", "-x", "+y"), "no_context");
  assert.equal(edit("a\nx\nb\nx\na\nx\n", "@@ b", "@@ a", "-x", "+y"), "a\nx\nb\nx\na\ny\n");
  assert.equal(edit("a\nx\nb\n", "@@ b", "@@ a", "-x", "+y"), "no_context");
  assert.equal(edit("a\n", "@@", "+n1", "@@", "-a", "+A", "@@", "+n2"), "A\nn1\nn2\n");
  assert.equal(edit("a\nb\n", "@@", "+1", "@@ b", "+2", "", "@@", "+3"), "a\nb\n1\n2\n3\n");
  assert.equal(edit("a\nb\n", "@@", "+1", "@@", " b", "+2"), "a\nb\n2\n1\n");
  assert.equal(edit("a\n\n", "@@", "+1", "@@", " a", "-", "+b"), "a\nb\n1\n");
});

Deno.test("the end of the file is its end, and is used once", () => {
  const end = "*** End of File";
  assert.equal(edit("x\nx\n", "-x", "+y", end), "x\ny\n");
  assert.equal(edit("x\nz\n", "-x", "+y", end), "no_match");
  assert.equal(edit("a\nb\n", "@@", "-b", "+B", "@@", "-b", "+C", end), "no_match");
  assert.equal(edit("a\nb\n", "@@ b", "-b", "+B", end), "a\nB\n");
});

Deno.test("a blank line too many at the end of a chunk is forgiven", () => {
  assert.equal(edit("a\n", "-a", "+b", ""), "b\n");
  assert.equal(edit("a\nc\n", "-a", "+b", "   "), "b\nc\n");
  assert.equal(edit("a\n", " a", "", "+b"), "a\n\nb\n");
  assert.equal(edit("a\n", "-a", "-", "+b", "+"), "b\n");
  assert.equal(edit("a\n\n", "-a", "-", "+b", "+"), "b\n\n");
  assert.equal(edit("a\nb\nc\n", "@@ a", "+x", ""), "a\nx\nb\nc\n");
  assert.equal(edit("a\nb\n", "@@", "+x", ""), "a\nb\nx\n");
  assert.equal(edit("a\n\nb\n", "@@", "+x", ""), "a\nx\n\nb\n");
});

Deno.test("a line of ten megabytes", () => {
  const long = "z".repeat(10_000_000);
  const bytes = new TextEncoder().encode(`a\r\n${long}\r\nb`);
  const result = editFile(decodeFile(bytes), [{
    contexts: [],
    lines: [{ kind: "remove", text: "a" }, { kind: "add", text: "A" }],
    atEnd: false,
  }]);
  assert.ok(result.kind === "edited");
  assert.ok(new TextDecoder().decode(result.bytes) === `A\r\n${long}\r\nb`);
});
