import { featureOverrides } from "../config/mod.ts";
import { type Level, valuesOf } from "./spec.ts";

/**
 * What `-c`, `--search`, `--enable` and `--disable` say, as `key=value`. Of two that set one key the later one counts:
 * that of the deeper level, and at one level a flag that stands for a key before `-c`.
 *
 * @throws ConfigError `unknown_feature`
 */
export function configOverrides(levels: readonly Level[]): string[] {
  return levels.flatMap((level) => [
    ...valuesOf(level, "config"),
    ...(level.switches.has("search") ? ['web_search="live"'] : []),
    ...featureOverrides(valuesOf(level, "enable"), valuesOf(level, "disable")),
  ]);
}
