import type { AbsolutePath } from "../protocol/mod.ts";
import { ChangeLedger } from "./change_ledger.ts";
import { editFile } from "./edit.ts";
import { PatchError, systemText } from "./error.ts";
import { decodeFile } from "./text_file.ts";
import type { FileOperation, Patch, PatchPlan, PatchReport, PatchSection } from "./types.ts";
import { type Content, type Place, VirtualFiles } from "./virtual_files.ts";

type Update = Extract<PatchSection, { type: "update" }>;
type Remove = Extract<FileOperation, { kind: "remove" }>;

/** What grows while the sections are gone through. */
interface Draft {
  readonly files: VirtualFiles;
  readonly ledger: ChangeLedger;
  readonly operations: FileOperation[];
  readonly paths: Set<AbsolutePath>;
}

/**
 * Works out what a patch does to the files as they are now: every section is gone through, on top of what the ones
 * before it lead to, so that the plan is whole before the first file is touched. Nothing is written.
 *
 * @param cwd the folder that relative paths of the patch start from
 * @throws {PatchError} `no_match`, `no_context` or `io`
 */
export async function planPatch(patch: Patch, cwd: AbsolutePath): Promise<PatchPlan> {
  const draft: Draft = {
    files: new VirtualFiles(cwd),
    ledger: new ChangeLedger(),
    operations: [],
    paths: new Set(),
  };
  for (const section of patch.sections) {
    switch (section.type) {
      case "add":
        await planAdd(draft, section.path, section.content);
        break;
      case "delete":
        await planDelete(draft, section.path);
        break;
      case "update":
        await planUpdate(draft, section);
        break;
    }
  }
  return {
    cwd,
    operations: withoutOvertaken(draft.operations),
    changes: draft.ledger.changes(),
    paths: [...draft.paths],
    report: reportOf(patch.sections),
  };
}

async function planAdd(draft: Draft, written: string, text: string): Promise<void> {
  const place = await locate(draft, written, "Failed to write file");
  await checkTarget(draft, place, written);
  const bytes = new TextEncoder().encode(text);
  draft.files.put(place.real, { bytes, mode: null });
  draft.ledger.added(place.path, text);
  draft.operations.push({
    kind: "write",
    sign: "A",
    written,
    path: place.real,
    bytes,
    before: null,
    mode: null,
  });
}

async function planDelete(draft: Draft, written: string): Promise<void> {
  const place = await locate(draft, written, "Failed to delete file");
  let before: Uint8Array;
  try {
    before = await contentToDelete(draft, place);
  } catch (error) {
    throw ioError(error, {
      message: `Failed to delete file ${written}`,
      detail: `Failed to read ${place.path}: ${systemText(error)}`,
    });
  }
  draft.files.remove(place.entry);
  draft.ledger.deleted(place.path, before);
  draft.operations.push({ kind: "remove", moved: false, written, path: place.entry });
}

/** What is shown of a file that goes. A link or a device goes without its content being looked at. */
async function contentToDelete(draft: Draft, place: Place): Promise<Uint8Array> {
  const presence = await draft.files.presence(place);
  const isOpaque = presence === "special" || (presence !== "file" && draft.files.isLink(place));
  return isOpaque ? new Uint8Array() : (await draft.files.read(place)).bytes;
}

async function planUpdate(draft: Draft, section: Update): Promise<void> {
  const written = section.path;
  const place = await locate(draft, written, "Failed to read file to update", true);
  const content = await readForUpdate(draft, place, written);
  const bytes = edited(section, place, content);
  const target = section.movePath === null
    ? place
    : await locate(draft, section.movePath, "Failed to write file");
  if (section.movePath === null || target.entry === place.entry) {
    draft.files.put(place.real, { ...content, bytes });
    draft.ledger.updated(place.path, content.bytes, bytes, null);
    draft.operations.push(writeOf(section.movePath ?? written, place, content, bytes));
    return;
  }
  await planMove(draft, { section, place, target, content, bytes, to: section.movePath });
}

interface Move {
  readonly section: Update;
  readonly place: Place;
  readonly target: Place;
  readonly content: Content;
  readonly bytes: Uint8Array;
  /** The target as written. */
  readonly to: string;
}

