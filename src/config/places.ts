import type { Pair, Section, TomlDocument, ValueNode } from "./document.ts";

export type Path = readonly string[];

/** A pair of a section whose key is written dotted, or not. */
export interface SectionPair {
  readonly section: Section;
  readonly pair: Pair;
  /** From the document's top. */
  readonly path: Path;
}

/** What a value stands in. */
export type Holder =
  | { readonly kind: "section"; readonly section: Section; readonly pair: Pair }
  | { readonly kind: "inline_table"; readonly node: ValueNode; readonly index: number }
  | { readonly kind: "array"; readonly node: ValueNode; readonly index: number };

export interface ValuePlace {
  readonly node: ValueNode;
  readonly holder: Holder;
  /** The pair of a section that all this is part of. */
  readonly outer: SectionPair;
}

/** Where the value at `path` is written out, be it inside an inline table or an array. */
export function findValue(document: TomlDocument, path: Path): ValuePlace | null {
  for (const outer of pairsOf(document)) {
    if (!isPrefix(outer.path, path)) continue;
    const { section, pair } = outer;
    const found = within(
      { node: pair.value, holder: { kind: "section", section, pair } },
      path.slice(outer.path.length),
    );
    if (found !== null) return { ...found, outer };
  }
  return null;
}

function within(
  place: Omit<ValuePlace, "outer">,
  rest: Path,
): Omit<ValuePlace, "outer"> | null {
  if (rest.length === 0) return place;
  const { node } = place;
  const item = node.items[Number(rest[0])];
  if (node.kind === "array" && item !== undefined) {
    const holder = { kind: "array", node, index: Number(rest[0]) } as const;
    return within({ node: item, holder }, rest.slice(1));
  }
  for (const [index, pair] of node.pairs.entries()) {
    if (!isPrefix(pair.keys, rest)) continue;
    const holder = { kind: "inline_table", node, index } as const;
    const found = within({ node: pair.value, holder }, rest.slice(pair.keys.length));
    if (found !== null) return found;
  }
  return null;
}

/** The pair of a section whose inline table holds, or would hold, the value at `path`. */
export function inlineTableAbove(document: TomlDocument, path: Path): SectionPair | null {
  return pairsOf(document).find((outer) =>
    outer.pair.value.kind === "inline_table" && isPrefix(outer.path, path)
  ) ?? null;
}

export function* pairsOf({ sections }: TomlDocument): Generator<SectionPair, undefined> {
  for (const section of sections) {
    for (const pair of section.pairs) {
      yield { section, pair, path: [...section.path, ...pair.keys] };
    }
  }
}

/** The section of a table that has a header; for the top, the part before the first header. */
export function sectionAt({ sections }: TomlDocument, path: Path): Section | null {
  return sections.find((section) => samePath(section.path, path)) ?? null;
}

/** The end of the last thing that a section says, or of its header. */
export function endOf(section: Section): number {
  return section.pairs.at(-1)?.value.end ?? section.end;
}

export function isPrefix(prefix: Path, path: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => key === path[index]);
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && isPrefix(a, b);
}

/** Where the line that holds `at` begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the line behind the one that holds `at` begins. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

/**
 * Where the comment lines begin that stand directly above the statement at `start`, without a blank line between; the
 * statement's own line if there are none.
 */
export function withCommentsAbove(document: TomlDocument, start: number): number {
  const { text } = document;
  // A line of a text over several lines may look like a comment.
  const floor = Math.max(
    0,
    ...statementEnds(document).filter((end) => end <= start).map((end) => nextLine(text, end)),
  );
  let line = lineStart(text, start);
  while (line > floor) {
    const above = lineStart(text, line - 1);
    if (above < floor || !/^[ \t]*#/.test(text.slice(above, line))) break;
    line = above;
  }
  return line;
}

function statementEnds({ sections }: TomlDocument): number[] {
  return sections.flatMap((section) => [
    ...(section.end === 0 ? [] : [section.end]),
    ...section.pairs.map((pair) => pair.value.end),
  ]);
}
