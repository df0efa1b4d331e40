import { join } from "node:path";
import { type Config, ConfigError, loadConfig } from "../config/mod.ts";
import {
  adoptOrphans,
  isForeground,
  keepForeground,
  readManagedPreference,
} from "../platform/mod.ts";
import { commandEnvironment } from "../process/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import {
  type Confined,
  type ConfineRequest,
  createSandbox,
  probeSandbox,
  type Sandbox,
  SandboxError,
} from "../sandbox/mod.ts";
import type { SandboxArgs, SandboxIo, SandboxSystem } from "./args.ts";
import { watchDenials } from "./denial_report.ts";
import { type ExactCommand, exactCommand } from "./exact_arguments.ts";
import { explanation, weaknessWarning } from "./explain.ts";
import { findCommand } from "./find_command.ts";
import { endOrphans, relaySignals } from "./forward_signals.ts";
import { type CommandNetwork, isNetworkError, openCommandNetwork } from "./network.ts";

const EXIT_SETUP_FAILED = 125;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

const SYSTEMS: Readonly<Record<SandboxSystem, { readonly os: string; readonly name: string }>> = {
  linux: { os: "linux", name: "Linux" },
  macos: { os: "darwin", name: "macOS" },
  windows: { os: "windows", name: "Windows" },
};

/**
 * Runs one command in the sandbox of this system and returns its exit code: 128+n after signal n, 125 when the sandbox
 * could not be set up, 126 and 127 for a command that cannot be executed and one that is not there.
 */
export async function runSandboxed(args: SandboxArgs, io: SandboxIo): Promise<number> {
  const { os, name } = SYSTEMS[args.system];
  if (Deno.build.os !== os) {
    await io.stderr.write(`Error: this sandbox works on ${name} only\n`);
    return 1;
  }
  await using relay = relaySignals();
  const config = await configOrNull(args, io);
  if (config === null) return 1;
  await using state = await stateFolder(io.codexHome);
  const backend = await probeSandbox({
    path: io.env["PATH"] ?? "",
    cwd: io.cwd,
    self: io.self,
    cacheDir: state.isKept ? state.path : null,
  });
  using sandbox = createSandbox({ backend, self: io.self, stateDir: state.path });
  try {
    if (args.command.length === 0) return await explainOnly(sandbox, config, io);
    await using network = await openCommandNetwork(config, io, state.path);
    return await runCommand(args, io, { config, sandbox, relay, network, state: state.path });
  } catch (error) {
    if (!(error instanceof SandboxError || isNetworkError(error))) throw error;
    await io.stderr.write(`codex: ${error.message}\n`);
    return EXIT_SETUP_FAILED;
  }
}

interface Ready {
  /** A folder that commands cannot write to. */
  readonly state: AbsolutePath;
  readonly network: CommandNetwork;
  readonly config: Config;
  readonly sandbox: Sandbox;
  readonly relay: ReturnType<typeof relaySignals>;
}

async function runCommand(args: SandboxArgs, io: SandboxIo, ready: Ready): Promise<number> {
  const command = exactCommand(args.command);
  const env = ready.network.environment(environment(ready.config, io));
  const missing = await exitCodeOfMissing(command, io, env);
  if (missing !== null) return missing;
  const request = { argv: command.argv, env, bridge: ready.network.bridge ?? null };
  await using confined = await confine(ready.sandbox, ready.config, io, request);
  const { backend } = ready.sandbox;
  const remark = args.explain
    ? explanation(backend, ready.config.sandboxPolicy, confined)
    : weaknessWarning(backend, confined);
  if (remark !== null) await io.stderr.write(remark);
  await using denials = args.logDenials ? await watchDenials(io.stderr) : null;
  const orphansAreOurs = confined.kind !== "bubblewrap" && adoptOrphans();
  const code = await toItsEnd(confined, (pid) => {
    ready.relay.connect({ pid, kind: confined.kind });
    denials?.follow(pid);
  });
  if (orphansAreOurs) await endOrphans();
  if (confined.began?.(code) ?? true) return code;
  throw new SandboxError(
    "setup_failed",
    "bubblewrap could not set up the sandbox, so the command has not run. What it says above tells why; " +
      "`codex doctor` looks at what it needs.",
  );
}

/** Starts the command with the streams of this process, the terminal included, and waits for it. */
async function toItsEnd(confined: Confined, started: (pid: number) => void): Promise<number> {
  const [program = "", ...rest] = confined.argv;
  using _terminal = keepForeground();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: rest,
      cwd: confined.cwd,
      env: { ...confined.env },
      clearEnv: true,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (cause) {
    throw new SandboxError("setup_failed", `${program} cannot be started: ${cause}`, { cause });
  }
  started(child.pid);
  return (await child.status).code;
}

async function explainOnly(sandbox: Sandbox, config: Config, io: SandboxIo): Promise<number> {
  const policy = config.sandboxPolicy;
  if (sandbox.backend.kind === "unavailable") {
    await io.stdout.write(explanation(sandbox.backend, policy, null));
    return 0;
  }
  const bridge = config.requirements.experimentalNetwork === null ? null : "closed" as const;
  const request = { argv: ["true"], env: environment(config, io), bridge };
  await using confined = await confine(sandbox, config, io, request);
  await io.stdout.write(explanation(sandbox.backend, policy, confined));
  return 0;
}

function confine(
  sandbox: Sandbox,
  config: Config,
  io: SandboxIo,
  request: Pick<ConfineRequest, "argv" | "env" | "bridge">,
): Promise<Confined> {
  return sandbox.confine({
    ...request,
    cwd: io.cwd,
    policy: config.sandboxPolicy,
    policyCwd: io.cwd,
    tmpdir: io.env["TMPDIR"] || null,
    tty: isForeground(),
  });
}

function environment(config: Config, io: SandboxIo): Record<string, string> {
  return commandEnvironment(config.environmentPolicy, io.env, null);
}

/** `null` = the command is there. */
async function exitCodeOfMissing(
  { program }: ExactCommand,
  io: SandboxIo,
  env: Readonly<Record<string, string>>,
): Promise<number | null> {
  if (program === null || Deno.build.os === "windows") return null;
  const found = await findCommand(program, { cwd: io.cwd, path: env["PATH"] ?? "/usr/bin:/bin" });
  switch (found) {
    case "found":
      return null;
    case "not_found":
      await io.stderr.write(`codex: ${program}: not found\n`);
      return EXIT_NOT_FOUND;
    case "not_executable":
      await io.stderr.write(`codex: ${program}: cannot be executed\n`);
      return EXIT_NOT_EXECUTABLE;
  }
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

interface StateFolder extends AsyncDisposable {
  readonly path: AbsolutePath;
  /** It was there before and stays. */
  readonly isKept: boolean;
}

/** Where a session keeps such files, if there has been one; this command by itself leaves nothing behind. */
async function stateFolder(codexHome: AbsolutePath): Promise<StateFolder> {
  const path = join(codexHome, "tmp");
  if (await Deno.stat(path).then((info) => info.isDirectory, () => false)) {
    return { path, isKept: true, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const made = await Deno.makeTempDir({ prefix: "codex-sandbox-" });
  return {
    path: made,
    isKept: false,
    [Symbol.asyncDispose]: () => Deno.remove(made, { recursive: true }),
  };
}
