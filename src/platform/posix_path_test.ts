import assert from "node:assert/strict";
import * as node from "node:path/posix";
import { type PathRules, POSIX_PATH } from "./posix_path.ts";

const PIECES = [
  "",
  "/",
  "//",
  ".",
  "..",
  "a",
  "bb",
  ".hidden",
  "x.ts",
  "a.",
  "...",
  "..b",
  "é",
  " ",
  "\\",
];

/** All texts of up to four pieces. */
function texts(): string[] {
  const found = new Set<string>([""]);
  let last = [""];
  for (let length = 1; length <= 4; length++) {
    last = last.flatMap((text) => PIECES.map((piece) => text + piece));
    for (const text of last) found.add(text);
  }
  return [...found];
}

const ONE = [
  "isAbsolute",
  "normalize",
  "dirname",
  "basename",
  "extname",
  "join",
  "resolve",
] as const;
const onWindows = Deno.build.os === "windows";
const note = onWindows ? " (ignored: needs a working directory without a drive)" : "";

Deno.test({
  name: `paths: what is made of one path is what Node makes of it${note}`,
  ignore: onWindows,
  fn() {
    const all = texts();
    assert.ok(all.length > 10_000, `only ${all.length} paths`);
    for (const name of ONE) {
      for (const text of all) {
        // Compared here first: the library takes a hundred times longer.
        const [ours, theirs] = [POSIX_PATH[name](text), node[name](text)];
        if (ours !== theirs) assert.equal(ours, theirs, `${name}(${JSON.stringify(text)})`);
      }
    }
  },
});

Deno.test({
  name: `paths: what is made of several paths is what Node makes of them${note}`,
  ignore: onWindows,
  fn() {
    const all = texts().filter((text) => text.length < 6).filter((_, at) => at % 37 === 0);
    for (const one of all) {
      for (const other of all) {
        for (const name of ["join", "resolve", "relative"] as const) {
          const [ours, theirs] = [POSIX_PATH[name](one, other), node[name](one, other)];
          if (ours !== theirs) {
            assert.equal(ours, theirs, `${name}(${JSON.stringify([one, other])})`);
          }
        }
      }
    }
    assert.equal(POSIX_PATH.join(), node.join());
    assert.equal(POSIX_PATH.resolve(), node.resolve());
    assert.equal(POSIX_PATH.join("a", "", "../b", "/c"), node.join("a", "", "../b", "/c"));
    assert.equal(POSIX_PATH.resolve("a", "/b", "", "../c"), node.resolve("a", "/b", "", "../c"));
  },
});

Deno.test("paths: the program's node:path has the rules of this system", async () => {
  const own: PathRules = await import("node:path");
  const runtime: PathRules = onWindows ? await import("node:path/win32") : node;
  const { sep, delimiter } = runtime;
  assert.deepEqual([own.sep, own.delimiter], [sep, delimiter]);
  assert.equal(own.join("a", "..", "b", "c"), runtime.join("a", "..", "b", "c"));
  assert.equal(own.join === POSIX_PATH.join, !onWindows);
});
