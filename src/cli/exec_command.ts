import { resolve } from "node:path";
import { loadDotEnv } from "../config/mod.ts";
import { type ExecIo, runExec } from "../exec/mod.ts";
import { useCertificates } from "./certificates.ts";
import { execArgs } from "./exec_args.ts";
import { hardened } from "./harden.ts";
import { openHelperFolder } from "./helper_folder.ts";
import type { Invocation } from "./spec.ts";
import { findHomes } from "./home.ts";
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
  const homes = await findHomes(world);
  if (homes === null) return 1;
  const { home, codexHome } = homes;
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
