import { join } from "node:path";
import { replaceFile, tryLockFile } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Sid } from "./sid.ts";

/** What a command was given, on disk before it is given, so that it can be taken back after a kill, too. */
export interface GrantRecord {
  readonly sid: Sid;
  /** Name of the AppContainer; `null` = there is none. */
  readonly container: string | null;
  readonly paths: readonly AbsolutePath[];
  /** Folders that were made because protected names were missing. */
  readonly made: readonly AbsolutePath[];
}

const FOLDER = "windows-grants";

/** A record on disk, of a command that is running. Disposing lets go of it. */
export interface HeldRecord extends AsyncDisposable {
  /** To be called when everything in it has been undone; else a later command does that. */
  remove(): Promise<void>;
}

/** Writes a record and holds it, so that nobody takes it for one that was left behind. */
export async function holdRecord(
  stateDir: AbsolutePath,
  id: string,
  record: GrantRecord,
): Promise<HeldRecord> {
  const folder = join(stateDir, FOLDER);
  await Deno.mkdir(folder, { recursive: true });
  const lock = await tryLockFile(join(folder, `${id}.lock`));
  if (lock === null) throw new Error(`${id} is in use`);
  await replaceFile(join(folder, `${id}.json`), JSON.stringify(record));
  return {
    remove: () => Deno.remove(join(folder, `${id}.json`)),
    async [Symbol.asyncDispose]() {
      await lock[Symbol.asyncDispose]();
      await Deno.remove(join(folder, `${id}.lock`)).catch(() => {});
    },
  };
}

/** Undoes what processes left behind that have been killed. A record that cannot be undone stays. */
export async function undoStale(
  stateDir: AbsolutePath,
  undo: (record: GrantRecord) => void,
): Promise<void> {
  const folder = join(stateDir, FOLDER);
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return;
  }
  for (const name of names.filter((each) => each.endsWith(".json"))) {
    const id = name.slice(0, -".json".length);
    await using lock = await tryLockFile(join(folder, `${id}.lock`));
    if (lock === null) continue;
    const record = await readRecord(join(folder, name));
    if (record === null) continue;
    try {
      undo(record);
      await Deno.remove(join(folder, name));
    } catch {
      // A folder that is away for now, such as a drive that is not plugged in: the next command tries again.
    }
  }
}

async function readRecord(path: AbsolutePath): Promise<GrantRecord | null> {
  try {
    const { sid, container, paths, made } = JSON.parse(await Deno.readTextFile(path));
    if (typeof sid !== "string" || !Array.isArray(paths) || !Array.isArray(made)) return null;
    return { sid, container: typeof container === "string" ? container : null, paths, made };
  } catch {
    return null;
  }
}
