import { isTable, type TomlTable, type TomlValue } from "../toml.ts";
import { type InlineTables, isArrayOfTables, type TextStep } from "./change.ts";
import { type Pair, scanDocument, type Section, type TomlDocument } from "../document.ts";
import { expandInlineTable, mayExpand } from "./expand.ts";
import { dropInline, insertItem, insertPair } from "./inline.ts";
import { atEnd, eolOf, joined } from "./lines.ts";
import {
  endOf,
  findValue,
  inlineTableAbove,
  isPrefix,
  lineStart,
  nextLine,
  pairsOf,
  type Path,
  samePath,
  sectionAt,
  withCommentsAbove,
} from "../places.ts";
import { elementLines, pairLine, pathText, sectionLines, valueText } from "./toml_text.ts";

/** Does one step on the text; every line that the step does not speak of stays as it is, byte for byte. */
export function applyStep(text: string, step: TextStep, inlineTables: InlineTables): string {
  switch (step.op) {
    case "put":
      return put(text, step.path, step.value, inlineTables);
    case "drop":
      return drop(text, step.path, step.keepComments);
    case "append":
      return append(text, step.path, step.value, inlineTables);
    default:
      return step satisfies never;
  }
}

function put(text: string, path: Path, value: TomlValue, inlineTables: InlineTables): string {
  const document = scanDocument(text);
  const place = findValue(document, path);
  const parent = path.slice(0, -1);
  if (place !== null) {
    const { outer, node } = place;
    const isInlineProject = path[0] === "projects" && outer.pair.value.kind === "inline_table";
    if (isInlineProject && inlineTables === "expand" && mayExpand(text, outer)) {
      return put(expandInlineTable(document, outer, parent), path, value, inlineTables);
    }
    return splice(text, node.start, node.end, valueText(value));
  }
  const holder = findValue(document, parent);
  if (holder?.outer.pair.value.kind === "array") {
    return insertItem(text, holder.node, pairLine([path.at(-1) ?? "", value]));
  }
  const outer = inlineTableAbove(document, parent);
  if (outer !== null) {
    if (inlineTables === "keep" || !mayExpand(text, outer)) {
      return insertPair(text, outer, path, value);
    }
    return put(expandInlineTable(document, outer, parent), path, value, inlineTables);
  }
  if (isTable(value)) {
    // A part of an entry stays with it; a new entry goes to the end.
    const above = parent.length > 1 ? sectionAt(document, parent) : null;
    const blocks = sectionLines(path, value);
    return above === null ? atEnd(text, blocks) : behindTable(document, above, blocks);
  }
  if (isArrayOfTables(value) && value.every(isTable)) {
    return atEnd(text, value.map((element) => elementLines(path, element)));
  }
  return putPair(document, parent, [path.at(-1) ?? "", value]);
}

/** A new pair at the end of its table, in the manner in which the table is written. */
function putPair(
  document: TomlDocument,
  parent: Path,
  pair: readonly [string, TomlValue],
): string {
  const { text } = document;
  const header = sectionAt(document, parent);
  if (header !== null && (parent.length > 0 || header.pairs.length > 0)) {
    return afterStatement(text, header, header.pairs.at(-1) ?? null, pairLine(pair));
  }
  if (parent.length === 0) return atTop(document, pairLine(pair));
  const sibling = [...pairsOf(document)].findLast(({ section, path }) =>
    isPrefix(parent, path) && section.path.length < parent.length
  );
  if (sibling !== undefined) {
    const key = pathText([...parent.slice(sibling.section.path.length), pair[0]]);
    return afterStatement(text, sibling.section, sibling.pair, `${key} = ${valueText(pair[1])}`);
  }
  const lines = [`[${pathText(parent)}]`, pairLine(pair)];
  const below = document.sections.find(({ path }) => isPrefix(parent, path));
  if (below === undefined) return atEnd(text, [lines]);
  // The table is there because of those below it: its own header goes in front of theirs.
  const start = withCommentsAbove(document, below.start);
  return splice(text, start, start, joined([lines], eolOf(text)) + eolOf(text));
}

