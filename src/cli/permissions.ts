import type { Permission } from "./spec.ts";

const ALL: readonly Permission[] = ["read", "write", "net", "env", "run", "sys", "ffi"];

/**
 * Gives back every permission that a command does not need. Hygiene, not a wall: with `run` or `ffi` code can
 * do anything.
 */
export async function keepOnly(needs: readonly Permission[]): Promise<void> {
  for (const name of ALL) {
    if (!needs.includes(name)) await Deno.permissions.revoke({ name });
  }
}
