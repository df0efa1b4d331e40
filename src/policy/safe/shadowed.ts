import { delimiter, isAbsolute, join } from "node:path";
import { isInside } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { isTrustedPlace } from "./trusted_place.ts";

const ENDINGS = Deno.build.os === "windows" ? ["", ".exe", ".cmd", ".bat", ".com"] : [""];

/** Where the name of a program is looked up. */
export interface ProgramSearch {
  /** The variable `PATH` of the command. */
  readonly path: string;
  /** Folder in which the command starts. */
  readonly cwd: AbsolutePath;
  /** Folder of the session. */
  readonly session: AbsolutePath;
  /** Folders in which commands may put files of their own. */
  readonly writable: readonly AbsolutePath[];
}

/**
 * Whether a name leads to a program in a folder that commands write to: then it is somebody's, whatever it is
 * called. Looks at the disk only where `PATH` has such a folder.
 */
export function isShadowed(name: string, { path, cwd, writable }: ProgramSearch): boolean {
  const open = [cwd, ...writable];
  const folders = path.split(delimiter).map((entry) => ({
    folder: isAbsolute(entry) ? entry : join(cwd, entry),
    ours: isTrustedPlace(`${entry}/${name}`) ||
      (isAbsolute(entry) && !open.some((each) => isInside(each, entry))),
  }));
  if (folders.every(({ ours }) => ours)) return false;
  const first = folders.find(({ folder }) =>
    ENDINGS.some((ending) => isFile(join(folder, name + ending)))
  );
  return first !== undefined && !first.ours;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