function append(
  text: string,
  path: Path,
  value: TomlTable,
  inlineTables: InlineTables,
): string {
  const document = scanDocument(text);
  const last = document.sections.findLast((section) =>
    section.isElement && samePath(section.path.slice(0, -1), path)
  );
  if (last !== undefined) return behindTable(document, last, [elementLines(path, value)]);
  const place = findValue(document, path);
  if (place?.node.kind === "array") return insertItem(text, place.node, valueText(value));
  const outer = inlineTableAbove(document, path);
  if (outer !== null) {
    if (inlineTables === "keep" || !mayExpand(text, outer)) {
      return insertPair(text, outer, path, [value]);
    }
    const expanded = expandInlineTable(document, outer, path.slice(0, -1));
    return append(expanded, path, value, inlineTables);
  }
  return atEnd(text, [elementLines(path, value)]);
}

/** Blocks of lines behind a table with a header and all that is below it. */
function behindTable(
  { text, sections }: TomlDocument,
  table: Section,
  blocks: readonly (readonly string[])[],
): string {
  const tail = sections.findLast(({ path }) => isPrefix(table.path, path)) ?? table;
  const eol = eolOf(text);
  const at = nextLine(text, endOf(tail));
  const before = text.slice(0, at);
  const gap = before.endsWith("\n") ? eol : eol + eol;
  return before + gap + joined(blocks, eol) + text.slice(at);
}

/** Removes whatever says something at `path` or below it. */
function drop(text: string, path: Path, keepComments: boolean): string {
  const document = scanDocument(text);
  const place = findValue(document, path);
  if (place !== null && place.holder.kind !== "section") {
    return dropInline(text, place.holder);
  }
  const from = (start: number) =>
    keepComments ? lineStart(text, start) : withCommentsAbove(document, start);
  const ranges = document.sections.flatMap((section): [number, number][] => {
    if (section.path.length > 0 && isPrefix(path, section.path)) {
      return [[from(section.start), endOf(section)]];
    }
    return section.pairs
      .filter((pair) => isPrefix(path, [...section.path, ...pair.keys]))
      .map((pair) => [from(pair.start), pair.value.end]);
  });
  return ranges.reduceRight((rest, [start, end]) => {
    const next = nextLine(text, end);
    const behind = text.slice(end, next).trimStart();
    return keepComments && behind.startsWith("#")
      ? splice(rest, start, next, behind)
      : cut(rest, start, next);
  }, text);
}

/** Cuts whole lines out; of the blank lines that would meet, one goes with them. */
function cut(text: string, start: number, end: number): string {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const blankBefore = before === "" || /\n\r?\n$/.test(before) || /^\r?\n$/.test(before);
  const blankAfter = /^\r?\n/.exec(after);
  if (blankBefore && blankAfter !== null) return before + after.slice(blankAfter[0].length);
  if (after === "") return before.replace(/(\n)\r?\n$/, "$1");
  return before + after;
}

/** A line behind a statement of a section, indented like it; behind the header if there is none. */
function afterStatement(
  text: string,
  section: Section,
  statement: Pair | null,
  line: string,
): string {
  const start = statement?.start ?? section.start;
  const indent = /^[ \t]*/.exec(text.slice(lineStart(text, start), start))?.[0] ?? "";
  const at = nextLine(text, statement?.value.end ?? section.end);
  const before = text.slice(0, at);
  const eol = eolOf(text);
  const gap = before === "" || before.endsWith("\n") ? "" : eol;
  return before + gap + indent + line + eol + text.slice(at);
}

/** The first line of the part before all headers. */
function atTop(document: TomlDocument, line: string): string {
  const { text, sections } = document;
  const eol = eolOf(text);
  const [, first] = sections;
  if (first === undefined) {
    const gap = text === "" || text.endsWith("\n") ? "" : eol;
    return text + gap + line + eol;
  }
  const start = withCommentsAbove(document, first.start);
  return splice(text, start, start, line + eol + eol);
}

function splice(text: string, start: number, end: number, added: string): string {
  return text.slice(0, start) + added + text.slice(end);
}
