import { basename, dirname, join } from "node:path";
import { filesErrorCode, normalizePath, resolveLinks } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";

/** Where a path of a patch leads. */
export interface Place {
  /** As the patch means it: absolute and lexically normalised. */
  readonly path: AbsolutePath;
  /** The folder's real path and the last name: what a removal takes away. */
  readonly entry: AbsolutePath;
  /** Links followed to the end: what is read and written. */
  readonly real: AbsolutePath;
}

export interface Content {
  readonly bytes: Uint8Array;
  /** Permission bits; `null` = a new file, or a system without such. */
  readonly mode: number | null;
}

/** What stands at a place, as far as it matters before it is read or written. */
export type Presence = "absent" | "file" | "link_to_nowhere" | "directory" | "special";

/** The disk as it will be after the sections looked at so far. Reads the real one and never writes it. */
export class VirtualFiles {
  readonly #cwd: AbsolutePath;
  /** By real path; `null` = taken away. */
  readonly #changed = new Map<AbsolutePath, Content | null>();

  constructor(cwd: AbsolutePath) {
    this.#cwd = cwd;
  }

  async locate(written: string): Promise<Place> {
    const path = normalizePath(written, this.#cwd);
    const folder = await resolveLinks(dirname(path));
    const entry = join(folder, basename(path));
    // What a link led to no longer counts once the link itself is gone or has become a file.
    const real = this.#changed.has(entry) ? entry : await resolveLinks(path);
    return { path, entry, real };
  }

  async presence(place: Place): Promise<Presence> {
    const changed = this.#changed.get(place.real);
    if (changed !== undefined) return changed === null ? "absent" : "file";
    const found = await statOrNull(place.real);
    if (found === null) return place.real === place.entry ? "absent" : "link_to_nowhere";
    if (found.isDirectory) return "directory";
    return found.isFile ? "file" : "special";
  }

  /** Whether the entry is a link, on the disk and still. */
  isLink(place: Place): boolean {
    return place.entry !== place.real;
  }

  /** @throws what the system says when there is nothing to read. */
  async read(place: Place): Promise<Content> {
    const changed = this.#changed.get(place.real);
    if (changed !== undefined && changed !== null) return changed;
    if (changed === null) throw new Deno.errors.NotFound(NO_SUCH_FILE);
    const { isFile, isDirectory, mode } = await Deno.stat(place.real);
    if (isDirectory) throw new Deno.errors.IsADirectory(IS_DIRECTORY);
    // A pipe or a terminal would keep us waiting.
    if (!isFile) throw new Deno.errors.NotSupported("not a regular file");
    return {
      bytes: await Deno.readFile(place.real),
      mode: mode === null ? null : mode & 0o7777,
    };
  }

  /** Why no file can be put at the place for want of a folder; `null` = nothing is in the way. */
  async folderFault(place: Place): Promise<string | null> {
    let folder = dirname(place.real);
    while (true) {
      const changed = this.#changed.get(folder);
      if (changed !== undefined && changed !== null) return NOT_DIRECTORY;
      const found = changed === null ? null : await statOrNull(folder);
      if (found !== null) return found.isDirectory ? null : NOT_DIRECTORY;
      const parent = dirname(folder);
      if (parent === folder) return NO_SUCH_FILE;
      folder = parent;
    }
  }

  put(real: AbsolutePath, content: Content): void {
    this.#changed.set(real, content);
  }

  remove(entry: AbsolutePath): void {
    this.#changed.set(entry, null);
  }
}

const NO_SUCH_FILE = "No such file or directory (os error 2)";
const IS_DIRECTORY = "Is a directory (os error 21)";
const NOT_DIRECTORY = "Not a directory (os error 20)";

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    const code = filesErrorCode(error);
    if (code === "not_found" || code === "not_directory") return null;
    throw error;
  }
}
