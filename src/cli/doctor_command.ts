import { resolve } from "node:path";
import { findCodexHome, loadDotEnv } from "../config/mod.ts";
import { runDoctor, type TerminalFacts } from "../doctor/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { useCertificates } from "./certificates.ts";
import { configOverrides } from "./config_overrides.ts";
import { isStrict, mergeFlags } from "./merged_flags.ts";
import { useProxies } from "./proxies.ts";
import type { Invocation } from "./spec.ts";
import { VERSION } from "./version.ts";
import type { World } from "./world.ts";

/** `codex doctor`. Whatever is broken is for the report to tell, but for a mistake in the command line. */
export async function run({ levels }: Invocation, world: World): Promise<number> {
  const home = await world.home();
  const env = { ...world.env, ...await dotEnv(world, home) };
  useProxies(env);
  useCertificates(env);
  const flags = mergeFlags(levels);
  const folder = flags.value("cd");
  const here = workingFolder(world);
  const cwd = here === null ? null : resolve(here, folder ?? ".");
  if (folder !== null && !await isFolder(cwd ?? folder)) {
    await world.stderr.write(`Error: --cd ${folder}: there is no such directory\n`);
    return 1;
  }
  return await runDoctor({
    json: flags.has("json"),
    offline: flags.has("offline"),
    strict: isStrict(levels),
    profile: flags.value("profile"),
    configOverrides: configOverrides(levels),
  }, {
    env,
    cwd,
    home,
    self: world.self,
    version: VERSION,
    isCompiled: world.isCompiled,
    terminal: terminalFacts(world),
    now: () => world.now(),
  }, { stdout: world.stdout });
}

async function dotEnv(
  world: World,
  home: AbsolutePath | null,
): Promise<Readonly<Record<string, string>>> {
  try {
    const codexHome = await findCodexHome({ env: world.env, home: home ?? "/nonexistent" });
    return await loadDotEnv(codexHome, world.env);
  } catch {
    // A bad CODEX_HOME is one of the things to be told.
    return {};
  }
}

/** `null` = it has been removed. */
function workingFolder(world: World): AbsolutePath | null {
  try {
    return world.cwd();
  } catch {
    return null;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}

function terminalFacts({ stdin, stdout, stderr }: World): TerminalFacts {
  const facts = {
    stdin: stdin.isTerminal,
    stdout: stdout.isTerminal,
    stderr: stderr.isTerminal,
  };
  try {
    return { ...facts, size: Deno.consoleSize() };
  } catch {
    return { ...facts, size: null };
  }
}
