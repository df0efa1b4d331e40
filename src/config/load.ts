import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { checkMerged } from "./check_merged.ts";
import { hookSettings } from "./hook_settings.ts";
import { type Layer, ruleFolders, systemFolder } from "./layers.ts";
import { loadLayers } from "./load_layers.ts";
import { decoded } from "./managed_preference.ts";
import { activeProfile, withoutRivals } from "./profile.ts";
import { loadRequirements } from "./requirements/load.ts";
import { resolveConfig } from "./resolve.ts";
import { CONFIG_SCHEMA, type ConfigTable } from "./schema.ts";
import { emptyTable } from "./toml.ts";
import { trustOf } from "./trust.ts";
import type { Config, LoadConfigOptions, StartupNotice } from "./types.ts";

/**
 * Reads every layer, merges them, checks the outcome and fills in defaults. Above the layers stand the active profile, what
 * the command line says beside it, and the dedicated flags.
 *
 * @throws ConfigError
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const { cwd, stack, projects, rootMarkers, repoRoot } = await loadLayers(options);
  const managed = stack.filter(({ type }) => type === "managed" || type === "managed_mdm");
  const { requirements, notices } = await loadRequirements({
    systemDir: options.systemDir ?? systemFolder(options.env),
    cloud: options.cloudRequirements ?? null,
    preference: decoded(options.managedPreference),
    legacy: managed.toReversed(),
  });
  const flags = stack.find(({ type }) => type === "session")?.table ?? emptyTable();
  const merged: ConfigTable = checkMerged(CONFIG_SCHEMA, stack);
  const userFile = join(options.codexHome, "config.toml");
  const ignored = await keyNotices(stack, userFile, options.strict ?? false);
  const profileName = options.overrides.profile ?? merged.profile ?? null;
  return await resolveConfig({
    options,
    cwd,
    table: withoutRivals(merged, { flags, managed: managed.map(({ table }) => table) }),
    profileName,
    profile: activeProfile(merged, profileName, flags),
    trust: trustOf(projects, [cwd, repoRoot]),
    rootMarkers,
    requirements,
    ruleFolders: ruleFolders(
      stack.filter(({ type }) => type === "system" || type === "user" || type === "project"),
    ),
    hooks: hookSettings(stack, requirements, options),
    notices: [...ignored, ...notices],
  });
}

/**
 * Warnings about keys that do not count, or their refusal: nobody knows them, or their place may not set them. Most people
 * configure nothing, so what finds them is loaded when needed.
 */
async function keyNotices(
  stack: readonly Layer[],
  userFile: AbsolutePath,
  strict: boolean,
): Promise<StartupNotice[]> {
  const notices: StartupNotice[] = [];
  if (stack.some(({ inherited }) => inherited !== undefined)) {
    const { looseningNotices, refuseLoosening } = await import("./inherited_trust.ts");
    if (strict) refuseLoosening(stack, userFile);
    else notices.push(...looseningNotices(stack, userFile));
  }
  if (stack.every(({ table }) => Object.keys(table).length === 0)) return notices;
  const { refuseUnknownKeys, unknownKeyNotices } = await import("./unknown_keys.ts");
  if (!strict) return [...unknownKeyNotices(stack), ...notices];
  refuseUnknownKeys(stack);
  return [];
}
