import {
  configEdits,
  ConfigError,
  featureKey,
  featureOverrides,
  FEATURES,
  type LoadLayersOptions,
} from "../config/mod.ts";
import { featuresPlace } from "./features_place.ts";
import { mergeFlags } from "./merged_flags.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/**
 * Switches a feature in the user's file, under the name as it was typed. Whether the rest of the file makes sense is not
 * asked: this may be how somebody mends it.
 */
export async function switchFeature(
  { levels }: Invocation,
  world: World,
  isOn: boolean,
): Promise<number> {
  const name = levels.at(-1)?.positionals[0] ?? "";
  featureOverrides([name], []);
  const place = await featuresPlace(levels, world);
  const { featureHiddenBy, setFeature } = await configEdits();
  const { file } = await setFeature({ codexHome: place.codexHome }, name, isOn);
  await world.stdout.write(
    `${isOn ? "Enabled" : "Disabled"} feature \`${name}\` in config.toml.\n`,
  );
  const hidden = await orNull(() => featureHiddenBy(asUsual(place), name, isOn));
  if (hidden !== null) {
    await world.stderr.write(
      `warning: ${name} is still ${isOn ? "off" : "on"} here, because ${hidden} decides it\n`,
    );
  }
  if (isOn && mergeFlags(levels).value("profile") === null && isUnfinished(name)) {
    await world.stderr.write(
      `warning: ${name} is still under development: it may be incomplete or change without ` +
        `notice. To silence this warning in sessions, set suppress_unstable_features_warning = ` +
        `true in ${file}\n`,
    );
  }
  return 0;
}

/** The configuration that later runs will find: without the flags of this one. */
function asUsual(place: LoadLayersOptions): LoadLayersOptions {
  return { ...place, cliOverrides: [] };
}

function isUnfinished(name: string): boolean {
  const key = featureKey(name);
  return FEATURES.some((feature) => feature.key === key && feature.stage === "under development");
}

/** The file was written; that the rest of the configuration does not load is told by the commands that need it. */
async function orNull<T>(ask: () => Promise<T | null>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}
