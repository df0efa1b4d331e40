import { adoptOrphans, isForeground, keepForeground } from "../platform/mod.ts";
import type { AbsolutePath, SandboxPolicy } from "../protocol/mod.ts";
import {
  type Confined,
  type ConfineRequest,
  type Sandbox,
  sandboxBackends,
  SandboxError,
} from "../sandbox/mod.ts";
import type { SandboxIo } from "./args.ts";
import { watchDenials } from "./denial_report.ts";
import { type ExactCommand, exactCommand } from "./exact_arguments.ts";
import { explanation, weaknessWarning } from "./explain.ts";
import { findCommand } from "./find_command.ts";
import { endOrphans, type SignalRelay } from "./forward_signals.ts";
import { type CommandNetwork, isNetworkError } from "./network.ts";
import { openStateFolder } from "./state_folder.ts";

const EXIT_SETUP_FAILED = 125;
const EXIT_NOT_EXECUTABLE = 126;
const EXIT_NOT_FOUND = 127;

/** What is to be run, and under which rules. */
export interface Order {
  readonly policy: SandboxPolicy;
  readonly policyCwd: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  /** Tell which sandbox it is, and what it leaves open. */
  readonly explain: boolean;
  /** List what was refused. */
  readonly logDenials: boolean;
  /** Empty only together with `explain`. */
  readonly command: readonly string[];
  /** The network is not what the policy says: an administrator requires a proxy. */
  readonly isManaged: boolean;
  /** Called with a folder that commands cannot write to. */
  readonly openNetwork: (stateDir: AbsolutePath) => Promise<CommandNetwork>;
}

/**
 * Runs one command confined, with the streams and signals of this process, and returns its exit code: 128+n after
 * signal n, 125 when the sandbox could not be set up, 126 and 127 for a command that cannot be executed and one that
 * is not there.
 */
export async function runUnderRules(
  order: Order,
  io: SandboxIo,
  relay: SignalRelay,
): Promise<number> {
  try {
    return await run(order, io, relay);
  } catch (error) {
    if (!(error instanceof SandboxError || isNetworkError(error))) throw error;
    await io.stderr.write(`codex: ${error.message}\n`);
    return EXIT_SETUP_FAILED;
  }
}

async function run(order: Order, io: SandboxIo, relay: SignalRelay): Promise<number> {
  await using state = await openStateFolder(io);
  const { createSandbox, probeSandbox } = await sandboxBackends();
  const backend = await probeSandbox({
    path: io.env["PATH"] ?? "",
    cwd: io.cwd,
    writable: order.policy.type === "workspace-write" ? order.policy.writableRoots : [],
    self: io.self,
    cacheDir: state.isKept ? state.path : null,
  });
  using sandbox = createSandbox({
    backend,
    self: io.self,
    stateDir: state.path,
    homeDir: io.codexHome,
  });
  if (order.command.length === 0) return await explainOnly(sandbox, order, io);
  await using network = await order.openNetwork(state.path);
  return await runCommand(order, io, { sandbox, relay, network });
}

interface Ready {
  readonly network: CommandNetwork;
  readonly sandbox: Sandbox;
  readonly relay: SignalRelay;
}

async function runCommand(order: Order, io: SandboxIo, ready: Ready): Promise<number> {
  const command = exactCommand(order.command);
  const env = ready.network.environment(order.env);
  const missing = await exitCodeOfMissing(command, io, env);
  if (missing !== null) return missing;
  const request = { argv: command.argv, env, bridge: ready.network.bridge ?? null };
  await using confined = await confine(ready.sandbox, order, io, request);
  const { backend } = ready.sandbox;
  const remark = order.explain
    ? explanation(backend, order.policy, confined)
    : weaknessWarning(backend, confined);
  if (remark !== null) await io.stderr.write(remark);
  await using denials = order.logDenials ? await watchDenials(io.stderr) : null;
  const orphansAreOurs = confined.kind !== "bubblewrap" && adoptOrphans();
  const code = await toItsEnd(confined, (pid) => {
    ready.relay.connect({ pid, kind: confined.kind });
    denials?.follow(pid);
  });
  if (orphansAreOurs) await endOrphans();
  for (const line of ready.network.refusals()) await io.stderr.write(`codex: ${line}\n`);
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

async function explainOnly(sandbox: Sandbox, order: Order, io: SandboxIo): Promise<number> {
  const { policy, env } = order;
  if (sandbox.backend.kind === "unavailable") {
    await io.stdout.write(explanation(sandbox.backend, policy, null));
    return 0;
  }
  const bridge = order.isManaged ? "closed" as const : null;
  await using confined = await confine(sandbox, order, io, { argv: ["true"], env, bridge });
  await io.stdout.write(explanation(sandbox.backend, policy, confined));
  return 0;
}

function confine(
  sandbox: Sandbox,
  { policy, policyCwd }: Order,
  io: SandboxIo,
  request: Pick<ConfineRequest, "argv" | "env" | "bridge">,
): Promise<Confined> {
  return sandbox.confine({
    ...request,
    cwd: io.cwd,
    policy,
    policyCwd,
    tmpdir: io.env["TMPDIR"] || null,
    tty: isForeground(),
  });
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
