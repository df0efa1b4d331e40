import { dirname, join } from "node:path";
import { isPresent, readWholeText } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { Logger } from "../telemetry/mod.ts";

const OVERRIDE_NAME = "AGENTS.override.md";
const DEFAULT_NAME = "AGENTS.md";

/** Stands between the person's own document and those of the project. Fixed: front ends and tests match on it. */
const PROJECT_SEPARATOR = "\n\n--- project-doc ---\n\n";

export interface UserInstructionsOptions {
  readonly codexHome: AbsolutePath;
  readonly cwd: AbsolutePath;
  /** Bytes that all project files together may take; 0 = none is read. */
  readonly maxBytes: number;
  /** Names tried after `AGENTS.md` in each folder. */
  readonly fallbackFilenames: readonly string[];
  /** A folder that holds one of these is the project's root; `[]` = only `cwd` counts. */
  readonly rootMarkers: readonly string[];
  readonly logger: Logger;
}

async function readGlobal(codexHome: AbsolutePath): Promise<string | null> {
  for (const name of [OVERRIDE_NAME, DEFAULT_NAME]) {
    try {
      const text = (await readWholeText(join(codexHome, name))).trim();
      if (text !== "") return text;
    } catch {
      // Absent or unreadable: the next name.
    }
  }
  return null;
}

/** Folders from the project's root down to `cwd`; `cwd` alone where there is no root. */
async function projectFolders(
  cwd: AbsolutePath,
  rootMarkers: readonly string[],
): Promise<AbsolutePath[]> {
  const folders: AbsolutePath[] = [];
  for (let folder = cwd;; folder = dirname(folder)) {
    folders.unshift(folder);
    for (const marker of rootMarkers) {
      if (await isPresent(join(folder, marker))) return folders;
    }
    if (dirname(folder) === folder) return [cwd];
  }
}

/** First candidate in the folder that is a file or a link. Existence decides, not content. */
async function findDocument(
  folder: AbsolutePath,
  names: readonly string[],
): Promise<string | null> {
  for (const name of names) {
    const path = join(folder, name);
    try {
      const info = await Deno.lstat(path);
      if (info.isFile || info.isSymlink) return path;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        continue;
      }
      throw error;
    }
  }
  return null;
}

/**
 * At most `limit` bytes of a file, and whether there was more; `null` for a link that leads nowhere, or to a
 * pipe or a device: a project that somebody else wrote may have one, and it would keep us waiting.
 */
async function readUpTo(
  path: string,
  limit: number,
): Promise<{ bytes: Uint8Array; more: boolean } | null> {
  let file: Deno.FsFile;
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (!isFile && !isDirectory) return null;
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  using _open = file;
  const buffer = new Uint8Array(Math.min(limit, (await file.stat()).size) + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return { bytes: buffer.subarray(0, Math.min(filled, limit)), more: filled > limit };
}

async function readProject(options: UserInstructionsOptions): Promise<string[]> {
  const names = [
    OVERRIDE_NAME,
    DEFAULT_NAME,
    ...options.fallbackFilenames.filter((name) => name.trim() !== ""),
  ];
  const documents: string[] = [];
  let left = options.maxBytes;
  for (const folder of await projectFolders(options.cwd, options.rootMarkers)) {
    if (left <= 0) break;
    const path = await findDocument(folder, names);
    const read = path === null ? null : await readUpTo(path, left);
    if (read === null) continue;
    if (read.more) {
      options.logger.warn("project instructions are over the limit and were cut", {
        path,
        limit: options.maxBytes,
      });
    }
    const text = new TextDecoder().decode(read.bytes);
    if (text.trim() === "") continue;
    documents.push(text);
    left -= read.bytes.length;
  }
  return documents;
}

/**
 * The standing instructions of the person and the project: the global AGENTS file, then those from the project's root
 * down to `cwd`, as the models know them. `null` when there are none. A project file that cannot be read is logged and
 * drops the project part, never the session.
 */
export async function readUserInstructions(
  options: UserInstructionsOptions,
): Promise<string | null> {
  const global = await readGlobal(options.codexHome);
  let project: string[] = [];
  if (options.maxBytes > 0) {
    try {
      project = await readProject(options);
    } catch (error) {
      options.logger.error("project instructions could not be read", { error: String(error) });
    }
  }
  if (project.length === 0) return global;
  const text = project.join("\n\n");
  return global === null ? text : `${global}${PROJECT_SEPARATOR}${text}`;
}
