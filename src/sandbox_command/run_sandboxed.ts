import { type Config, ConfigError, loadConfig } from "../config/mod.ts";
import { readManagedPreference } from "../platform/mod.ts";
import { commandEnvironment } from "../process/mod.ts";
import type { SandboxArgs, SandboxIo, SandboxSystem } from "./args.ts";
import { relaySignals } from "./forward_signals.ts";
import { openCommandNetwork } from "./network.ts";
import { runUnderRules } from "./run_under_rules.ts";

const SYSTEMS: Readonly<Record<SandboxSystem, { readonly os: string; readonly name: string }>> = {
  linux: { os: "linux", name: "Linux" },
  macos: { os: "darwin", name: "macOS" },
  windows: { os: "windows", name: "Windows" },
};

/** Runs one command in the sandbox of this system, as flags and configuration say. Returns as {@link runUnderRules}. */
export async function runSandboxed(args: SandboxArgs, io: SandboxIo): Promise<number> {
  const { os, name } = SYSTEMS[args.system];
  if (Deno.build.os !== os) {
    await io.stderr.write(`Error: this sandbox works on ${name} only\n`);
    return 1;
  }
  await using relay = relaySignals();
  const config = await configOrNull(args, io);
  if (config === null) return 1;
  const { command, explain, logDenials } = args;
  return await runUnderRules(
    {
      command,
      explain,
      logDenials,
      policy: config.sandboxPolicy,
      policyCwd: io.cwd,
      env: commandEnvironment(config.environmentPolicy, io.env, null),
      isManaged: config.requirements.experimentalNetwork !== null,
      openNetwork: (stateDir) => openCommandNetwork(config, io, stateDir),
    },
    io,
    relay,
  );
}

/** The mode comes from the flag alone: configuration can shape `workspace-write`, and cannot widen the mode. */
async function configOrNull(args: SandboxArgs, io: SandboxIo): Promise<Config | null> {
  try {
    return await loadConfig({
      managedPreference: (key) => readManagedPreference(key, io.env["USER"] || null),
      codexHome: io.codexHome,
      processCwd: io.cwd,
      env: io.env,
      home: io.home,
      cliOverrides: args.configOverrides,
      strict: args.strictConfig,
      overrides: {
        sandboxMode: args.fullAuto ? "workspace-write" : "read-only",
        ...(args.addDirs.length === 0 ? {} : { addDirs: args.addDirs }),
        ...(args.profile === null ? {} : { profile: args.profile }),
      },
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const prefix = error.code === "invalid_override" ? "" : "Error: ";
    await io.stderr.write(`${prefix}${error.message}\n`);
    return null;
  }
}
