import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { checkMerged } from "./check_merged.ts";
import { fileLayer, type Layer, sessionLayer, systemFolder } from "./layers.ts";
import { decoded, preferenceLayer } from "./managed_preference.ts";
import { parseOverrides } from "./overrides.ts";
import { projectLayers } from "./project_layers.ts";
import { choice, list, map, string, table } from "./shape.ts";
import { mainRepoRoot, type Projects } from "./trust.ts";
import type { LoadConfigOptions } from "./types.ts";

/** What has to be known before project layers can be found. */
const PROJECT_KEYS = table({
  project_root_markers: { shape: list(string), doc: "" },
  projects: {
    doc: "",
    shape: map(table({ trust_level: { shape: choice("trusted", "untrusted"), doc: "" } })),
  },
});

export interface LoadLayersOptions extends LoadConfigOptions {
  /** For no folder in particular, so that no project has a say. */
  readonly withoutProject?: boolean;
}

/** Every source of configuration, read but not merged. */
export interface ConfigLayers {
  readonly cwd: AbsolutePath;
  /** Lowest precedence first. Layers that do not count are among them, with the reason. */
  readonly stack: readonly Layer[];
  /** Names that mark a project's root. */
  readonly rootMarkers: readonly string[];
  /** What was decided about folders, other than by a project. */
  readonly projects: Projects;
  /** Main checkout of the repository of `cwd`; `null` = none, or nobody has to know. */
  readonly repoRoot: AbsolutePath | null;
}

/**
 * Reads every layer, the last one wins: machine-wide file, user file, one file for each `.codex` folder from the project's
 * root down to the working directory, `-c` and feature flags, managed file, managed preferences.
 *
 * Whether the values fit is only checked where it is needed to find the project.
 *
 * @throws ConfigError
 */
export async function loadLayers(options: LoadLayersOptions): Promise<ConfigLayers> {
  const { codexHome, home } = options;
  const cwd = options.overrides.cwd ?? options.processCwd;
  const systemDir = options.systemDir ?? systemFolder(options.env);
  const userFile = join(codexHome, "config.toml");
  const managedFile = Deno.build.os === "windows"
    ? join(codexHome, "managed_config.toml")
    : join(systemDir, "managed_config.toml");

  const session = sessionLayer(await parseOverrides(options.cliOverrides), { dir: cwd, home });
  const system = await fileLayer("system", join(systemDir, "config.toml"), home);
  const user = await fileLayer("user", userFile, home);
  const managed = await fileLayer("managed", managedFile, home);
  const managedMdm = await preferenceLayer(decoded(options.managedPreference), home);

  // A project must not decide where it begins or whether it is trusted.
  const { project_root_markers: rootMarkers = [".git"], projects = {} } = checkMerged(
    PROJECT_KEYS,
    [system, user, session],
  );
  // What a managed file says about a folder counts for the defaults there, not for which layers there are.
  const { projects: decided = {} } = checkMerged(
    PROJECT_KEYS,
    [system, user, session, managed, managedMdm],
  );
  const repoRoot = Object.keys(decided).length === 0 ? null : await mainRepoRoot(cwd);
  const project = options.withoutProject
    ? []
    : await projectLayers({ cwd, home, codexHome, userFile, rootMarkers, projects, repoRoot });
  return {
    cwd,
    stack: [system, user, ...project, session, managed, managedMdm],
    rootMarkers,
    projects: decided,
    repoRoot,
  };
}
