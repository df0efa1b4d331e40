import { runLinuxHelper } from "../sandbox_command/mod.ts";
import { findHomes } from "./home.ts";
import type { World } from "./world.ts";

/** The program under the name `codex-linux-sandbox`. It reads no configuration. */
export async function runSandboxHelper(args: readonly string[], world: World): Promise<number> {
  const homes = await findHomes(world);
  if (homes === null) return 1;
  const { home, codexHome } = homes;
  return await runLinuxHelper(args, {
    env: world.env,
    cwd: world.cwd(),
    home,
    codexHome,
    self: world.self,
    stdout: world.stdout,
    stderr: world.stderr,
  });
}
