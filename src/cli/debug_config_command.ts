import { resolve } from "node:path";
import {
  ConfigError,
  findCodexHome,
  loadConfig,
  type LoadConfigOptions,
  loadDotEnv,
  loadLayers,
  readConfigView,
} from "../config/mod.ts";
import { readManagedPreference } from "../platform/mod.ts";
import { configOverrides } from "./config_overrides.ts";
import { homeOf } from "./home.ts";
import { isStrict, mergeFlags } from "./merged_flags.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex debug config`: what programs get from `config/read`. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const cliOverrides = configOverrides(levels);
  const all = mergeFlags(levels);
  try {
    const home = await homeOf(world);
    const codexHome = await findCodexHome({ env: world.env, home });
    const place: LoadConfigOptions = {
      codexHome,
      home,
      processCwd: world.cwd(),
      env: { ...world.env, ...await loadDotEnv(codexHome, world.env) },
      cliOverrides,
      managedPreference: (key) => readManagedPreference(key, world.env["USER"] || null),
      overrides: { cwd: await Deno.realPath(resolve(world.cwd(), all.value("cd") ?? ".")) },
    };
    if (isStrict(levels)) await loadConfig({ ...place, strict: true });
    const view = await readConfigView(await loadLayers(place), {
      includeLayers: all.has("layers"),
    });
    await world.stdout.write(`${JSON.stringify(view, null, 2)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await world.stderr.write(`Error: ${error.message}\n`);
    return 1;
  }
}
