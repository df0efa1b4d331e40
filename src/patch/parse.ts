import { invalidHunk, invalidPatch } from "./error.ts";
import type { Chunk, ChunkLine, Patch, PatchSection } from "./types.ts";

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";
const ADD = "*** Add File: ";
const DELETE = "*** Delete File: ";
const UPDATE = "*** Update File: ";
const MOVE = "*** Move to: ";
const END_OF_FILE = "*** End of File";
const HEREDOC_STARTS = new Set(["<<EOF", "<<'EOF'", '<<"EOF"']);

/** Lines of the patch between the markers, and the next one to read. */
interface Cursor {
  readonly lines: readonly string[];
  /** Index into `lines`; the line's number in the patch is `at + 2`. */
  at: number;
}

/**
 * Reads the text of a patch. Blanks around it, around its markers and around its section headers are forgiven, as is
 * a heredoc around the whole; everything else is as the format says.
 *
 * @throws {PatchError} `invalid_patch` or `invalid_hunk`
 */
export function parsePatch(text: string): Patch {
  const lines = envelope(splitLines(text.trim()));
  const cursor: Cursor = { lines: lines.slice(1, -1), at: 0 };
  const sections: PatchSection[] = [];
  while (cursor.at < cursor.lines.length) sections.push(section(cursor));
  return { text: lines.join("\n"), sections };
}

function splitLines(text: string): string[] {
  return text.split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
}

function envelope(lines: string[]): string[] {
  const wrong = markerFault(lines);
  if (wrong === null) return lines;
  const first = lines[0] ?? "";
  const last = lines.at(-1) ?? "";
  if (lines.length < 4 || !HEREDOC_STARTS.has(first) || !last.endsWith("EOF")) {
    throw invalidPatch(wrong);
  }
  const inner = lines.slice(1, -1);
  const stillWrong = markerFault(inner);
  if (stillWrong !== null) throw invalidPatch(stillWrong);
  return inner;
}

function markerFault(lines: readonly string[]): string | null {
  if (lines[0]?.trim() !== BEGIN) return `it has to start with '${BEGIN}'`;
  if (lines.length < 2 || lines.at(-1)?.trim() !== END) return `it has to end with '${END}'`;
  return null;
}

function numberOf(cursor: Cursor): number {
  return cursor.at + 2;
}

function section(cursor: Cursor): PatchSection {
  const header = (cursor.lines[cursor.at] ?? "").trim();
  if (header.startsWith(ADD)) {
    cursor.at++;
    return { type: "add", path: header.slice(ADD.length), content: addedContent(cursor) };
  }
  if (header.startsWith(DELETE)) {
    cursor.at++;
    return { type: "delete", path: header.slice(DELETE.length) };
  }
  if (header.startsWith(UPDATE)) return updateSection(cursor, header.slice(UPDATE.length));
  throw invalidHunk(
    numberOf(cursor),
    `'${header}' does not open a section; wanted '${ADD}', '${DELETE}' or '${UPDATE}' and a path`,
  );
}

function addedContent(cursor: Cursor): string {
  const content: string[] = [];
  while (cursor.lines[cursor.at]?.startsWith("+")) {
    content.push(`${cursor.lines[cursor.at]?.slice(1)}\n`);
    cursor.at++;
  }
  return content.join("");
}

function updateSection(cursor: Cursor, path: string): PatchSection {
  const headerNumber = numberOf(cursor);
  cursor.at++;
  let movePath: string | null = null;
  const next = cursor.lines[cursor.at];
  if (next?.startsWith(MOVE)) {
    movePath = next.slice(MOVE.length);
    cursor.at++;
  }
  const chunks: Chunk[] = [];
  while (cursor.at < cursor.lines.length) {
    const line = cursor.lines[cursor.at] ?? "";
    if (line.trim() === "") cursor.at++;
    else if (line.startsWith("***")) break;
    else chunks.push(chunk(cursor, chunks.length === 0));
  }
  if (chunks.length === 0) {
    throw invalidHunk(headerNumber, `the update of '${path}' says nothing about its lines`);
  }
  return { type: "update", path, movePath, chunks };
}

/** Text behind `@@`; `""` for a bare one; `null` for a line that is none. */
function contextText(line: string | undefined): string | null {
  if (line === undefined || !line.startsWith("@@")) return null;
  if (line.trimEnd() === "@@") return "";
  return line.startsWith("@@ ") ? line.slice("@@ ".length) : null;
}

function chunk(cursor: Cursor, isFirst: boolean): Chunk {
  const contexts: string[] = [];
  let marked = false;
  while (true) {
    const text = contextText(cursor.lines[cursor.at]);
    if (text === null) break;
    marked = true;
    if (text !== "") contexts.push(text);
    cursor.at++;
  }
  if (!marked && !isFirst) {
    throw invalidHunk(
      numberOf(cursor),
      `a further chunk starts with '@@', but here stands '${cursor.lines[cursor.at]}'`,
    );
  }
  const { lines, atEnd } = chunkBody(cursor);
  return { contexts, lines, atEnd };
}

function chunkBody(cursor: Cursor): { lines: ChunkLine[]; atEnd: boolean } {
  const lines: ChunkLine[] = [];
  while (cursor.at < cursor.lines.length) {
    const line = cursor.lines[cursor.at] ?? "";
    if (line.trimEnd() === END_OF_FILE && lines.length > 0) {
      cursor.at++;
      return { lines, atEnd: true };
    }
    const read = chunkLine(line);
    if (read === null) break;
    lines.push(read);
    cursor.at++;
  }
  if (lines.length > 0) return { lines, atEnd: false };
  const found = cursor.lines[cursor.at];
  throw invalidHunk(
    numberOf(cursor),
    found === undefined || found.trimEnd() === END_OF_FILE
      ? "the chunk holds no lines"
      : `a line of a chunk starts with ' ', '-' or '+', but here stands '${found}'`,
  );
}

function chunkLine(line: string): ChunkLine | null {
  switch (line[0]) {
    case undefined:
      return { kind: "context", text: "" };
    case " ":
      return { kind: "context", text: line.slice(1) };
    case "-":
      return { kind: "remove", text: line.slice(1) };
    case "+":
      return { kind: "add", text: line.slice(1) };
    default:
      return null;
  }
}
