import { dirname, join } from "node:path";
import type { AbsolutePath } from "../../protocol/mod.ts";

/** A symbolic link on the way; its folder has its links resolved. */
export interface PassedLink {
  readonly path: AbsolutePath;
  readonly target: string;
}

/** Where a path leads, or what keeps it from leading anywhere. All paths with their links resolved. */
export type Ending =
  | { readonly kind: "there"; readonly path: AbsolutePath; readonly info: Deno.FileInfo }
  /** Nothing of this name is in `folder`; the path may go on behind it. */
  | { readonly kind: "missing"; readonly path: AbsolutePath; readonly folder: AbsolutePath }
  /** This user may not look into `folder`. */
  | { readonly kind: "refused"; readonly folder: AbsolutePath }
  /** The path goes on behind something that is no folder. */
  | { readonly kind: "no_folder"; readonly path: AbsolutePath }
  /** Links that lead in a circle. */
  | { readonly kind: "circle" };

/** So many links in a row the kernel follows. */
const MAX_LINKS = 40;

/**
 * Follows a path name by name.
 *
 * @param start a folder above it whose links are known to be resolved
 */
export function followPath(
  path: AbsolutePath,
  start: AbsolutePath = "/",
): { readonly ending: Ending; readonly links: readonly PassedLink[] } {
  const links: PassedLink[] = [];
  let at: Extract<Ending, { kind: "there" }> | null = null;
  let folder = start;
  const names = path.slice(start.length).split("/");
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      folder = dirname(folder);
      at = null;
      continue;
    }
    const next = join(folder, name);
    const info = lookAt(next, folder);
    if (!("ino" in info)) return { ending: info, links };
    if (!info.isSymlink) {
      folder = next;
      at = { kind: "there", path: next, info };
      continue;
    }
    if (links.length === MAX_LINKS) return { ending: { kind: "circle" }, links };
    const target = Deno.readLinkSync(next);
    links.push({ path: next, target });
    if (target.startsWith("/")) folder = "/";
    at = null;
    names.unshift(...target.split("/"));
  }
  return { ending: at ?? { kind: "there", path: folder, info: Deno.lstatSync(folder) }, links };
}

function lookAt(path: AbsolutePath, folder: AbsolutePath): Deno.FileInfo | Ending {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { kind: "missing", path, folder };
    if (error instanceof Deno.errors.PermissionDenied) return { kind: "refused", folder };
    if (error instanceof Deno.errors.NotADirectory) return { kind: "no_folder", path: folder };
    throw error;
  }
}
