import type { Personality, ReasoningEffort, Verbosity } from "../protocol/mod.ts";
import type { ModelInfo } from "./types.ts";
import { isObject, type JsonObject, numberOrNull, stringOrNull } from "./wire_json.ts";

const EFFORTS: ReadonlySet<string> = new Set([
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
]);
const SHELL_TYPES: ReadonlySet<string> = new Set([
  "default",
  "local",
  "unified_exec",
  "disabled",
  "shell_command",
]);
const VERBOSITIES: ReadonlySet<string> = new Set(["low", "medium", "high"]);
const PERSONALITY_SLOT = "{{ personality }}";

/**
 * Reads one entry of the vendor's model list. `null` when it lacks what a request needs; members with values that we
 * do not know get the cautious default.
 */
export function parseModelEntry(value: unknown): ModelInfo | null {
  if (!isObject(value)) return null;
  const slug = stringOrNull(value.slug);
  if (slug === null || slug === "") return null;
  return {
    slug,
    displayName: stringOrNull(value.display_name) ?? slug,
    description: stringOrNull(value.description),
    defaultReasoningEffort: effortOrNull(value.default_reasoning_level),
    supportedReasoningEfforts: effortsOf(value.supported_reasoning_levels),
    shellType: isShellType(value.shell_type) ? value.shell_type : "default",
    visibility: value.visibility === "list" || value.visibility === "hide"
      ? value.visibility
      : "none",
    supportedInApi: value.supported_in_api === true,
    priority: numberOrNull(value.priority) ?? 99,
    upgrade: isObject(value.upgrade) ? stringOrNull(value.upgrade.model) : null,
    ...instructionsOf(value),
    supportsReasoningSummaries: value.supports_reasoning_summaries === true,
    supportsVerbosity: value.support_verbosity === true,
    defaultVerbosity: isVerbosity(value.default_verbosity) ? value.default_verbosity : null,
    applyPatchToolType: value.apply_patch_tool_type === "freeform" ||
        value.apply_patch_tool_type === "function"
      ? value.apply_patch_tool_type
      : null,
    truncationPolicy: truncationOf(value.truncation_policy),
    supportsParallelToolCalls: value.supports_parallel_tool_calls === true,
    contextWindow: numberOrNull(value.context_window),
    autoCompactTokenLimit: numberOrNull(value.auto_compact_token_limit),
    effectiveContextWindowPercent: numberOrNull(value.effective_context_window_percent) ?? 95,
    experimentalSupportedTools: stringsOf(value.experimental_supported_tools),
    inputModalities: modalitiesOf(value.input_modalities),
    isFallback: false,
  };
}

function instructionsOf(
  value: JsonObject,
): Pick<ModelInfo, "baseInstructions" | "personalityTexts"> {
  const messages = isObject(value.model_messages) ? value.model_messages : {};
  const template = stringOrNull(messages.instructions_template);
  const variables = isObject(messages.instructions_variables)
    ? messages.instructions_variables
    : null;
  if (template === null || variables === null || !template.includes(PERSONALITY_SLOT)) {
    return { baseInstructions: stringOrNull(value.base_instructions), personalityTexts: null };
  }
  const texts: Partial<Record<Personality | "default", string>> = {};
  for (const name of ["default", "friendly", "pragmatic"] as const) {
    const text = stringOrNull(variables[`personality_${name}`]);
    if (text !== null) texts[name] = text;
  }
  return { baseInstructions: template, personalityTexts: texts };
}

function effortOrNull(value: unknown): ReasoningEffort | null {
  return isEffort(value) ? value : null;
}

function isEffort(value: unknown): value is ReasoningEffort {
  return typeof value === "string" && EFFORTS.has(value);
}

function isShellType(value: unknown): value is ModelInfo["shellType"] {
  return typeof value === "string" && SHELL_TYPES.has(value);
}

function isVerbosity(value: unknown): value is Verbosity {
  return typeof value === "string" && VERBOSITIES.has(value);
}

function effortsOf(value: unknown): ModelInfo["supportedReasoningEfforts"] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) =>
    isObject(entry) && isEffort(entry.effort)
      ? [{ effort: entry.effort, description: stringOrNull(entry.description) ?? "" }]
      : []
  );
}

function truncationOf(value: unknown): ModelInfo["truncationPolicy"] {
  const limit = isObject(value) ? numberOrNull(value.limit) : null;
  if (!isObject(value) || limit === null) return { mode: "bytes", limit: 10_000 };
  return { mode: value.mode === "tokens" ? "tokens" : "bytes", limit };
}

function modalitiesOf(value: unknown): ModelInfo["inputModalities"] {
  if (!Array.isArray(value)) return ["text", "image"];
  return value.filter((name) => name === "text" || name === "image");
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
