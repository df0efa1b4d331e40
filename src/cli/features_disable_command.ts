import { switchFeature } from "./features_switch.ts";
import type { Invocation } from "./spec.ts";
import type { World } from "./world.ts";

/** `codex features disable`. */
export function run(invocation: Invocation, world: World): Promise<number> {
  return switchFeature(invocation, world, false);
}
