import { join } from "node:path";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { LAUNCH_PATH } from "./launch_environment.ts";

const FOLDERS = LAUNCH_PATH.split(":");

/** Looks in the system's own folders only: the search path may lead into the workspace. */
export function findSystemProgram(name: string): AbsolutePath | null {
  for (const folder of FOLDERS) {
    const path = join(folder, name);
    try {
      Deno.statSync(path);
      return path;
    } catch {
      // The next one.
    }
  }
  return null;
}
