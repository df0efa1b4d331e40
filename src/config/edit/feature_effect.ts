import { featureKey } from "../features.ts";
import { mergeLayers } from "../layers.ts";
import { loadConfig } from "../load.ts";
import { loadLayers, type LoadLayersOptions } from "../load_layers.ts";
import { valueAt } from "../merge.ts";
import { isTable, type TomlTable } from "../toml.ts";
import { describeLayer } from "./hidden_value.ts";

/**
 * Who decides a feature otherwise than the user's file was just told to, for a person; `null` = nobody does.
 *
 * @throws ConfigError when the configuration cannot be read as a whole
 */
export async function featureHiddenBy(
  load: LoadLayersOptions,
  name: string,
  wanted: boolean,
): Promise<string | null> {
  const config = await loadConfig(load);
  const key = featureKey(name) ?? name;
  if (config.features[key] === wanted) return null;
  const { stack } = await loadLayers(load);
  const isNamedIn = (features: unknown) =>
    isTable(features) && Object.keys(features).some((spelling) => featureKey(spelling) === key);
  if (config.profile !== null) {
    const merged: TomlTable = mergeLayers(stack);
    if (isNamedIn(valueAt(merged, ["profiles", config.profile, "features"]))) {
      return `the profile "${config.profile}"`;
    }
  }
  const at = stack.findIndex(({ type }) => type === "user");
  const above = stack.slice(at + 1).findLast(({ table, disabledReason }) =>
    disabledReason === null && isNamedIn(valueAt(table, ["features"]))
  );
  return above === undefined ? "another key of the configuration" : describeLayer(above);
}
