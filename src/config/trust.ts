import { basename, dirname, join, resolve } from "node:path";
import { isHeldFolder } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { readConfigBytes } from "./read_file.ts";

export type TrustLevel = "trusted" | "untrusted";

/** `[projects]`, by absolute path. */
export type Projects = Readonly<Record<string, { readonly trust_level?: TrustLevel }>>;

/** The first of the paths that the user has decided about. Keys are compared as they stand. */
export function trustOf(
  projects: Projects,
  paths: readonly (AbsolutePath | null)[],
): TrustLevel | null {
  for (const path of paths) {
    const level = path === null ? undefined : projects[path]?.trust_level;
    if (level !== undefined) return level;
  }
  return null;
}

/**
 * The canonical folder of the main checkout that `cwd` belongs to, so that a linked worktree inherits the
 * trust of its repository. `null` outside a repository.
 *
 * Reads `.git` itself instead of asking git, and believes a `.git` file only when the repository points
 * back at it: otherwise any unpacked archive could claim to be a worktree of a trusted project.
 */
export async function mainRepoRoot(cwd: AbsolutePath): Promise<AbsolutePath | null> {
  let dir = await realPath(cwd);
  while (dir !== null) {
    const dotGit = join(dir, ".git");
    const info = await Deno.stat(dotGit).catch(() => null);
    if (info?.isDirectory && !isHeldFolder(dotGit, info)) return dir;
    if (info?.isFile) return await mainOfWorktree(dotGit) ?? dir;
    const parent = dirname(dir);
    dir = parent === dir ? null : parent;
  }
  return null;
}

async function mainOfWorktree(dotGit: AbsolutePath): Promise<AbsolutePath | null> {
  const target = await readLine(dotGit);
  if (target === null || !target.startsWith("gitdir:")) return null;
  const gitDir = resolve(dirname(dotGit), target.slice("gitdir:".length).trim());
  const backlink = await readLine(join(gitDir, "gitdir"));
  const common = await readLine(join(gitDir, "commondir"));
  if (backlink === null || common === null) return null;
  if (await realPath(resolve(gitDir, backlink)) !== await realPath(dotGit)) return null;
  const commonDir = await realPath(resolve(gitDir, common));
  if (commonDir === null) return null;
  return basename(commonDir) === ".git" ? dirname(commonDir) : commonDir;
}

async function readLine(file: AbsolutePath): Promise<string | null> {
  const bytes = await readConfigBytes(file).catch(() => null);
  return bytes === null ? null : new TextDecoder().decode(bytes).trim();
}

async function realPath(path: string): Promise<AbsolutePath | null> {
  return await Deno.realPath(path).catch(() => null);
}
