import { VERSION } from "./version.ts";
import type { World } from "./world.ts";

/** Argument with which the program becomes another one: the next argument is that one's name. */
export const RUN_AS = "--codex-run-as";

/**
 * Runs the program that this process was started as, and returns its exit code: one executable is several
 * programs, told apart by its name or by its first argument. Never throws.
 */
export async function run(world: World): Promise<number> {
  const crashed = Promise.withResolvers<number>();
  using _uncaught = world.onUncaught((error) => void complain(world, error).then(crashed.resolve));
  try {
    return await Promise.race([dispatch(world), crashed.promise]);
  } catch (error) {
    return await complain(world, error);
  }
}

async function dispatch(world: World): Promise<number> {
  const [first, ...rest] = world.args;
  const argv0 = await world.argv0();
  const name = first === RUN_AS ? rest[0] ?? null : argv0;
  switch (programName(name)) {
    case "apply_patch":
    case "applypatch":
      return await applyPatch(world, first === RUN_AS ? rest.slice(1) : world.args);
    case "codex-linux-sandbox": {
      const words = first === RUN_AS ? rest.slice(1) : world.args;
      return await (await import("./sandbox_helper.ts")).runSandboxHelper(words, world);
    }
  }
  switch (first) {
    case "--codex-run-as-apply-patch":
      return await applyOwnPatch(world, rest);
    case "--codex-run-windows-sandbox":
      return await windowsHelper(world, rest);
    case "--codex-run-landlock":
      return (await (await import("../sandbox/mod.ts")).landlockHelper()).runLandlockHelper(rest);
    case "--codex-run-refresh-login":
      return await refreshLogin(world);
    case "--codex-run-network-bridge":
      return await (await import("../network/mod.ts")).runNetworkBridge(
        rest,
        world.env,
        async (line) => void await world.stderr.write(`codex: ${line}\n`),
      );
    case "--version":
    case "-V":
      if (rest.length > 0) break;
      await world.stdout.write(`codex-cli ${VERSION}\n`);
      return 0;
  }
  if (world.launcher !== null) (await import("../platform/mod.ts")).endWith(world.launcher);
  return await (await import("./command_line.ts")).runCommandLine(world);
}

async function windowsHelper(world: World, args: readonly string[]): Promise<number> {
  const { runWindowsHelper } = await (await import("../sandbox/mod.ts")).windowsHelper();
  const options = { env: world.env, cwd: world.cwd() };
  const { exitCode, message } = await runWindowsHelper(args, options);
  if (message !== null) await world.stderr.write(`codex: ${message}\n`);
  // A process that crashed has a code that only fits when it is taken as negative.
  return exitCode | 0;
}

/** The last part of a path, without the ending of Windows. */
function programName(argv0: string | null): string | null {
  return argv0?.split(/[\\/]/).at(-1)?.replace(/\.exe$/i, "") ?? null;
}

async function applyPatch(world: World, args: readonly string[]): Promise<number> {
  const { runStandalone } = await import("../patch/mod.ts");
  return await printed(world, await runStandalone(patchOptions(world, args)));
}

async function applyOwnPatch(world: World, args: readonly string[]): Promise<number> {
  const { runSelfApply } = await import("../patch/mod.ts");
  return await printed(world, await runSelfApply(patchOptions(world, args)));
}

function patchOptions(world: World, args: readonly string[]) {
  return { args, readStdin: (maxBytes: number) => world.stdin.read(maxBytes), cwd: world.cwd() };
}

/** A login and where it is kept, with much to spare. Bytes. */
const MAX_TASK = 16 * 1024 * 1024;

/** Signals do not reach it: a renewal that has begun is brought to its end. */
async function refreshLogin(world: World): Promise<number> {
  using _deaf = world.onSignal(() => {});
  (await import("./proxies.ts")).useProxies(world.env);
  (await import("./certificates.ts")).useCertificates(world.env);
  const { runRefreshHelper } = await import("../auth/mod.ts");
  const task = new TextDecoder().decode(await world.stdin.read(MAX_TASK) ?? new Uint8Array());
  await runRefreshHelper(task, (text) => world.stdout.write(text));
  return 0;
}

async function printed(
  world: World,
  outcome: { exitCode: number; stdout: string; stderr: string },
): Promise<number> {
  await world.stdout.write(outcome.stdout);
  await world.stderr.write(outcome.stderr);
  return outcome.exitCode;
}

/** One line for a person; the stack only for those who ask for it, as users of the reference do. */
async function complain({ env, stderr }: World, error: unknown): Promise<number> {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const backtrace = env["RUST_BACKTRACE"] ?? "0";
  const stack = backtrace !== "0" && backtrace !== "" && error instanceof Error
    // It begins with the message, which has been said.
    ? (error.stack ?? "").replace(/^[^]*?(?=\n\s+at |$)/u, "")
    : "";
  const lead = message.startsWith("Error ") ? "" : "Error: ";
  await stderr.write(`${lead}${message}${stack}\n`).catch(() => false);
  return 1;
}
