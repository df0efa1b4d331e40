import { dirname, join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { asFilesError, FilesError, filesErrorCode } from "./error.ts";
import { resolveLinks } from "./paths.ts";
import { refuseUnreadPipe } from "./read_whole.ts";

export interface ReplaceOptions {
  /** Permission bits of the result, exactly. Absent: those of the present file, else 0666 less the umask. */
  readonly mode?: number;
  /** Wait until the bytes, and the folder's entry, are on the disk. */
  readonly fsync?: boolean;
  /** Looked at before the swap; once that has happened the call succeeds. */
  readonly signal?: AbortSignal;
  /**
   * Where the system refuses a second file beside the first (a folder without write permission, a single file
   * mounted into a read-only tree), or the owner cannot be kept, write into the present file instead. That is not
   * atomic, hence only on request.
   */
  readonly inPlaceIfRefused?: boolean;
  /**
   * Write into a file that has several names, so that all of them lead to the new bytes. That is not atomic either.
   */
  readonly inPlaceIfLinked?: boolean;
  /**
   * Name of the temporary file, for callers that hold a lock: what a killed process left under it is taken away, so
   * that such files never pile up. Absent: a random one.
   */
  readonly tempName?: string;
  /** Called when the new bytes are on the disk, right before they take the place of the old ones; throws to stop that. */
  readonly beforeSwap?: () => Promise<void>;
}

interface Target {
  readonly path: AbsolutePath;
  /** `null` = there is no such file yet. */
  readonly present: Deno.FileInfo | null;
}

/**
 * Gives a file new content as a whole: readers see the old bytes or the new ones, never a mixture, and on any failure
 * the old file is still there and no temporary file is left behind. Links are followed: the file behind them is
 * replaced, they stay. Owner and permission bits of the present file are kept. What is there but is no regular file
 * (an open pipe, a device) is written to; a named pipe is not, for it might never be read.
 *
 * @param path absolute; its folder must exist
 * @throws {FilesError} and, when aborted, the reason of the signal.
 */
export async function replaceFile(
  path: string,
  data: string | Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  options.signal?.throwIfAborted();
  try {
    const target = await findTarget(path);
    if (target.present !== null && !target.present.isFile) {
      await refuseUnreadPipe(target.path);
      await writeInto(target.path, bytes, {});
      return;
    }
    await swap(target, bytes, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw asFilesError(error, "write", path);
  }
}

async function findTarget(path: string): Promise<Target> {
  const present = await statOrNull(path);
  if (present?.isDirectory) {
    throw new FilesError("is_directory", `cannot write ${path}: it is a directory`, path);
  }
  // The names of pipes behind /dev/fd cannot be resolved; they need not be.
  if (present !== null && !present.isFile) return { path, present };
  return { path: await resolveLinks(path), present };
}

async function swap(target: Target, bytes: Uint8Array, options: ReplaceOptions): Promise<void> {
  const mayWriteInto = options.inPlaceIfRefused === true && target.present !== null;
  if (options.inPlaceIfLinked === true && (target.present?.nlink ?? 1) > 1) {
    await writeInto(target.path, bytes, options);
    return;
  }
  const temp = join(dirname(target.path), options.tempName ?? `.${crypto.randomUUID()}.tmp`);
  if (options.tempName !== undefined) await removeIfThere(temp);
  try {
    await fillTemp(temp, target, bytes, options);
    await options.beforeSwap?.();
    options.signal?.throwIfAborted();
    await Deno.rename(temp, target.path);
  } catch (error) {
    await removeIfThere(temp);
    if (options.signal?.aborted || !mayWriteInto || !isRefusal(error)) throw error;
    await writeInto(target.path, bytes, options);
    return;
  }
  if (options.fsync) await syncFolder(dirname(target.path));
}

async function fillTemp(
  temp: string,
  target: Target,
  bytes: Uint8Array,
  options: ReplaceOptions,
): Promise<void> {
  const kept = target.present?.mode ?? null;
  const mode = options.mode ?? (kept === null ? null : kept & 0o7777);
  // Never wider than the result, not even for the moment before the chmod.
  using file = await Deno.open(temp, { write: true, createNew: true, mode: mode ?? 0o666 });
  await keepOwner(temp, target.present, options.inPlaceIfRefused === true);
  if (mode !== null) await setMode(temp, mode);
  await writeAll(file, bytes);
  if (options.fsync) await file.sync();
}

/** Only a privileged process can be another than the owner here; a file that it edits stays its owner's. */
async function keepOwner(
  temp: string,
  present: Deno.FileInfo | null,
  isRequired: boolean,
): Promise<void> {
  if (present === null || present.uid === null || present.gid === null) return;
  const own = await Deno.stat(temp);
  if (own.uid === present.uid && own.gid === present.gid) return;
  try {
    await Deno.chown(temp, present.uid, present.gid);
  } catch (error) {
    // Besides a plain refusal there are owners that this user namespace has no name for.
    if (!isRequired) return;
    throw new FilesError("permission_denied", `cannot keep the owner of ${temp}`, temp, {
      cause: error,
    });
  }
}

/** Only where it changes something: some file systems refuse every chmod. */
async function setMode(path: string, mode: number): Promise<void> {
  if (Deno.build.os === "windows") return;
  const { mode: now } = await Deno.stat(path);
  if (now === null || (now & 0o7777) !== mode) await Deno.chmod(path, mode);
}

async function writeInto(
  path: string,
  bytes: Uint8Array,
  options: Pick<ReplaceOptions, "mode" | "fsync">,
): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await writeAll(file, bytes);
  const { isFile } = await file.stat();
  if (isFile) await file.truncate(bytes.length);
  if (isFile && options.fsync) await file.sync();
  if (options.mode !== undefined && Deno.build.os !== "windows") {
    await Deno.chmod(path, options.mode);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += await file.write(bytes.subarray(done));
}

/** The system does not let the folder change, although the file itself may be writable. */
function isRefusal(thrown: unknown): boolean {
  const code = filesErrorCode(thrown);
  return code === "permission_denied" || code === "read_only" || code === "busy";
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // It was never made, or the failure that brought us here also stands in the way of removing it.
  }
}

async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // Some file systems cannot sync a folder. The content itself has been synced.
  }
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (filesErrorCode(error) === "not_found") return null;
    throw error;
  }
}
