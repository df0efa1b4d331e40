import { ConfigError, findCodexHome } from "../config/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { World } from "./world.ts";

/** The home folder of the user, for commands that cannot do without. */
export async function homeOf(world: World): Promise<AbsolutePath> {
  const home = await world.home();
  if (home === null) throw new Error("the home folder of the user is not known: set HOME");
  return home;
}

/** The user's folder and `$CODEX_HOME`; `null` = the latter leads nowhere, which has been told. */
export async function findHomes(
  world: World,
): Promise<{ readonly home: AbsolutePath; readonly codexHome: AbsolutePath } | null> {
  const home = await homeOf(world);
  try {
    return { home, codexHome: await findCodexHome({ env: world.env, home }) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await world.stderr.write(`Error finding codex home: ${error.message}\n`);
    return null;
  }
}
