import type { AbsolutePath } from "../protocol/mod.ts";
import type { World } from "./world.ts";

/** The home folder of the user, for commands that cannot do without. */
export async function homeOf(world: World): Promise<AbsolutePath> {
  const home = await world.home();
  if (home === null) throw new Error("the home folder of the user is not known: set HOME");
  return home;
}
