import { featureKey, FEATURES } from "./features.ts";
import type { ConfigTable, ProfileTable } from "./schema.ts";
import type { StartupNotice } from "./types.ts";

/** Which features are on, and which outdated spellings said so. */
export interface FeatureState {
  /** Every key of the registry. */
  readonly enabled: Readonly<Record<string, boolean>>;
  /** Outdated spellings in use, with the key that replaces each. */
  readonly outdated: readonly { readonly spelling: string; readonly key: string }[];
}

/** Defaults, then older toggles, then `[features]`; first those of the whole file, then the profile's. */
export function resolveFeatures(config: ConfigTable, profile: ProfileTable): FeatureState {
  const enabled: Record<string, boolean> = Object.create(null);
  for (const feature of FEATURES) enabled[feature.key] = feature.defaultOn;
  const outdated = new Map<string, string>();

  const toggle = (spelling: string, key: string, value: boolean | undefined): void => {
    if (value === undefined) return;
    enabled[key] = value;
    outdated.set(spelling, key);
  };
  const apply = (features: Readonly<Record<string, boolean>> | undefined): void => {
    // Sorted, so that the outcome does not depend on the order in the file.
    for (const [name, value] of Object.entries(features ?? {}).sort(([a], [b]) => a < b ? -1 : 1)) {
      const key = featureKey(name);
      if (key === null) continue;
      enabled[key] = value;
      if (key !== name || isDeprecated(key)) outdated.set(`features.${name}`, key);
    }
  };

  toggle(
    "experimental_use_freeform_apply_patch",
    "apply_patch_freeform",
    config.experimental_use_freeform_apply_patch,
  );
  toggle(
    "experimental_use_unified_exec_tool",
    "unified_exec",
    config.experimental_use_unified_exec_tool,
  );
  toggle("tools.web_search", "web_search_request", config.tools?.web_search);
  apply(config.features);
  toggle("include_apply_patch_tool", "apply_patch_freeform", profile.include_apply_patch_tool);
  toggle(
    "experimental_use_freeform_apply_patch",
    "apply_patch_freeform",
    profile.experimental_use_freeform_apply_patch,
  );
  toggle(
    "experimental_use_unified_exec_tool",
    "unified_exec",
    profile.experimental_use_unified_exec_tool,
  );
  toggle("tools_web_search", "web_search_request", profile.tools_web_search);
  apply(profile.features);

  if (!enabled["js_repl"]) enabled["js_repl_tools_only"] = false;
  return {
    enabled,
    outdated: [...outdated].map(([spelling, key]) => ({ spelling, key })),
  };
}

/** What a user should hear about the features that are on. */
export function featureNotices(
  state: FeatureState,
  config: ConfigTable,
  userFile: string,
): StartupNotice[] {
  const notices: StartupNotice[] = state.outdated.map(({ spelling, key }) => ({
    type: "deprecation_notice",
    summary: `\`${spelling}\` is an outdated setting. Use \`${replacementOf(key)}\` instead.`,
    details: isDeprecated(key)
      ? 'Set web_search to "live", "cached" or "disabled" at the top of config.toml or in a profile.'
      : `Write it under [features] in ${userFile}, or give --enable ${key} or --disable ${key}.`,
  }));
  const unstable = FEATURES
    .filter(({ key, stage }) => stage === "under development" && state.enabled[key])
    .map(({ key }) => key)
    .filter((key) => Object.keys(config.features ?? {}).some((name) => featureKey(name) === key));
  if (unstable.length > 0 && config.suppress_unstable_features_warning !== true) {
    notices.push({
      type: "warning",
      message: `Features that are still under development are on: ${unstable.join(", ")}. They ` +
        "may be incomplete or change without notice. To silence this warning, set " +
        `suppress_unstable_features_warning = true in ${userFile}.`,
    });
  }
  return notices;
}

function isDeprecated(key: string): boolean {
  return FEATURES.some((feature) => feature.key === key && feature.stage === "deprecated");
}

function replacementOf(key: string): string {
  return isDeprecated(key) ? "web_search" : `features.${key}`;
}
