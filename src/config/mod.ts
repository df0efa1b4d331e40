/**
 * Configuration: the layers of `config.toml`, their merge, trust in projects, profiles, providers and the
 * feature registry. Hands out one typed {@link Config}.
 *
 * Never looks at the environment, the working directory or the home folder by itself: they are passed in.
 * Only the composition root and `cli/` see the whole `Config`; other rooms take their own options.
 *
 * Start with `load.ts`, then `schema.ts`, the one table that describes every key. What writes the file is in `edit/`: start
 * with `edit_config.ts`.
 *
 * @module
 */
export { ConfigError, type ConfigErrorCode } from "./error.ts";
export {
  type ConfigView,
  type LayerName,
  type LayerOrigin,
  type LayerView,
  readConfigView,
} from "./config_view.ts";
export { loadDotEnv } from "./dotenv.ts";
/** Everything that writes `config.toml`: loaded by what needs it. */
export const configEdits = () => import("./edit/edits.ts");
export type { ConfigEdit, InlineTables } from "./edit/change.ts";
export type {
  ConfigValueEdit,
  ConfigWriteResult,
  OverriddenMetadata,
  WriteConfigOptions,
} from "./edit/config_values.ts";
export type { ConfigWriteErrorCode } from "./edit/config_write_error.ts";
export type { EditConfigOptions, EditOutcome } from "./edit/edit_config.ts";
export type { McpServerEntry } from "./edit/mcp_servers.ts";
export type { PersonalityMigration } from "./edit/personality_migration.ts";
export type { ConfigHome } from "./edit/settings.ts";
export {
  type Feature,
  featureKey,
  featureOverrides,
  FEATURES,
  type FeatureStage,
} from "./features.ts";
export { findCodexHome } from "./home.ts";
export { readConfigText } from "./layers.ts";
export { loadConfig } from "./load.ts";
export { type ConfigLayers, loadLayers, type LoadLayersOptions } from "./load_layers.ts";
export type { Constraint } from "./requirements/constraint.ts";
export { mcpRefusal, type McpServerFacts } from "./requirements/mcp.ts";
export {
  type McpIdentity,
  type RequirableSandboxMode,
  type Required,
  type Requirements,
  type RequirementSource,
  sourceName,
} from "./requirements/types.ts";
export type {
  Config,
  ConfigOverrides,
  EnvironmentPolicy,
  HookSettings,
  HookSource,
  HookState,
  LoadConfigOptions,
  ManagedPreference,
  RuleFolders,
  StartupNotice,
} from "./types.ts";
