import assert from "node:assert/strict";
import { JsonFlaw, parsePlacedJson } from "./json_places.ts";

Deno.test("json: the same values as the runtime reads, and where each begins", () => {
  const text = ' {"a": [1, -2.5e3, true, null, {"b c": "x\\n\\u00e9\\"y"}],\n  "d": {}, "e": []}\n';
  const { value, placeOf } = parsePlacedJson(text);
  assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(text));
  const at = (...path: string[]) => {
    const place = placeOf(path);
    return place === null ? null : text.slice(place).split(/[,\]}]/)[0];
  };
  assert.equal(placeOf([]), 1);
  assert.equal(at("a", "1"), "-2.5e3");
  assert.equal(at("a", "4", "b c"), '"x\\n\\u00e9\\"y"');
  assert.equal(at("d"), "{");
  assert.equal(at("nothing"), null);
});

Deno.test("json: names that objects have anyway are only names", () => {
  const { value } = parsePlacedJson('{"__proto__": 1, "constructor": 2}');
  assert.deepEqual(Object.entries(value as object), [["__proto__", 1], ["constructor", 2]]);
});

for (
  const [text, offset, message] of [
    ["", 0, /the end is missing/],
    ["  ", 1, /the end is missing/],
    ['{"a": }', 6, /a value belongs here/],
    ['{"a" 1}', 5, /":" belongs here/],
    ['{"a": 1 "b": 2}', 8, /"," or "}" belongs here/],
    ['{"a": 1,}', 8, /a key in double quotes/],
    ["{'a': 1}", 1, /a key in double quotes/],
    ["[1, 2", 4, /"," or "]" belongs here/],
    ["[1] 2", 4, /nothing may stand behind/],
    ['["open\n"]', 1, /no end in its line/],
    ['["\\q"]', 1, /an escape that JSON does not allow/],
    ['["a\tb"]', 1, /a character or an escape/],
    ['{"a": 1, "a": 2}', 9, /stands here twice/],
    ["// words\n{}", 0, /a value belongs here/],
    ["[01]", 2, /"," or "]" belongs here/],
    ["[NaN]", 1, /a value belongs here/],
    ["[".repeat(100_000), 65, /nested too deep/],
  ] as const
) {
  Deno.test(`json: ${JSON.stringify(text.slice(0, 20))} is none from character ${offset} on`, () => {
    assert.throws(() => parsePlacedJson(text), (error) => {
      assert.ok(error instanceof JsonFlaw);
      assert.match(error.message, message);
      assert.equal(error.offset, offset);
      return true;
    });
  });
}
