import { join } from "node:path";
import { filesErrorCode } from "../files/mod.ts";
import type { AbsolutePath, ThreadId } from "../protocol/mod.ts";
import { asRecord, asString } from "./json.ts";
import { linesBackwards, readAt } from "./line_stream.ts";

/** Names of threads, one JSON line each time that one was given; the newest line of a thread holds. */
const INDEX_FILE = "session_index.jsonl";

/** Longer lines are no name of ours. */
const MAX_LINE = 64 * 1024;

interface NameEntry {
  readonly id: ThreadId;
  readonly name: string;
}

/** Entries from the newest to the oldest; none when there is no index. Lines that cannot be read are passed over. */
async function* newestFirst(codexHome: AbsolutePath): AsyncGenerator<NameEntry> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(join(codexHome, INDEX_FILE));
  } catch (error) {
    if (filesErrorCode(error) === "not_found") return;
    throw error;
  }
  using index = file;
  const decoder = new TextDecoder();
  for await (const place of linesBackwards(index, 0)) {
    if (place.length > MAX_LINE) continue;
    const entry = parse(decoder.decode(await readAt(index, place.start, place.length)));
    if (entry !== null) yield entry;
  }
}

function parse(line: string): NameEntry | null {
  try {
    const record = asRecord(JSON.parse(line));
    const [id, name] = [asString(record?.id), asString(record?.thread_name)];
    return id === null || name === null ? null : { id, name };
  } catch {
    return null;
  }
}

/** The name that a thread has now; `null` = none. */
export async function readThreadName(
  codexHome: AbsolutePath,
  id: ThreadId,
): Promise<string | null> {
  for await (const entry of newestFirst(codexHome)) {
    if (entry.id === id) return entry.name;
  }
  return null;
}

/** Threads that bear exactly this name now, the one named last first. A name that a thread had before does not count. */
export async function* threadsNamed(
  codexHome: AbsolutePath,
  name: string,
): AsyncGenerator<ThreadId> {
  const seen = new Set<ThreadId>();
  for await (const entry of newestFirst(codexHome)) {
    if (seen.has(entry.id)) continue;
    seen.add(entry.id);
    if (entry.name === name) yield entry.id;
  }
}
