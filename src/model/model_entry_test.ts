import assert from "node:assert/strict";
import { parseModelEntry } from "./model_entry.ts";

Deno.test("an entry of the vendor's list is read with all it says", () => {
  assert.deepEqual(
    parseModelEntry({
      slug: "s",
      display_name: "S",
      description: "d",
      default_reasoning_level: "high",
      supported_reasoning_levels: [
        { effort: "high", description: "h" },
        { effort: "galactic", description: "?" },
      ],
      shell_type: "unified_exec",
      visibility: "list",
      supported_in_api: true,
      priority: 3,
      upgrade: { model: "t", migration_markdown: "" },
      base_instructions: "plain",
      model_messages: {
        instructions_template: "Hello {{ personality }}",
        instructions_variables: { personality_default: "", personality_friendly: "be kind" },
      },
      supports_reasoning_summaries: true,
      support_verbosity: true,
      default_verbosity: "low",
      apply_patch_tool_type: "freeform",
      truncation_policy: { mode: "tokens", limit: 5 },
      supports_parallel_tool_calls: true,
      context_window: 1000,
      auto_compact_token_limit: 900,
      effective_context_window_percent: 90,
      experimental_supported_tools: ["grep_files"],
      input_modalities: ["text", "smell"],
    }),
    {
      slug: "s",
      displayName: "S",
      description: "d",
      defaultReasoningEffort: "high",
      supportedReasoningEfforts: [{ effort: "high", description: "h" }],
      shellType: "unified_exec",
      visibility: "list",
      supportedInApi: true,
      priority: 3,
      upgrade: "t",
      baseInstructions: "Hello {{ personality }}",
      personalityTexts: { default: "", friendly: "be kind" },
      supportsReasoningSummaries: true,
      supportsVerbosity: true,
      defaultVerbosity: "low",
      applyPatchToolType: "freeform",
      truncationPolicy: { mode: "tokens", limit: 5 },
      supportsParallelToolCalls: true,
      contextWindow: 1000,
      autoCompactTokenLimit: 900,
      effectiveContextWindowPercent: 90,
      experimentalSupportedTools: ["grep_files"],
      inputModalities: ["text"],
      isFallback: false,
    },
  );
});

Deno.test("what is left out or unknown gets the cautious value", () => {
  const model = parseModelEntry({ slug: "s", shell_type: "quantum", visibility: "maybe" });
  assert.equal(model?.shellType, "default");
  assert.equal(model?.visibility, "none");
  assert.equal(model?.supportedInApi, false);
  assert.equal(model?.baseInstructions, null);
  assert.deepEqual(model?.inputModalities, ["text", "image"]);
});

Deno.test("an entry without a name is none", () => {
  for (const value of [null, [], "s", {}, { slug: "" }, { slug: 5 }]) {
    assert.equal(parseModelEntry(value), null);
  }
});
