import { isAbsolute, join, resolve } from "node:path";
import type { ConfineRequest } from "../types.ts";

/** What `execvp` searches when there is no `PATH`. */
const USUAL_PATH = "/bin:/usr/bin";

/**
 * Whether a program can be started, as `execvp` would find out in the command's folder with the command's `PATH`:
 * bubblewrap itself ends with 1 in every case. `ok` when in doubt.
 */
export function findProgram({ argv, cwd, env }: ConfineRequest): "ok" | 126 | 127 {
  const [name = ""] = argv;
  if (name === "") return 127;
  const candidates = name.includes("/")
    ? [isAbsolute(name) ? name : resolve(cwd, name)]
    : (env["PATH"] ?? USUAL_PATH).split(":").map((folder) => join(resolve(cwd, folder), name));
  let refused = false;
  for (const path of candidates) {
    const state = stateOf(path);
    if (state === "ok") return "ok";
    if (state === 126) refused = true;
  }
  return refused ? 126 : 127;
}

function stateOf(path: string): "ok" | 126 | 127 {
  try {
    const info = Deno.statSync(path);
    return info.isDirectory || ((info.mode ?? 0) & 0o111) === 0 ? 126 : "ok";
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied ? 126 : 127;
  }
}
