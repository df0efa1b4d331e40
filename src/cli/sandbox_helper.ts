import { ConfigError, findCodexHome } from "../config/mod.ts";
import { runLinuxHelper } from "../sandbox_command/mod.ts";
import { homeOf } from "./home.ts";
import type { World } from "./world.ts";

/** The program under the name `codex-linux-sandbox`. It reads no configuration. */
export async function runSandboxHelper(args: readonly string[], world: World): Promise<number> {
  const home = await homeOf(world);
  let codexHome: string;
  try {
    codexHome = await findCodexHome({ env: world.env, home });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await world.stderr.write(`Error finding codex home: ${error.message}\n`);
    return 1;
  }
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
