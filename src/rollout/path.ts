import { join } from "node:path";
import type { AbsolutePath, ThreadId } from "../protocol/mod.ts";

/** Folder of session files below the program's home. */
export const SESSIONS_FOLDER = "sessions";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const FILE_NAME = /^rollout-(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2})-([0-9a-f-]{36})\.jsonl$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** The day folder, by the local calendar, that a session begun at `start` lies in. */
export function dayFolder(codexHome: AbsolutePath, start: Date): AbsolutePath {
  const year = String(start.getFullYear()).padStart(4, "0");
  return join(codexHome, SESSIONS_FOLDER, year, two(start.getMonth() + 1), two(start.getDate()));
}

/** Where the session begun at `start` is kept. Date and time of the name are local, without a zone. */
export function rolloutPath(codexHome: AbsolutePath, start: Date, id: ThreadId): AbsolutePath {
  const folder = dayFolder(codexHome, start);
  const day = folder.slice(-10).replaceAll(/[\\/]/g, "-");
  const time = [start.getHours(), start.getMinutes(), start.getSeconds()].map(two).join("-");
  return join(folder, `rollout-${day}T${time}-${id}.jsonl`);
}

/** The thread that a file name belongs to; `null` for names of another form. */
export function threadIdOfFileName(name: string): ThreadId | null {
  const id = FILE_NAME.exec(name)?.[2];
  return id !== undefined && isUuid(id) ? id.toLowerCase() : null;
}

/** When a version 7 UUID was made; `null` for other versions. */
export function uuidTime(id: string): Date | null {
  if (!isUuid(id) || id[14] !== "7") return null;
  return new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}
