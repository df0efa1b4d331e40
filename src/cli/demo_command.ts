import { runDemo } from "../demo/mod.ts";
import { useProxies } from "./proxies.ts";
import type { Invocation } from "./spec.ts";
import { VERSION } from "./version.ts";
import type { World } from "./world.ts";

/** `codex demo`. */
export async function run(_invocation: Invocation, world: World): Promise<number> {
  useProxies(world.env);
  return await runDemo({
    env: world.env,
    self: world.self,
    version: VERSION,
    stdout: world.stdout,
    onSignal: (handler) => world.onSignal(handler),
    now: () => world.now(),
  });
}
