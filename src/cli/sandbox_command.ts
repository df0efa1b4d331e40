import { resolve } from "node:path";
import { loadDotEnv } from "../config/mod.ts";
import { runSandboxed, type SandboxSystem } from "../sandbox_command/mod.ts";
import { configOverrides } from "./config_overrides.ts";
import { usageText } from "./help.ts";
import { findHomes } from "./home.ts";
import { isStrict, mergeFlags } from "./merged_flags.ts";
import type { Invocation } from "./spec.ts";
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
  const homes = await findHomes(world);
  if (homes === null) return 1;
  const { home, codexHome } = homes;
  const all = mergeFlags(levels);
  const cwd = resolve(world.cwd(), all.value("cd") ?? ".");
  if (!await isFolder(cwd)) {
    await world.stderr.write(`Error: --cd ${all.value("cd")}: there is no such directory\n`);
    return 1;
  }
  const mode = all.value("sandbox");
  if (mode === "danger-full-access") {
    await world.stderr.write(
      `error: --sandbox ${mode}: this command runs nothing without a sandbox.\n`,
    );
    return USAGE_ERROR;
  }
  return await runSandboxed({
    system,
    fullAuto: all.has("full-auto") || mode === "workspace-write",
    logDenials: inner.switches.has("log-denials"),
    explain,
    command: inner.positionals,
    profile: all.value("profile"),
    addDirs: all.values("add-dir"),
    configOverrides: configOverrides(levels),
    strictConfig: isStrict(levels),
  }, {
    env: { ...world.env, ...await loadDotEnv(codexHome, world.env) },
    cwd,
    home,
    codexHome,
    self: world.self,
    stdout: world.stdout,
    stderr: world.stderr,
  });
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}
