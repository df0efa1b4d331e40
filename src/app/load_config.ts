import { type Config, loadConfig, type LoadConfigOptions } from "../config/mod.ts";
import { readManagedPreference } from "../platform/mod.ts";
import type { CloudClient } from "./cloud_requirements.ts";

export type { CloudClient } from "./cloud_requirements.ts";

export interface AppConfigOptions extends LoadConfigOptions {
  /** Who asks the vendor's service what an administrator requires; absent = nobody does. */
  readonly cloud?: CloudClient;
}

/**
 * The configuration of a session: files, flags, what the machine's administrator requires, and what the
 * administrator of the login's workspace requires. The last is asked for only where the stored login can have one.
 *
 * @throws ConfigError
 */
export async function loadAppConfig({ cloud, ...given }: AppConfigOptions): Promise<Config> {
  const options: LoadConfigOptions = {
    managedPreference: (key) => readManagedPreference(key, given.env["USER"] || null),
    ...given,
  };
  const config = await loadConfig(options);
  if (cloud === undefined) return config;
  const { cloudRequirements } = await import("./cloud_requirements.ts");
  const { text, warning } = await cloudRequirements(config, options.env, cloud);
  const final = text === null ? config : await loadConfig({ ...options, cloudRequirements: text });
  if (warning === null) return final;
  const notice = { type: "warning", message: warning } as const;
  return { ...final, startupNotices: [...final.startupNotices, notice] };
}