async function planMove(draft: Draft, move: Move): Promise<void> {
  const { section, place, target, content, bytes, to } = move;
  await checkTarget(draft, target, to);
  const removal: Remove = {
    kind: "remove",
    moved: true,
    written: section.path,
    path: place.entry,
  };
  draft.files.remove(place.entry);
  draft.ledger.updated(place.path, content.bytes, bytes, target.path);
  if (target.real !== place.real) {
    draft.files.put(target.real, { ...content, bytes });
    draft.operations.push(writeOf(to, target, content, bytes, null), removal);
    return;
  }
  // Two names of one file: a link to the other, or names that differ in case where the system does not mind case.
  draft.operations.push(writeOf(to, place, content, bytes));
  if (draft.files.isLink(place)) {
    draft.files.put(target.real, { ...content, bytes });
    draft.operations.push(removal);
  } else {
    draft.files.put(target.entry, { ...content, bytes });
    draft.operations.push({
      kind: "rename",
      written: section.path,
      path: place.entry,
      to: target.entry,
    });
  }
}

function writeOf(
  written: string,
  place: Place,
  content: Content,
  bytes: Uint8Array,
  before: Uint8Array | null = content.bytes,
): FileOperation {
  return { kind: "write", sign: "M", written, path: place.real, bytes, before, mode: content.mode };
}

function edited(section: Update, place: Place, content: Content): Uint8Array {
  const result = editFile(decodeFile(content.bytes), section.chunks);
  switch (result.kind) {
    case "edited":
      return result.bytes;
    case "no_context": {
      const text = (path: string) => `Failed to find context '${result.context}' in ${path}`;
      throw new PatchError({
        code: "no_context",
        message: text(section.path),
        detail: text(place.path),
      });
    }
    case "no_match": {
      const lines = result.oldLines.join("\n");
      const text = (path: string) => `Failed to find expected lines in ${path}:\n${lines}`;
      throw new PatchError({
        code: "no_match",
        message: text(section.path),
        detail: text(place.path),
      });
    }
  }
}

async function readForUpdate(draft: Draft, place: Place, written: string): Promise<Content> {
  try {
    return await draft.files.read(place);
  } catch (error) {
    const text = (path: string) => `Failed to read file to update ${path}: ${systemText(error)}`;
    throw ioError(error, { message: text(written), detail: text(place.path) });
  }
}

/** Sees to it, as far as one can without writing, that a file can be put there. */
async function checkTarget(draft: Draft, place: Place, written: string): Promise<void> {
  const fault = await draft.files.folderFault(place).catch(systemText);
  if (fault !== null) {
    const tried = "Failed to create parent directories for";
    throw ioError(undefined, {
      message: `${tried} ${written}`,
      detail: `${tried} ${place.path}: ${fault}`,
    });
  }
  if (await draft.files.presence(place) === "directory") {
    throw ioError(undefined, {
      message: `Failed to write file ${written}`,
      detail: `Failed to write file ${place.path}: Is a directory (os error 21)`,
    });
  }
}

async function locate(
  draft: Draft,
  written: string,
  tried: string,
  withCause = false,
): Promise<Place> {
  try {
    const place = await draft.files.locate(written);
    draft.paths.add(place.path);
    return place;
  } catch (error) {
    const text = `${tried} ${written}`;
    const detail = `${text}: ${systemText(error)}`;
    throw ioError(error, { message: withCause ? detail : text, detail });
  }
}

function ioError(cause: unknown, texts: { message: string; detail: string }): PatchError {
  return new PatchError({ code: "io", ...texts, cause });
}

/** A file written twice, with nothing between that takes it away, needs the last writing only. */
function withoutOvertaken(operations: readonly FileOperation[]): FileOperation[] {
  const later = new Map<AbsolutePath, FileOperation>();
  const kept: FileOperation[] = [];
  for (const operation of operations.toReversed()) {
    if (operation.kind !== "write") {
      later.delete(operation.path);
      kept.push(operation);
      continue;
    }
    const overtaking = later.get(operation.path);
    if (overtaking === undefined) kept.push(operation);
    later.set(operation.path, operation);
  }
  return kept.reverse();
}

function reportOf(sections: readonly PatchSection[]): PatchReport {
  const report = { added: [] as string[], modified: [] as string[], deleted: [] as string[] };
  for (const section of sections) {
    if (section.type === "add") report.added.push(section.path);
    else if (section.type === "delete") report.deleted.push(section.path);
    else report.modified.push(section.movePath ?? section.path);
  }
  return report;
}

/** Every path that a plan reads, writes or removes: absolute, lexically normalised, move targets included. */
export function planPaths(plan: PatchPlan): AbsolutePath[] {
  return [...plan.paths];
}
