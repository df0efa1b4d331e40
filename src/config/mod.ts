/**
 * Configuration: the layers of `config.toml`, their merge, trust in projects, profiles, providers and the
 * feature registry. Hands out one typed {@link Config}.
 *
 * Never looks at the environment, the working directory or the home folder by itself: they are passed in.
 * Only the composition root and `cli/` see the whole `Config`; other rooms take their own options.
 *
 * Start with `load.ts`, then `schema.ts`, the one table that describes every key.
 *
 * @module
 */
export { ConfigError, type ConfigErrorCode } from "./error.ts";
export { loadDotEnv } from "./dotenv.ts";
export {
  type Feature,
  featureKey,
  featureOverrides,
  FEATURES,
  type FeatureStage,
} from "./features.ts";
export { findCodexHome } from "./home.ts";
export { loadConfig } from "./load.ts";
export type {
  Config,
  ConfigOverrides,
  EnvironmentPolicy,
  LoadConfigOptions,
  ProviderConfig,
  StartupNotice,
} from "./types.ts";
