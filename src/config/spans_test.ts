import assert from "node:assert/strict";
import { findSpan } from "./spans.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

function at(text: string, ...path: string[]): string | null {
  const span = findSpan(text, path);
  return span === null ? null : text.slice(span.start, span.end);
}

const DOCUMENT = `# top = "comment"
model = "a"   # behind
'quoted key' = 1
"esc\\u0061ped" = 2
a.b . c = true
list = [ "x, ]", # in the middle
  { k = 'v', n.m = [1, 2] },
]
multi = """
# not a comment = 1
\\""" ]
"""
raw = '''it's'''

[table.sub] # header
key = 1979-05-27T07:32:00Z
"with.dot" = 3

[[array]]
name = "first"
[[array]]
name = "second"
[array.inner]
deep = [[1], [2]]
`;

Deno.test("values are found by their path", () => {
  assert.equal(at(DOCUMENT, "model"), '"a"');
  assert.equal(at(DOCUMENT, "quoted key"), "1");
  assert.equal(at(DOCUMENT, "escaped"), "2");
  assert.equal(at(DOCUMENT, "a", "b", "c"), "true");
  assert.equal(at(DOCUMENT, "list", "0"), '"x, ]"');
  assert.equal(at(DOCUMENT, "list", "1", "k"), "'v'");
  assert.equal(at(DOCUMENT, "list", "1", "n", "m", "1"), "2");
  assert.equal(at(DOCUMENT, "raw"), "'''it's'''");
  assert.equal(at(DOCUMENT, "table", "sub", "key"), "1979-05-27T07:32:00Z");
  assert.equal(at(DOCUMENT, "table", "sub", "with.dot"), "3");
  assert.equal(at(DOCUMENT, "array", "0", "name"), '"first"');
  assert.equal(at(DOCUMENT, "array", "1", "name"), '"second"');
  assert.equal(at(DOCUMENT, "array", "1", "inner", "deep", "1", "0"), "2");
});

Deno.test("tables are found at their header or at the first key that makes them", () => {
  assert.equal(at(DOCUMENT, "table", "sub"), "[table.sub]");
  assert.equal(at(DOCUMENT, "array", "1"), "[[array]]");
  assert.equal(at(DOCUMENT, "a", "b"), "a.b . c");
  assert.equal(at("[ spaced . name ]\nx=1", "spaced", "name"), "[ spaced . name ]");
  assert.equal(at("t = { }", "t"), "{ }");
  assert.equal(at("[a.b.c]\nd.e = 1", "a", "b"), "[a.b.c]");
  assert.equal(at("[a.b.c]\nd.e = 1", "a", "b", "c", "d"), "d.e");
  assert.equal(at("l = [1, { d.e = 1 }]", "l", "1", "d"), "d.e");
});

Deno.test("a dotted key of very many parts costs no more than its length", () => {
  const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}`);
  assert.equal(at(`${keys.join(".")} = 1`, ...keys), "1");
});

Deno.test("what the document does not say is not found", () => {
  assert.equal(at(DOCUMENT, "not a comment"), null);
  assert.equal(at(DOCUMENT, "array", "2", "name"), null);
  assert.equal(at("", "x"), null);
});

Deno.test("a broken document ends the search, too", () => {
  for (const text of ["a = [1", "a = {", '"', "[", "= 1", "a", "[[a", "a = '''x", "\u0000 = 1"]) {
    assert.equal(findSpan(text, ["nothing"]), null, JSON.stringify(text));
  }
});

Deno.test("the time grows with the length, not with its square", () => {
  const best = (lines: number): number => {
    const text = 'key = "value" # comment\n'.repeat(lines);
    return Math.min(...Array.from({ length: 5 }, () => {
      const start = processorTime();
      findSpan(text, ["none"]);
      return processorTime() - start;
    }));
  };
  best(1_000);
  const ratio = best(64_000) / Math.max(best(1_000), 1);
  assert.ok(ratio < 1_500, `64 times the text took ${ratio} times as long`);
});
