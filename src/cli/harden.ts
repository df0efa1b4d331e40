import { hardenProcess, isLoaderVariable, withoutLoaderVariables } from "../platform/mod.ts";
import type { World } from "./world.ts";

/**
 * The first step of every command that holds a login or runs commands: closes this process to other programs, and
 * gives back the world without the loader's variables, which no child gets from here on. What a system does not
 * offer is left out; nothing depends on it. Whoever starts a debugger on purpose says so with `CODEX_NO_HARDENING=1`.
 */
export function hardened(world: World): World {
  if (world.env["CODEX_NO_HARDENING"] === "1") return world;
  hardenProcess();
  for (const name of Object.keys(world.env)) {
    if (isLoaderVariable(name)) Deno.env.delete(name);
  }
  return { ...world, env: withoutLoaderVariables(world.env) };
}
