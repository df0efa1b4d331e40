import type { LoginPlace } from "../auth/mod.ts";
import { type Config, ConfigError, findCodexHome, loadConfig, loadDotEnv } from "../config/mod.ts";
import { readManagedPreference } from "../platform/mod.ts";
import { useCertificates } from "./certificates.ts";
import { configOverrides } from "./config_overrides.ts";
import { homeOf } from "./home.ts";
import { useProxies } from "./proxies.ts";
import { isStrict } from "./merged_flags.ts";
import type { Level } from "./spec.ts";
import type { World } from "./world.ts";

/** What the commands around the login know before they begin. */
export interface LoginSetting {
  readonly config: Config;
  /** The environment, `.env` included. */
  readonly env: Readonly<Record<string, string>>;
  readonly place: LoginPlace;
}

/** Loads the configuration for a command around the login; `null` = it cannot, and the person has been told. */
export async function loginSetting(
  levels: readonly Level[],
  world: World,
): Promise<LoginSetting | null> {
  try {
    const home = await homeOf(world);
    const codexHome = await findCodexHome({ env: world.env, home });
    const env = { ...world.env, ...await loadDotEnv(codexHome, world.env) };
    useProxies(env);
    useCertificates(env);
    const config = await loadConfig({
      managedPreference: (key) => readManagedPreference(key, world.env["USER"] || null),
      codexHome,
      processCwd: world.cwd(),
      env,
      home,
      cliOverrides: configOverrides(levels),
      strict: isStrict(levels),
      overrides: {},
    });
    const onWaiting = (limitMs: number) =>
      void world.stderr.write(
        `Another instance is renewing the login. Waiting for it, at most ${limitMs / 1000} s...\n`,
      );
    const place = { codexHome, store: config.credentialsStore, now: () => world.now(), onWaiting };
    return { config, env, place };
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code === "unknown_feature") throw error;
    const said = error.code === "invalid_override"
      ? error.message
      : `Error loading configuration: ${error.message}`;
    await world.stderr.write(`${said}\n`);
    return null;
  }
}

/** What went wrong, for a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
