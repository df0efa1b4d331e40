import { dirname, join } from "node:path";
import { isPresent } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";

/**
 * The nearest folder, from `cwd` upwards, that holds `.git`: a folder in a repository, a file in a linked work tree or
 * submodule. `null` outside a repository. Asks no git, so that it works where none is installed.
 */
export async function findRepoRoot(cwd: AbsolutePath): Promise<AbsolutePath | null> {
  for (let folder = cwd;; folder = dirname(folder)) {
    if (await isPresent(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return null;
  }
}
