import assert from "node:assert/strict";
import { everyModel } from "./catalogue.ts";
import { parseModelEntry } from "./model_entry.ts";
import { modelEntryJson } from "./model_entry_json.ts";
import type { ModelInfo } from "./types.ts";

/** As JSON carries it, and read again. */
function there(model: ModelInfo): ModelInfo | null {
  return parseModelEntry(JSON.parse(JSON.stringify(modelEntryJson(model))));
}

Deno.test("an entry that is written is read as the same model", () => {
  const models = everyModel();
  assert.ok(models.length >= 4);
  for (const model of models) {
    const expected = { ...model, baseInstructions: model.baseInstructions ?? "" };
    assert.deepEqual(there(model), expected, model.slug);
  }
});

Deno.test("instructions with and without personalities", () => {
  const [model] = everyModel();
  assert.ok(model !== undefined);
  const plain = { ...model, baseInstructions: "plain", personalityTexts: null };
  assert.deepEqual(there(plain), plain);
  const warm = {
    ...model,
    baseInstructions: "Hello {{ personality }}",
    personalityTexts: { default: "", friendly: "be kind" },
    upgrade: "another",
  };
  assert.deepEqual(there(warm), warm);
});
