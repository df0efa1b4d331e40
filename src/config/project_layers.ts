import { dirname, join } from "node:path";
import { isInside, isPresent } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError } from "./error.ts";
import { fileLayer, type Layer } from "./layers.ts";
import { emptyTable } from "./toml.ts";
import { mainRepoRoot, type Projects, trustOf } from "./trust.ts";

interface ProjectSearch {
  readonly cwd: AbsolutePath;
  readonly home: AbsolutePath;
  readonly codexHome: AbsolutePath;
  /** Named in the reason why a layer is off. */
  readonly userFile: AbsolutePath;
  readonly rootMarkers: readonly string[];
  readonly projects: Projects;
  readonly repoRoot: AbsolutePath | null;
}

/** One layer for each `.codex` folder from the project's root down to the working directory. */
export async function projectLayers(search: ProjectSearch): Promise<Layer[]> {
  const root = await projectRoot(search.cwd, search.rootMarkers);
  const codexHomeReal = await Deno.realPath(search.codexHome).catch(() => search.codexHome);
  const layers: Layer[] = [];
  for (const dir of foldersBetween(root, search.cwd)) {
    const folder = join(dir, ".codex");
    const info = await Deno.stat(folder).catch(() => null);
    if (!info?.isDirectory || folder === search.codexHome) continue;
    if (await Deno.realPath(folder).catch(() => folder) === codexHomeReal) continue;
    const layer = await projectLayer(search, root, dir, join(folder, "config.toml"));
    layers.push(dir === root ? layer : { ...layer, nested: true });
  }
  return layers;
}

async function projectLayer(
  search: ProjectSearch,
  root: AbsolutePath,
  dir: AbsolutePath,
  file: AbsolutePath,
): Promise<Layer> {
  const trusted = trustOf(search.projects, [dir, root, search.repoRoot]) === "trusted";
  if (trusted) {
    const layer = await fileLayer("project", file, search.home);
    return await isTrustedItself(search, dir) ? layer : await withoutLoosening(layer);
  }
  const disabledReason = `${file} is ignored until the project is trusted: set trust_level = ` +
    `"trusted" under [projects.${JSON.stringify(search.repoRoot ?? root)}] in ${search.userFile}`;
  try {
    return { ...await fileLayer("project", file, search.home), disabledReason };
  } catch (error) {
    // Strangers must not be able to stop the program, with a broken file or with what is none.
    if (!(error instanceof ConfigError)) throw error;
    return { type: "project", file, table: emptyTable(), text: null, disabledReason };
  }
}

/**
 * Whether the user has decided about this very folder, and not only about one that it belongs to. A linked work tree shares
 * the decision about its main checkout, unless it lies in there: then commands of a session in the checkout may write to it.
 */
async function isTrustedItself(
  { projects, repoRoot }: ProjectSearch,
  dir: AbsolutePath,
): Promise<boolean> {
  const real = await Deno.realPath(dir).catch(() => dir);
  if (trustOf(projects, [dir, real]) === "trusted") return true;
  if (repoRoot === null || isInside(repoRoot, real)) return false;
  return await isPresent(join(real, ".git")) && await mainRepoRoot(real) === repoRoot;
}

async function withoutLoosening(layer: Layer): Promise<Layer> {
  return (await import("./inherited_trust.ts")).withoutLoosening(layer);
}

/** The nearest folder with one of the markers, itself first; the folder itself when there is none. */
async function projectRoot(
  cwd: AbsolutePath,
  markers: readonly string[],
): Promise<AbsolutePath> {
  for (let dir = cwd; markers.length > 0;) {
    for (const marker of markers) {
      if (await isPresent(join(dir, marker))) return dir;
    }
    const parent = dirname(dir);
    if (parent === dir) break;
    dir = parent;
  }
  return cwd;
}

/** From `root` down to `leaf`, both included. */
function foldersBetween(root: AbsolutePath, leaf: AbsolutePath): AbsolutePath[] {
  const folders = [leaf];
  for (let dir = leaf; dir !== root && dirname(dir) !== dir;) {
    dir = dirname(dir);
    folders.unshift(dir);
  }
  return folders;
}
