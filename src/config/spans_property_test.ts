import assert from "node:assert/strict";
import { Dice, randomDocument } from "./edit/random_documents.ts";
import { findSpan, keySpans } from "./spans.ts";
import { isTable, parseToml, parseTomlValue, type TomlValue } from "./toml.ts";

function* leaves(
  value: TomlValue,
  path: readonly string[] = [],
): Generator<[readonly string[], TomlValue]> {
  if (!Array.isArray(value) && !isTable(value)) yield [path, value];
  else {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, [...path, key]);
  }
}

Deno.test("in any document every value is found where it stands, and its key before it", async () => {
  let seen = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    const { text } = randomDocument(new Dice(seed));
    // Some of them say a thing twice, which is no TOML.
    const table = await parseToml(text, "/f").catch(() => null);
    if (table === null) continue;
    const keyOf = keySpans(text);
    for (const [path, value] of leaves(table)) {
      const where = `seed ${seed}: ${path.join(" . ")}\n${text}`;
      const span = findSpan(text, path);
      assert.ok(span, where);
      assert.deepEqual(await parseTomlValue(text.slice(span.start, span.end)), value, where);
      const key = keyOf(path);
      assert.ok(key && key.start <= span.start, where);
      seen += 1;
    }
  }
  assert.ok(seen > 1000, String(seen));
});
