import assert from "node:assert/strict";
import { NO_OVERRIDES } from "../../tests/support/model_rig.ts";
import { defaultModel, findModel, listModels, mergeCatalogue, pickable } from "./catalogue.ts";

Deno.test("metadata come from the entry with the longest slug that fits", () => {
  const model = findModel("gpt-5.2-codex-foo", NO_OVERRIDES);
  assert.equal(model.slug, "gpt-5.2-codex-foo");
  assert.equal(model.displayName, "gpt-5.2-codex");
  assert.equal(model.isFallback, false);
  assert.equal(findModel("gpt-5.1-codex-max", NO_OVERRIDES).priority, 2);
  assert.equal(findModel("gpt-5.1-codex-minimal", NO_OVERRIDES).priority, 10);
  assert.equal(findModel("gpt-5.15", NO_OVERRIDES).displayName, "gpt-5.1");
});

Deno.test("an unknown model is a cautious guess", () => {
  const model = findModel("nonsense", NO_OVERRIDES);
  assert.equal(model.isFallback, true);
  assert.equal(model.slug, "nonsense");
  assert.equal(model.shellType, "default");
  assert.equal(model.contextWindow, 272_000);
  assert.equal(model.supportsReasoningSummaries, false);
  assert.equal(model.applyPatchToolType, null);
  assert.deepEqual(model.truncationPolicy, { mode: "bytes", limit: 10_000 });
});

Deno.test("config goes over the catalogue", () => {
  const overrides = {
    contextWindow: 1000,
    autoCompactTokenLimit: 900,
    toolOutputTokenLimit: 50,
    supportsReasoningSummaries: true,
  };
  const bytes = findModel("gpt-5.2", overrides);
  assert.equal(bytes.contextWindow, 1000);
  assert.equal(bytes.autoCompactTokenLimit, 900);
  assert.deepEqual(bytes.truncationPolicy, { mode: "bytes", limit: 200 });
  const tokens = findModel("gpt-5.2-codex", overrides);
  assert.deepEqual(tokens.truncationPolicy, { mode: "tokens", limit: 50 });
  assert.equal(findModel("nonsense", overrides).supportsReasoningSummaries, true);
  const off = { ...NO_OVERRIDES, supportsReasoningSummaries: false };
  assert.equal(findModel("gpt-5.2", off).supportsReasoningSummaries, true);
});

Deno.test("the picker lists visible models by priority, the first is the default", () => {
  assert.deepEqual(listModels().map((model) => model.slug), [
    "gpt-5.2-codex",
    "gpt-5.1-codex-max",
    "gpt-5.2",
    "gpt-5.1-codex-mini",
  ]);
  assert.equal(defaultModel(), "gpt-5.2-codex");
});

Deno.test("fetched entries replace and extend the bundled ones", () => {
  const known = findModel("gpt-5.2", NO_OVERRIDES);
  const merged = mergeCatalogue([
    { ...known, description: "fetched" },
    { ...known, slug: "gpt-9", priority: -1, supportedInApi: false },
  ]);
  assert.equal(merged.find((model) => model.slug === "gpt-5.2")?.description, "fetched");
  assert.equal(pickable(merged, { chatgptLogin: true })[0]?.slug, "gpt-9");
  assert.equal(pickable(merged, { chatgptLogin: false })[0]?.slug, "gpt-5.2-codex");
});
