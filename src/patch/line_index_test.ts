import assert from "node:assert/strict";
import { LineIndex } from "./line_index.ts";

Deno.test("tables and scanning give the same answers", () => {
  const lines = Array.from(
    { length: 400 },
    (_, i) => ["}", "", `  x${i % 9} `, `y${i}`][i % 4] ?? "",
  );
  const searches: [string[], number, boolean][] = [];
  for (let from = 0; from < lines.length; from += 7) {
    for (const length of [1, 2, 5]) {
      const wanted = lines.slice(from + 3, from + 3 + length);
      searches.push([wanted, from, false], [wanted.map((line) => line.trim()), 0, false]);
      searches.push([[...wanted, "none"], from, false], [wanted, from, true], [[], from, false]);
    }
  }
  const worn = new LineIndex(lines);
  for (let i = 0; i < 10; i++) assert.equal(worn.find(["none"], 0, false), null);
  for (const [wanted, from, atEnd] of searches) {
    const fresh = new LineIndex(lines).find(wanted, from, atEnd);
    assert.equal(worn.find(wanted, from, atEnd), fresh, JSON.stringify([wanted, from, atEnd]));
  }
});

Deno.test("the strictest reading decides, then the first place", () => {
  const index = new LineIndex(["  a", "a  ", "a", "“b”", '"b"', "–", "x\u00a0y"]);
  assert.equal(index.find(["a"], 0, false), 2);
  assert.equal(index.find(["a"], 3, false), null);
  assert.equal(index.find(["a "], 0, false), 1);
  assert.equal(index.find([" a"], 0, false), 0);
  assert.equal(index.find(['"b"'], 0, false), 4);
  assert.equal(index.find(['"b"', '"b"'], 0, false), 3);
  assert.equal(index.find(["-"], 0, false), 5);
  assert.equal(index.find([" x y "], 0, false), 6);
  assert.equal(index.find(["x y"], 0, true), 6);
  assert.equal(index.find(["-"], 0, true), null);
  assert.equal(index.length, 7);
});

Deno.test("many searches that find nothing strictly stay cheap", () => {
  const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} `);
  let looked = 0;
  const counting = new Proxy(lines, {
    get(target, key, receiver) {
      if (typeof key === "string" && /^\d+$/.test(key)) looked++;
      return Reflect.get(target, key, receiver);
    },
  });
  const index = new LineIndex(counting);
  for (let i = 0; i < 2000; i++) assert.equal(index.find([`line ${i * 20}`], 0, false), i * 20);
  assert.ok(looked < 20 * lines.length, `${looked} looks`);
});
