import { everyModel, modelEntryJson } from "../model/mod.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex debug models`. */
export async function run(_invocation: Invocation, world: World): Promise<number> {
  const models = everyModel().map(modelEntryJson);
  await world.stdout.write(`${JSON.stringify({ models }, null, 2)}\n`);
  return 0;
}
