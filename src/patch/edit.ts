import { LineIndex } from "./line_index.ts";
import { encodeFile, lineEnd, type TextFile } from "./text_file.ts";
import type { Chunk, ChunkLine } from "./types.ts";

/** Lines `from` to `to` (exclusive) of a file give way to `added`. */
interface LineEdit {
  readonly from: number;
  readonly to: number;
  readonly added: readonly string[];
}

export type EditResult =
  | { readonly kind: "edited"; readonly bytes: Uint8Array }
  | { readonly kind: "no_context"; readonly context: string }
  | { readonly kind: "no_match"; readonly oldLines: readonly string[] };

/**
 * Carries out the chunks of one section on a file. Chunks are looked for in their order, each after the one before.
 * Lines that stay keep their bytes however loosely they were recognised; lines that come in are ended the way the
 * lines they replace, or stand beside, are.
 */
export function editFile(file: TextFile, chunks: readonly Chunk[]): EditResult {
  const index = new LineIndex(file.texts);
  const anchored: LineEdit[] = [];
  const free: LineEdit[] = [];
  let reached: Reached = { cursor: 0, taken: 0 };
  for (const chunk of chunks) {
    let { cursor } = reached;
    for (const context of chunk.contexts) {
      const at = index.find([context], cursor, false);
      if (at === null) return { kind: "no_context", context };
      cursor = at + 1;
    }
    reached = { ...reached, cursor };
    const place = placeOf(index, chunk, reached, file.texts);
    if (place === null) return { kind: "no_match", oldLines: oldLinesOf(chunk.lines) };
    const oldCount = oldLinesOf(place.lines).length;
    (oldCount > 0 ? anchored : free).push(...editsAt(place.lines, place.at));
    if (oldCount > 0) reached = { cursor: place.at + oldCount, taken: place.at + oldCount };
  }
  // Sorting keeps the order of what goes to one place: first what belongs to a line there, then what has no line of
  // its own, as the chunks have it.
  const edits = [...anchored, ...free].sort((a, b) => a.from - b.from);
  return { kind: "edited", bytes: encodeFile(file.encoding, splice(file, edits)) };
}

/** How far the chunks have come. */
interface Reached {
  /** Where the next search starts: after what was matched, context lines of `@@` included. */
  readonly cursor: number;
  /** Up to here lines belong to the chunks before. */
  readonly taken: number;
}

interface Placed {
  readonly at: number;
  readonly lines: readonly ChunkLine[];
}

function oldLinesOf(lines: readonly ChunkLine[]): string[] {
  return lines.filter((line) => line.kind !== "add").map((line) => line.text);
}

function placeOf(
  index: LineIndex,
  chunk: Chunk,
  reached: Reached,
  texts: readonly string[],
): Placed | null {
  const whole = oldLinesOf(chunk.lines);
  // Lines without a place of their own go to the end, in front of a blank last line.
  const end = texts.at(-1) === "" ? texts.length - 1 : texts.length;
  if (whole.length === 0) return { at: end, lines: chunk.lines };
  // The end of the file is where it is, even if an `@@` line has named one of its lines.
  const from = chunk.atEnd ? reached.taken : reached.cursor;
  const at = index.find(whole, from, chunk.atEnd);
  if (at !== null) return { at, lines: chunk.lines };
  const lines = withoutLastBlank(chunk.lines);
  if (lines === null) return null;
  const rest = oldLinesOf(lines);
  if (rest.length === 0) {
    return { at: chunk.atEnd || reached.cursor === 0 ? end : reached.cursor, lines };
  }
  const second = index.find(rest, from, chunk.atEnd);
  return second === null ? null : { at: second, lines };
}

/**
 * The chunk without the blank line that its old lines end with: patches often close a chunk with one that the file
 * does not have. `null` = they end with another line.
 */
function withoutLastBlank(lines: readonly ChunkLine[]): ChunkLine[] | null {
  const at = lines.findLastIndex((line) => line.kind !== "add");
  const last = lines[at];
  if (last === undefined || last.text.trim() !== "") return null;
  const before = lines.slice(0, at);
  const after = lines.slice(at + 1);
  if (last.kind === "context") {
    // With lines after it, it is one of the new lines.
    return after.length === 0 ? before : [...before, { kind: "add", text: last.text }, ...after];
  }
  const rest = [...before, ...after];
  const end = rest.at(-1);
  return end?.kind === "add" && end.text === "" ? rest.slice(0, -1) : rest;
}

function editsAt(lines: readonly ChunkLine[], start: number): LineEdit[] {
  const edits: LineEdit[] = [];
  let at = start;
  let i = 0;
  while (i < lines.length) {
    if (lines[i]?.kind === "context") {
      at++;
      i++;
      continue;
    }
    const from = at;
    const added: string[] = [];
    for (let line = lines[i]; line !== undefined && line.kind !== "context"; line = lines[++i]) {
      if (line.kind === "add") added.push(line.text);
      else at++;
    }
    edits.push({ from, to: at, added });
  }
  return edits;
}

function splice(file: TextFile, edits: readonly LineEdit[]): string[] {
  const { raws } = file;
  const usual = usualLineEnd(raws);
  const out: string[] = [];
  let copied = 0;
  for (const { from: wanted, to: upTo, added } of edits) {
    // The end can lie within lines that another chunk replaces: then it is after them.
    const edit = { from: Math.max(wanted, copied), to: Math.max(upTo, copied), added };
    while (copied < edit.from) out.push(raws[copied++] ?? "");
    edit.added.forEach((text, i) => {
      endLastLine(out, usual);
      out.push(file.encoding.toRaw(text) + endFor(raws, edit, i, usual));
    });
    copied = edit.to;
  }
  while (copied < raws.length) out.push(raws[copied++] ?? "");
  return out;
}

/** A last line that lacks its end gets one when another line comes after it. */
function endLastLine(out: string[], usual: string): void {
  const last = out.at(-1);
  if (last !== undefined && lineEnd(last) === "") out[out.length - 1] = last + usual;
}

/** How the i-th new line of an edit ends: as the line it replaces, else as its neighbour before, else after. */
function endFor(raws: readonly string[], edit: LineEdit, i: number, usual: string): string {
  const replaced = edit.to > edit.from ? raws[Math.min(edit.from + i, edit.to - 1)] : undefined;
  for (const raw of [replaced, raws[edit.from - 1], raws[edit.to]]) {
    const end = raw === undefined ? "" : lineEnd(raw);
    if (end !== "") return end;
  }
  return usual;
}

/** What most lines of the file end with; `"\n"` where none does. */
function usualLineEnd(raws: readonly string[]): string {
  let balance = 0;
  for (const raw of raws) {
    const end = lineEnd(raw);
    if (end !== "") balance += end === "\r\n" ? 1 : -1;
  }
  return balance > 0 ? "\r\n" : "\n";
}
