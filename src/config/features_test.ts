import assert from "node:assert/strict";
import { ConfigError } from "./error.ts";
import { featureNotices, resolveFeatures } from "./feature_state.ts";
import { featureKey, featureOverrides, FEATURES } from "./features.ts";

Deno.test("every key is there once, and what is on by default is stable", () => {
  const keys = FEATURES.map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(keys.length >= 30);
  for (const { key, stage, defaultOn } of FEATURES) {
    assert.ok(!defaultOn || stage === "stable", key);
  }
});

Deno.test("older names stand for newer ones", () => {
  assert.equal(featureKey("collab"), "multi_agent");
  assert.equal(featureKey("web_search"), "web_search_request");
  assert.equal(featureKey("undo"), "undo");
  assert.equal(featureKey("toString"), null);
});

Deno.test("flags become overrides, disable last; unknown names are refused", () => {
  assert.deepEqual(featureOverrides(["undo"], ["undo", "collab"]), [
    "features.undo=true",
    "features.undo=false",
    "features.collab=false",
  ]);
  assert.throws(() => featureOverrides(["nope"], []), (error) => {
    assert.ok(error instanceof ConfigError && error.code === "unknown_feature");
    assert.equal(error.message, "Unknown feature flag: nope");
    return true;
  });
  assert.throws(
    () => featureOverrides([], ["unified_exce"]),
    { message: "Unknown feature flag: unified_exce. Did you mean unified_exec?" },
  );
});

Deno.test("later sources win: older toggles, [features], the profile's", () => {
  const state = resolveFeatures(
    {
      experimental_use_unified_exec_tool: false,
      tools: { web_search: true },
      features: { unified_exec: true, undo: true, unknown: true },
    },
    { include_apply_patch_tool: true, features: { undo: false } },
  );
  assert.equal(state.enabled["unified_exec"], true);
  assert.equal(state.enabled["web_search_request"], true);
  assert.equal(state.enabled["apply_patch_freeform"], true);
  assert.equal(state.enabled["undo"], false);
  assert.equal(state.enabled["unknown"], undefined);
  assert.deepEqual(state.outdated.map(({ spelling }) => spelling), [
    "experimental_use_unified_exec_tool",
    "tools.web_search",
    "include_apply_patch_tool",
  ]);
});

Deno.test("the newer spelling wins over an older one in the same table, whatever the order", () => {
  for (
    const features of [{ multi_agent: false, collab: true }, { collab: true, multi_agent: false }]
  ) {
    assert.equal(resolveFeatures({ features }, {}).enabled["multi_agent"], false);
  }
});

Deno.test("js_repl_tools_only is nothing without js_repl", () => {
  const only = { js_repl_tools_only: true };
  assert.equal(resolveFeatures({ features: only }, {}).enabled["js_repl_tools_only"], false);
  const both = { ...only, js_repl: true };
  assert.equal(resolveFeatures({ features: both }, {}).enabled["js_repl_tools_only"], true);
});

Deno.test("outdated spellings and unfinished features are told once; the latter can be silenced", () => {
  const config = { features: { collab: true, sqlite: true, js_repl: false } };
  const types = (quiet: boolean) => {
    const table = { ...config, suppress_unstable_features_warning: quiet };
    return featureNotices(resolveFeatures(table, {}), table, "/h/config.toml").map((n) => n.type);
  };
  assert.deepEqual(types(false), ["deprecation_notice", "warning"]);
  assert.deepEqual(types(true), ["deprecation_notice"]);
});
