import {
  type Config,
  ConfigError,
  type ConfigLayers,
  findCodexHome,
  loadConfig,
  type LoadConfigOptions,
  loadLayers,
} from "../config/mod.ts";
import { readManagedPreference } from "../platform/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { DoctorArgs, Surroundings } from "./types.ts";

/** Something that later checks build on; a broken one must not keep them from being made. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** What all checks look at. Home and configuration are read once, whoever asks first. */
export interface Scene {
  readonly args: DoctorArgs;
  readonly around: Surroundings;
  /** The folder of everything that is kept. It need not exist. */
  codexHome(): Promise<Outcome<AbsolutePath>>;
  config(): Promise<Outcome<Config>>;
  /** The sources of the configuration. */
  layers(): Promise<Outcome<ConfigLayers>>;
}

export function openScene(args: DoctorArgs, around: Surroundings): Scene {
  const codexHome = once(() => outcomeOf(readHome(around)));
  const options = once(() => configOptions(args, around, codexHome));
  const config = once(() => outcomeOf(options().then(loadConfig)));
  const layers = once(() => outcomeOf(options().then(loadLayers)));
  return { args, around, codexHome, config, layers };
}

async function readHome({ env, home }: Surroundings): Promise<AbsolutePath> {
  if (home === null && (env["CODEX_HOME"] ?? "") === "") {
    throw new ConfigError("codex_home", "the home folder of the user is not known");
  }
  return await findCodexHome({ env, home: home ?? "/" });
}

async function configOptions(
  args: DoctorArgs,
  { env, cwd, home }: Surroundings,
  codexHome: () => Promise<Outcome<AbsolutePath>>,
): Promise<LoadConfigOptions> {
  const found = await codexHome();
  if (!found.ok) throw found.error;
  return {
    codexHome: found.value,
    processCwd: cwd ?? "/",
    env,
    home: home ?? "/",
    managedPreference: (key) => readManagedPreference(key, env["USER"] || null),
    strict: args.strict,
    cliOverrides: args.configOverrides,
    overrides: args.profile === null ? {} : { profile: args.profile },
  };
}

async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    return { ok: false, error };
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => made ??= make();
}
