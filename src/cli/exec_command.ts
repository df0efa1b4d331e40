import { resolve } from "node:path";
import { ConfigError, findCodexHome, loadDotEnv } from "../config/mod.ts";
import { type ExecIo, runExec } from "../exec/mod.ts";
import { useCertificates } from "./certificates.ts";
import { execArgs } from "./exec_args.ts";
import { hardened } from "./harden.ts";
import { openHelperFolder } from "./helper_folder.ts";
import type { Invocation } from "./spec.ts";
import { homeOf } from "./home.ts";
import { VERSION } from "./version.ts";
import { useProxies } from "./proxies.ts";
import type { World } from "./world.ts";

/** `codex exec` and `codex exec resume`. */
export async function run({ levels }: Invocation, started: World): Promise<number> {
  const world = hardened(started);
  const cwd = world.cwd();
  const args = await execArgs(levels, async (path) => {
    return await Deno.stat(resolve(cwd, path)).then((info) => info.isFile, () => false);
  });
  const home = await homeOf(world);
  let codexHome: string;
  try {
    codexHome = await findCodexHome({ env: world.env, home });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await world.stderr.write(`Error finding codex home: ${error.message}\n`);
    return 1;
  }
  const env = { ...world.env, ...await loadDotEnv(codexHome, world.env) };
  useProxies(env);
  useCertificates(env);
  await using helpers = await openHelperFolder({ codexHome, world });
  const io: ExecIo = {
    env: helpers === null ? env : { ...env, PATH: helpers.prependedTo(env["PATH"]) },
    cwd,
    home,
    codexHome,
    self: world.self,
    version: VERSION,
    stdin: world.stdin,
    stdout: world.stdout,
    stderr: world.stderr,
    onSignal: (handler) => world.onSignal(handler),
    now: () => world.now(),
  };
  return await runExec(args, io);
}
