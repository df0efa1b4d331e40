import { join } from "node:path";
import { filesErrorCode } from "../files/mod.ts";
import type { AbsolutePath, SessionSource, ThreadId } from "../protocol/mod.ts";
import { decodeLine } from "./decode.ts";
import { readLines } from "./line_stream.ts";
import { dayFolder, isUuid, SESSIONS_FOLDER, threadIdOfFileName, uuidTime } from "./path.ts";
import { threadsNamed } from "./thread_names.ts";
import type { SessionMeta } from "./types.ts";

export interface FoundThread {
  readonly id: ThreadId;
  readonly path: AbsolutePath;
}

/** Files that a search for the latest session looks at, at most. */
const MAX_FILES = 10_000;

/** Records at the head of a file within which its session line and the first prompt must be found. */
const HEAD_RECORDS = 10;
const MORE_HEAD_RECORDS = 200;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Names in a folder that pass, highest first; none when there is no such folder. */
async function entries(
  folder: AbsolutePath,
  pass: (entry: Deno.DirEntry) => boolean,
): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const entry of Deno.readDir(folder)) if (pass(entry)) names.push(entry.name);
    return names.sort().reverse();
  } catch (error) {
    const code = filesErrorCode(error);
    if (code === "not_found" || code === "not_directory") return [];
    throw error;
  }
}

const isNumbered = (entry: Deno.DirEntry): boolean => entry.isDirectory && /^\d+$/.test(entry.name);

/** Session files, from the day that began last to the first. */
async function* sessionFiles(codexHome: AbsolutePath): AsyncGenerator<FoundThread> {
  const root = join(codexHome, SESSIONS_FOLDER);
  for (const year of await entries(root, isNumbered)) {
    for (const month of await entries(join(root, year), isNumbered)) {
      for (const day of await entries(join(root, year, month), isNumbered)) {
        yield* filesOfDay(join(root, year, month, day));
      }
    }
  }
}

async function* filesOfDay(folder: AbsolutePath): AsyncGenerator<FoundThread> {
  for (const name of await entries(folder, (entry) => entry.isFile)) {
    const id = threadIdOfFileName(name);
    if (id !== null) yield { id, path: join(folder, name) };
  }
}

/** The session file of a thread; archived ones do not count. `null` for an unknown id and for what is no id at all. */
export async function findThreadById(
  codexHome: AbsolutePath,
  id: string,
): Promise<FoundThread | null> {
  if (!isUuid(id)) return null;
  const wanted = id.toLowerCase();
  // An id holds the time it was made at, so the file is nearly always in one of three folders.
  const made = uuidTime(wanted);
  for (const days of made === null ? [] : [0, -1, 1]) {
    const folder = dayFolder(codexHome, new Date((made?.getTime() ?? 0) + days * DAY_MS));
    for await (const found of filesOfDay(folder)) if (found.id === wanted) return found;
  }
  for await (const found of sessionFiles(codexHome)) if (found.id === wanted) return found;
  return null;
}

/** The thread that bears this name now; of several the one named last whose file is still there. */
export async function findThreadByName(
  codexHome: AbsolutePath,
  name: string,
): Promise<FoundThread | null> {
  for await (const id of threadsNamed(codexHome, name)) {
    const found = await findThreadById(codexHome, id);
    if (found !== null) return found;
  }
  return null;
}

export interface LatestQuery {
  readonly codexHome: AbsolutePath;
  /** Only sessions of this folder, links resolved; `null` = of any. */
  readonly cwd: AbsolutePath | null;
  /** Only sessions with this provider or with none noted; `null` = any. */
  readonly provider: string | null;
  /** Plain sources only: sub-agents' sessions are nobody's "last". */
  readonly sources: readonly Extract<SessionSource, string>[];
}

/** The session written to last that fits and has a prompt; `null` when there is none. */
export async function latestThread(query: LatestQuery): Promise<FoundThread | null> {
  const files: (FoundThread & { readonly changed: number })[] = [];
  for await (const found of sessionFiles(query.codexHome)) {
    const changed = await changedAt(found.path);
    if (changed !== null) files.push({ ...found, changed });
    if (files.length === MAX_FILES) break;
  }
  files.sort((a, b) => b.changed - a.changed || (a.id < b.id ? 1 : -1));
  const cwd = query.cwd === null ? null : await canonical(query.cwd);
  for (const { id, path } of files) {
    const meta = await promptedMeta(path);
    if (meta !== null && await fits(meta, query, cwd)) return { id, path };
  }
  return null;
}

async function fits(
  meta: SessionMeta,
  query: LatestQuery,
  cwd: AbsolutePath | null,
): Promise<boolean> {
  if (typeof meta.source !== "string" || !query.sources.includes(meta.source)) return false;
  if (query.provider !== null && meta.modelProvider !== null) {
    if (meta.modelProvider !== query.provider) return false;
  }
  return cwd === null || await canonical(meta.cwd) === cwd;
}

async function changedAt(path: AbsolutePath): Promise<number | null> {
  try {
    return (await Deno.stat(path)).mtime?.getTime() ?? 0;
  } catch {
    return null; // Archived or removed meanwhile.
  }
}

async function canonical(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch {
    return path;
  }
}

/** The session line of a file in which somebody has asked something; `null` for others and for unreadable ones. */
async function promptedMeta(path: AbsolutePath): Promise<SessionMeta | null> {
  try {
    using file = await Deno.open(path);
    let meta: SessionMeta | null = null;
    let records = 0;
    for await (const text of readLines(file)) {
      const line = text === null ? null : decodeLine(text);
      if (line?.type === "session_meta") meta ??= line.meta;
      if (line?.type === "event_msg" && line.msg.type === "user_message" && meta !== null) {
        return meta;
      }
      records += 1;
      if (records >= HEAD_RECORDS + (meta === null ? 0 : MORE_HEAD_RECORDS)) break;
    }
  } catch {
    return null;
  }
  return null;
}
