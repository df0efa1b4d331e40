import type { Pair, TomlDocument } from "../document.ts";
import { atEnd } from "./lines.ts";
import {
  isPrefix,
  lineStart,
  nextLine,
  type Path,
  type SectionPair,
  withCommentsAbove,
} from "../places.ts";
import { pathText } from "./toml_text.ts";

/** Whether an inline table can become one with a header, without losing a comment and without changing its place. */
export function mayExpand(text: string, { pair, section }: SectionPair): boolean {
  const raw = text.slice(pair.value.start, pair.value.end);
  // Below an array of tables, a header at the end of the document would mean the array's last element.
  return !/\n/.test(raw) && !section.path.some((key) => /^[0-9]+$/.test(key));
}

/**
 * Makes a table with a header, at the end of the document, out of an inline one, and likewise out of those that it
 * holds on the way to `towards`. Values keep the text they are written in, comments move along.
 */
export function expandInlineTable(
  document: TomlDocument,
  outer: SectionPair,
  towards: Path,
): string {
  const { text } = document;
  const { pair } = outer;
  const start = withCommentsAbove(document, pair.start);
  const end = nextLine(text, pair.value.end);
  const above = text.slice(start, lineStart(text, pair.start));
  const behind = text.slice(pair.value.end, end).trim();
  const comments = [...above.split(/\r?\n/).filter((line) => line !== ""), behind]
    .filter((line) => line !== "");
  const [first = [], ...blocks] = blocksOf(text, outer.path, pair, towards);
  return atEnd(text.slice(0, start) + text.slice(end), [[...comments, ...first], ...blocks]);
}

function blocksOf(text: string, path: Path, pair: Pair, towards: Path): string[][] {
  const own: string[] = [];
  const below: string[][] = [];
  for (const inner of pair.value.pairs) {
    const innerPath = [...path, ...inner.keys];
    const isOnTheWay = inner.value.kind === "inline_table" &&
      (isPrefix(innerPath, towards) || isProject(innerPath));
    if (isOnTheWay) below.push(...blocksOf(text, innerPath, inner, towards));
    else own.push(text.slice(inner.start, inner.value.end));
  }
  const header = `[${pathText(path)}]`;
  return own.length === 0 && below.length > 0 ? below : [[header, ...own], ...below];
}

/** Each project has a header of its own, as older versions of the program expect. */
function isProject(path: Path): boolean {
  return path.length === 2 && path[0] === "projects";
}
