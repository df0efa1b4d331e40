import type { ModelInfo } from "./types.ts";
import type { JsonObject } from "./wire_json.ts";

/** One entry of the catalogue as the vendor's model list spells it: what {@link parseModelEntry} reads. */
export function modelEntryJson(model: ModelInfo): JsonObject {
  return {
    slug: model.slug,
    display_name: model.displayName,
    description: model.description,
    default_reasoning_level: model.defaultReasoningEffort,
    supported_reasoning_levels: model.supportedReasoningEfforts,
    shell_type: model.shellType,
    visibility: model.visibility,
    supported_in_api: model.supportedInApi,
    priority: model.priority,
    upgrade: model.upgrade === null ? null : { model: model.upgrade, migration_markdown: "" },
    ...instructionsOf(model),
    supports_reasoning_summaries: model.supportsReasoningSummaries,
    support_verbosity: model.supportsVerbosity,
    default_verbosity: model.defaultVerbosity,
    apply_patch_tool_type: model.applyPatchToolType,
    truncation_policy: model.truncationPolicy,
    supports_parallel_tool_calls: model.supportsParallelToolCalls,
    context_window: model.contextWindow,
    auto_compact_token_limit: model.autoCompactTokenLimit,
    effective_context_window_percent: model.effectiveContextWindowPercent,
    experimental_supported_tools: model.experimentalSupportedTools,
    input_modalities: model.inputModalities,
  };
}

/** Our own base prompt is not part of an entry, and stands for none here. */
function instructionsOf({ baseInstructions, personalityTexts }: ModelInfo): JsonObject {
  if (personalityTexts === null) {
    return { base_instructions: baseInstructions ?? "", model_messages: null };
  }
  const variables = Object.entries(personalityTexts)
    .map(([name, text]) => [`personality_${name}`, text]);
  return {
    base_instructions: "",
    model_messages: {
      instructions_template: baseInstructions,
      instructions_variables: Object.fromEntries(variables),
    },
  };
}
