/** Everything that writes `config.toml`; loaded by whoever writes, and by nobody else. */

export { ConfigWriteError } from "./config_write_error.ts";
export { type ConfigWriteResult, writeConfigValues } from "./config_values.ts";
export { editConfig } from "./edit_config.ts";
export { featureHiddenBy } from "./feature_effect.ts";
export { removeMcpServer, setMcpServer } from "./mcp_servers.ts";
export { migratePersonality } from "./personality_migration.ts";
export {
  setAppEnabled,
  setFeature,
  setModel,
  setModelMigration,
  setNotice,
  setOssProvider,
  setPersonality,
  setStatusLine,
  setTrust,
  setWindowsSandbox,
} from "./settings.ts";
export { setSkillEnabled } from "./skills.ts";
