import { findCodexHome, loadDotEnv, type LoadLayersOptions } from "../config/mod.ts";
import { readManagedPreference } from "../platform/mod.ts";
import { configOverrides } from "./config_overrides.ts";
import { homeOf } from "./home.ts";
import { isStrict } from "./merged_flags.ts";
import type { Level } from "./spec.ts";
import type { World } from "./world.ts";

/** Which configuration the command line means. */
export async function featuresPlace(
  levels: readonly Level[],
  world: World,
): Promise<LoadLayersOptions> {
  // A name that nobody knows is told before anything is read.
  const cliOverrides = configOverrides(levels);
  const home = await homeOf(world);
  const codexHome = await findCodexHome({ env: world.env, home });
  return {
    codexHome,
    home,
    processCwd: world.cwd(),
    env: { ...world.env, ...await loadDotEnv(codexHome, world.env) },
    cliOverrides,
    strict: isStrict(levels),
    managedPreference: (key) => readManagedPreference(key, world.env["USER"] || null),
    overrides: {},
  };
}
