import { join } from "node:path";
import { Mismatch, readValue } from "./check.ts";
import { ConfigError } from "./error.ts";
import {
  fileLayer,
  type Layer,
  mergeLayers,
  ruleFolders,
  sessionLayer,
  systemFolder,
} from "./layers.ts";
import { locateMismatch } from "./locate.ts";
import { overrideTable } from "./overrides.ts";
import { projectLayers } from "./project_layers.ts";
import { resolveConfig } from "./resolve.ts";
import { CONFIG_SCHEMA, type ConfigTable, PROFILE_KEYS, type ProfileTable } from "./schema.ts";
import { choice, list, map, string, table } from "./shape.ts";
import { isTable } from "./toml.ts";
import { mainRepoRoot, trustOf } from "./trust.ts";
import type { Config, LoadConfigOptions, StartupNotice } from "./types.ts";

/** What has to be known before project layers can be found. */
const PROJECT_KEYS = table({
  project_root_markers: { shape: list(string), doc: "" },
  projects: {
    doc: "",
    shape: map(table({ trust_level: { shape: choice("trusted", "untrusted"), doc: "" } })),
  },
});

/**
 * Reads every layer, merges them, checks the outcome and fills in defaults.
 *
 * Layers, the last one wins: machine-wide file, user file, one file for each `.codex` folder from the
 * project's root down to the working directory (trusted projects only), `-c` and feature flags, managed
 * file. Then come the active profile and the dedicated flags.
 *
 * @throws ConfigError
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const { codexHome, home, overrides } = options;
  const cwd = overrides.cwd ?? options.processCwd;
  const systemDir = options.systemDir ?? systemFolder(options.env);
  const userFile = join(codexHome, "config.toml");
  const managedFile = Deno.build.os === "windows"
    ? join(codexHome, "managed_config.toml")
    : join(systemDir, "managed_config.toml");

  const session = sessionLayer(await overrideTable(options.cliOverrides), { dir: cwd, home });
  const system = await fileLayer("system", join(systemDir, "config.toml"), home);
  const user = await fileLayer("user", userFile, home);
  const managed = await fileLayer("managed", managedFile, home);

  // A project must not decide where it begins or whether it is trusted.
  const outside = [system, user, session];
  const { project_root_markers: rootMarkers = [".git"], projects = {} } = check(
    PROJECT_KEYS,
    outside,
  );
  const repoRoot = Object.keys(projects).length === 0 ? null : await mainRepoRoot(cwd);
  const project = await projectLayers({
    cwd,
    home,
    codexHome,
    userFile,
    rootMarkers,
    projects,
    repoRoot,
  });

  const layers = [system, user, ...project, session, managed];
  const merged: ConfigTable = check(CONFIG_SCHEMA, layers);
  const profileName = overrides.profile ?? merged.profile ?? null;
  const profile = chooseProfile(merged, profileName);
  return await resolveConfig({
    options,
    cwd,
    table: merged,
    profileName,
    profile,
    trust: trustOf(projects, [cwd, repoRoot]),
    rootMarkers,
    ruleFolders: ruleFolders([system, user, ...project]),
    notices: hiddenOverrides(session, profile, profileName),
  });
}

function check<const S extends Parameters<typeof readValue>[0]>(
  shape: S,
  layers: readonly Layer[],
) {
  try {
    return readValue<S>(shape, mergeLayers(layers));
  } catch (error) {
    throw error instanceof Mismatch ? locateMismatch(error, layers) : error;
  }
}

function chooseProfile(config: ConfigTable, name: string | null): ProfileTable {
  if (name === null) return {};
  const profile = config.profiles?.[name];
  if (profile !== undefined) return profile;
  throw new ConfigError("unknown_profile", `config profile \`${name}\` not found`, {
    key: "profile",
  });
}

/** A profile beats `-c` and the feature flags, which surprises: say so when it happens. */
function hiddenOverrides(
  session: Layer,
  profile: ProfileTable,
  profileName: string | null,
): StartupNotice[] {
  const given = Object.keys(session.table);
  const hidden = given.filter((key) =>
    key !== "features" && PROFILE_KEYS.includes(key) && Object.hasOwn(profile, key)
  );
  const features = session.table["features"];
  for (const [name, value] of isTable(features) ? Object.entries(features) : []) {
    const winner = profile.features?.[name];
    if (winner !== undefined && winner !== value) hidden.push(`features.${name}`);
  }
  return hidden.map((key) => ({
    type: "warning",
    message:
      `${key} on the command line has no effect, because the profile "${profileName}" sets ` +
      `it, too. Use -c profiles.${profileName}.${key}=… instead.`,
  }));
}
