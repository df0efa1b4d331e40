import assert from "node:assert/strict";
import { PatchError } from "./error.ts";
import { parsePatch } from "./parse.ts";

function patch(...lines: string[]): string {
  return ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
}

Deno.test("a patch is read section by section", () => {
  const text = patch(
    "*** Add File: a b.txt",
    "+one",
    "+",
    "*** Delete File: /abs/gone",
    "*** Update File: f",
    "*** Move to: g",
    "@@ class A",
    "@@   def x",
    " keep",
    "-old",
    "+new",
    "",
    "*** End of File",
    "",
    "@@",
    "-last",
  );
  assert.deepEqual(parsePatch(text).sections, [
    { type: "add", path: "a b.txt", content: "one\n\n" },
    { type: "delete", path: "/abs/gone" },
    {
      type: "update",
      path: "f",
      movePath: "g",
      chunks: [
        {
          contexts: ["class A", "  def x"],
          lines: [
            { kind: "context", text: "keep" },
            { kind: "remove", text: "old" },
            { kind: "add", text: "new" },
            { kind: "context", text: "" },
          ],
          atEnd: true,
        },
        { contexts: [], lines: [{ kind: "remove", text: "last" }], atEnd: false },
      ],
    },
  ]);
});

Deno.test("what surrounds a patch is forgiven, within limits", () => {
  const plain = patch("*** Add File: f", "+x");
  const accepted = [
    `\n  ${plain}  \n\n`,
    plain.replaceAll("\n", "\r\n"),
    `<<EOF\n${plain}\nEOF`,
    `<<'EOF'\n${plain}\nEOF`,
    `<<"EOF"\n${plain}\nEOF\n`,
    `<<EOF\n${plain}\nXEOF`,
    plain.replace("*** Add", "   *** Add"),
  ];
  for (const text of accepted) {
    assert.equal(parsePatch(text).sections.length, 1, JSON.stringify(text));
  }
  assert.equal(parsePatch(`<<EOF\n${plain}\nEOF`).text, plain);
  const refused = [
    "",
    "*** Begin Patch",
    plain.toLowerCase(),
    `<<END\n${plain}\nEND`,
    `<<"EOF'\n${plain}\nEOF`,
    `<<EOF\n${plain}`,
    `cat\n${plain}`,
    `${plain}\nmore`,
  ];
  for (const text of refused) {
    assert.throws(
      () => parsePatch(text),
      (error) =>
        error instanceof PatchError && error.code === "invalid_patch" &&
        error.detail.startsWith("invalid patch: ") && error.message.startsWith("Invalid patch: "),
      JSON.stringify(text),
    );
  }
});

Deno.test("an error names the line that is not in order", () => {
  const cases: [number, string[]][] = [
    [2, ["nothing"]],
    [2, ["*** add file: x", "+y"]],
    [2, ["*** Add File:"]],
    [2, ["*** Update File: f"]],
    [2, ["*** Update File: f", "*** Move to: g"]],
    [4, ["*** Add File: x", "+y", "", "+z"]],
    [3, ["*** Update File: f", "body"]],
    [4, ["*** Update File: f", "@@", "body"]],
    [4, ["*** Update File: f", "@@"]],
    [4, ["*** Update File: f", "@@", "*** End of File"]],
    [6, ["*** Update File: f", "@@", "-a", "+b", "body"]],
    [7, ["*** Update File: f", "@@", "-a", "+b", "*** End of File", " c"]],
    [3, ["*** Update File: f", "@@no blank", "-a"]],
  ];
  for (const [line, lines] of cases) {
    assert.throws(
      () => parsePatch(patch(...lines)),
      (error) =>
        error instanceof PatchError && error.code === "invalid_hunk" && error.line === line &&
        error.detail.startsWith(`invalid hunk at line ${line}, `) &&
        error.message.startsWith(`Invalid patch hunk on line ${line}: `),
      lines.join("|"),
    );
  }
});

Deno.test("no sections, padded headers and blank lines between chunks are fine", () => {
  assert.deepEqual(parsePatch(patch()).sections, []);
  const [first] =
    parsePatch(patch("  *** Update File: f  ", "", "-a", "", "  ", "@@ ", "-b")).sections;
  assert.ok(first?.type === "update" && first.path === "f" && first.chunks.length === 2);
  assert.deepEqual(first.chunks[1]?.contexts, []);
});
