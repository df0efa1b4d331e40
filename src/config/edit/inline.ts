import type { TomlValue } from "../toml.ts";
import type { ValueNode } from "../document.ts";
import { type Holder, isPrefix, type Path, type SectionPair } from "../places.ts";
import { pathText, valueText } from "./toml_text.ts";

/** Adds a value inside an inline table, or inside one of those that it holds. */
export function insertPair(
  text: string,
  outer: SectionPair,
  path: Path,
  value: TomlValue,
): string {
  let node = outer.pair.value;
  let rest = path.slice(outer.path.length);
  for (;;) {
    const inner = node.pairs.find((pair) =>
      pair.value.kind === "inline_table" && pair.keys.length < rest.length &&
      isPrefix(pair.keys, rest)
    );
    if (inner === undefined) break;
    node = inner.value;
    rest = rest.slice(inner.keys.length);
  }
  return insertItem(text, node, `${pathText(rest)} = ${valueText(value)}`);
}

/** Adds an item at the end of an array or an inline table, in the manner of those before it. */
export function insertItem(text: string, node: ValueNode, item: string): string {
  const spans = spansOf(node);
  const last = spans.at(-1);
  const isTable = node.kind === "inline_table";
  if (last === undefined) {
    const close = node.end - 1;
    const pad = isTable && !/\s$/.test(text.slice(node.start + 1, close)) ? " " : "";
    // Behind a comment there has to be a line of its own, which a comment always ends with.
    return text.slice(0, close) + pad + item + (isTable ? " " : "") + text.slice(close);
  }
  const comma = commaBehind(text, last.end, node.end);
  const first = spans[0] ?? last;
  const lead = /(\r?\n[ \t]*)$/.exec(text.slice(node.start, first.start))?.[1];
  const added = (lead ?? " ") + item;
  if (comma === null) {
    return text.slice(0, last.end) + "," + added + text.slice(last.end);
  }
  // A comment behind the last item stays on that item's line.
  const lineEnd = lead === undefined ? comma + 1 : endOfLine(text, comma + 1, node.end);
  return text.slice(0, lineEnd) + added + "," + text.slice(lineEnd);
}

/** Takes a value out of an array or an inline table. */
export function dropInline(text: string, holder: Exclude<Holder, { kind: "section" }>): string {
  const spans = spansOf(holder.node);
  const span = spans[holder.index];
  if (span === undefined) return text;
  const before = spans[holder.index - 1];
  const after = spans[holder.index + 1];
  if (after !== undefined) return text.slice(0, span.start) + text.slice(after.start);
  const comma = commaBehind(text, span.end, holder.node.end);
  const end = comma === null ? span.end : comma + 1;
  if (before !== undefined && comma !== null) {
    // The comma in front may stay: the list had one behind its last item before, too.
    const start = (commaBehind(text, before.end, span.start) ?? before.end - 1) + 1;
    return text.slice(0, start) + text.slice(end);
  }
  if (before !== undefined) return text.slice(0, before.end) + text.slice(end);
  const rest = text.slice(end).replace(/^[ \t]+/, "");
  return text.slice(0, span.start).replace(/[ \t]+$/, "") + rest;
}

function spansOf(node: ValueNode): { readonly start: number; readonly end: number }[] {
  return node.kind === "array"
    ? [...node.items]
    : node.pairs.map((pair) => ({ start: pair.start, end: pair.value.end }));
}

/** The comma that follows an item, comments and line ends skipped. */
function commaBehind(text: string, from: number, limit: number): number | null {
  for (let at = from; at < limit; at += 1) {
    if (text[at] === ",") return at;
    if (text[at] === "#") at = endOfLine(text, at, limit);
    else if (!/\s/.test(text[at] ?? "")) return null;
  }
  return null;
}

function endOfLine(text: string, from: number, limit: number): number {
  const end = text.slice(from, limit).search(/\r?\n/);
  return end === -1 ? from : from + end;
}
