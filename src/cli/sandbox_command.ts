import { ConfigError, featureOverrides, findCodexHome, loadDotEnv } from "../config/mod.ts";
import { runSandboxed, type SandboxSystem } from "../sandbox_command/mod.ts";
import { usageText } from "./help.ts";
import { homeOf } from "./home.ts";
import { type Invocation, valueOf, valuesOf } from "./spec.ts";
import { USAGE_ERROR } from "./usage.ts";
import type { World } from "./world.ts";

const SYSTEMS: Readonly<Record<string, SandboxSystem>> = {
  linux: "linux",
  landlock: "linux",
  macos: "macos",
  seatbelt: "macos",
  windows: "windows",
};

/** `codex sandbox linux|macos|windows` and `codex debug landlock|seatbelt`. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const inner = levels.at(-1)!;
  const system = SYSTEMS[inner.command.name];
  if (system === undefined) throw new RangeError(`no sandbox is named ${inner.command.name}`);
  const explain = inner.switches.has("explain");
  if (inner.positionals.length === 0 && !explain) {
    const usage = usageText(levels.map(({ command }) => command));
    await world.stderr.write(`error: there is no command to run.\n\n${usage}\n`);
    return USAGE_ERROR;
  }
  const home = await homeOf(world);
  let codexHome: string;
  try {
    codexHome = await findCodexHome({ env: world.env, home });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await world.stderr.write(`Error finding codex home: ${error.message}\n`);
    return 1;
  }
  return await runSandboxed({
    system,
    fullAuto: inner.switches.has("full-auto"),
    logDenials: inner.switches.has("log-denials"),
    explain,
    command: inner.positionals,
    profile: valueOf(levels[0], "profile"),
    configOverrides: [
      ...levels.flatMap((level) => valuesOf(level, "config")),
      ...featureOverrides(
        levels.flatMap((level) => valuesOf(level, "enable")),
        levels.flatMap((level) => valuesOf(level, "disable")),
      ),
    ],
  }, {
    env: { ...world.env, ...await loadDotEnv(codexHome, world.env) },
    cwd: world.cwd(),
    home,
    codexHome,
    self: world.self,
    stdout: world.stdout,
    stderr: world.stderr,
  });
}
