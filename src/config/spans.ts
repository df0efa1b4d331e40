import { type Pair, scanDocument, type TomlDocument, type ValueNode } from "./document.ts";
import { findValue, isPrefix, type Path } from "./places.ts";

/** Offsets in UTF-16 units; `end` is the first one behind. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value at `path` stands in a TOML document: a value, or the header or key of a table. Array
 * elements are addressed by their index in decimal. `null` = the document does not say it.
 *
 * For documents that a parser has accepted.
 */
export function findSpan(text: string, path: Path): Span | null {
  const document = scanDocument(text);
  const node = findValue(document, path)?.node;
  return node === undefined ? firstBelow(document, path) : { start: node.start, end: node.end };
}

/**
 * Where the keys of a document stand: the key before the equals sign, or the header of a table. One reading serves many
 * questions.
 */
export function keySpans(text: string): (path: Path) => Span | null {
  const document = scanDocument(text);
  return (path) => firstBelow(document, path);
}

/** The first header or key that says something at `path` or below it. */
function firstBelow({ sections }: TomlDocument, path: Path): Span | null {
  for (const { path: table, start, end, pairs } of sections) {
    if (table.length > 0 && isPrefix(path, table)) return { start, end };
    const found = isPrefix(table, path) ? firstIn(pairs, path.slice(table.length)) : null;
    if (found !== null) return found;
  }
  return null;
}

function firstIn(pairs: readonly Pair[], path: Path): Span | null {
  for (const { keys, start, keyEnd, value } of pairs) {
    if (isPrefix(path, keys)) return { start, end: keyEnd };
    const found = isPrefix(keys, path) ? firstInValue(value, path.slice(keys.length)) : null;
    if (found !== null) return found;
  }
  return null;
}

function firstInValue(node: ValueNode, path: Path): Span | null {
  const [index = "", ...rest] = path;
  const item = node.items[Number(index)];
  if (item === undefined) return firstIn(node.pairs, path);
  return rest.length === 0 ? { start: item.start, end: item.end } : firstInValue(item, rest);
}
