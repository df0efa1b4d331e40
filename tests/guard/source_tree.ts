/**
 * The repository's own files, for the guards.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { Tree } from "./offences.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function collect(folder: string, into: Record<string, string>): Promise<void> {
  for await (const entry of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${entry.name}`;
    if (path === "tests/fixtures") continue;
    if (entry.isDirectory) await collect(path, into);
    else if (entry.isFile && entry.name.endsWith(".ts")) {
      into[path] = await Deno.readTextFile(join(ROOT, path));
    }
  }
}

/** Every TypeScript file of the project: `main.ts`, `src/`, `tests/`, `scripts/`; not fixtures. */
export async function readTree(): Promise<Tree> {
  const tree: Record<string, string> = {
    "main.ts": await Deno.readTextFile(join(ROOT, "main.ts")),
  };
  for (const folder of ["src", "tests", "scripts"]) await collect(folder, tree);
  return tree;
}
