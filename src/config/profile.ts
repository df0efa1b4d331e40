import { ConfigError } from "./error.ts";
import { featureKey } from "./features.ts";
import type { ConfigTable, ProfileTable } from "./schema.ts";
import { emptyTable, isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** Keys besides `[features]` that switch a feature, by their path. */
const OLDER_TOGGLES: readonly { readonly path: readonly string[]; readonly feature: string }[] = [
  { path: ["experimental_use_unified_exec_tool"], feature: "unified_exec" },
  { path: ["experimental_use_freeform_apply_patch"], feature: "apply_patch_freeform" },
  { path: ["include_apply_patch_tool"], feature: "apply_patch_freeform" },
  { path: ["tools", "web_search"], feature: "web_search_request" },
  { path: ["tools", "web_search_request"], feature: "web_search_request" },
  { path: ["tools_web_search"], feature: "web_search_request" },
];

/**
 * What the profile decides: its keys without those that the command line sets as well, since what a person types now counts
 * more than what they once wrote down. `flags` is the layer of `-c`, `--enable` and `--disable`; what it says about the
 * profile itself (`-c profiles.fast.model=…`) belongs to the profile.
 *
 * @throws ConfigError `unknown_profile`
 */
export function activeProfile(
  config: ConfigTable,
  name: string | null,
  flags: TomlTable,
): ProfileTable {
  if (name === null) return {};
  const profile = config.profiles?.[name];
  if (profile === undefined) {
    throw new ConfigError("unknown_profile", `config profile \`${name}\` not found`, {
      key: "profile",
    });
  }
  if (Object.keys(flags).length === 0) return profile;
  const typed = tableAt(flags, "profiles", name);
  const decided = featuresIn(flags);
  const isDecided = (key: string) => decided.has(key) && !featuresIn(typed).has(key);
  const kept = Object.entries(profile)
    .filter(([key]) => {
      if (key === "features" || Object.hasOwn(typed, key)) return true;
      const feature = OLDER_TOGGLES.find(({ path }) => path.length === 1 && path[0] === key)
        ?.feature;
      return feature === undefined ? !Object.hasOwn(flags, key) : !isDecided(feature);
    })
    .map(([key, value]) => {
      if (key !== "features") return [key, value];
      const left = Object.entries(profile.features ?? {})
        .filter(([spelling]) => !isDecided(featureKey(spelling) ?? spelling));
      return [key, Object.fromEntries(left)];
    });
  return Object.fromEntries(kept);
}

/**
 * `[features]` without other spellings of what the command line switches: within one table the newer spelling would win,
 * also when it comes from a file.
 */
export function withoutRivals(config: ConfigTable, layers: {
  readonly flags: TomlTable;
  /** Layers above the command line. */
  readonly managed: readonly TomlTable[];
}): ConfigTable {
  const typed = Object.keys(tableAt(layers.flags, "features"));
  if (config.features === undefined || typed.length === 0) return config;
  const fixed = layers.managed.flatMap((table) => Object.keys(tableAt(table, "features")));
  const decided = new Set(typed.map((name) => featureKey(name) ?? name));
  const features = Object.fromEntries(
    Object.entries(config.features).filter(([name]) =>
      typed.includes(name) || fixed.includes(name) || !decided.has(featureKey(name) ?? name)
    ),
  );
  return { ...config, features };
}

/** Registry keys of the features that a table switches, whatever the spelling. */
function featuresIn(table: TomlTable): ReadonlySet<string> {
  const names = Object.keys(tableAt(table, "features")).map((name) => featureKey(name) ?? name);
  const older = OLDER_TOGGLES
    .filter(({ path }) => Object.hasOwn(tableAt(table, ...path.slice(0, -1)), path.at(-1) ?? ""))
    .map(({ feature }) => feature);
  return new Set([...names, ...older]);
}

function tableAt(root: TomlTable, ...path: readonly string[]): TomlTable {
  let value: TomlValue | undefined = root;
  for (const key of path) value = isTable(value) ? value[key] : undefined;
  return isTable(value) ? value : emptyTable();
}
