import type { AbsolutePath } from "../protocol/mod.ts";
import { type Pair, scanDocument, type ValueNode } from "./document.ts";
import { ConfigError } from "./error.ts";
import { locatedMessage, type Position, positionAt } from "../files/mod.ts";
import { findSpan } from "./spans.ts";

/** Tables and arrays within each other; much more than the keys that are known need, and little enough to walk through. */
const MAX_DEPTH = 100;

/** Dates and times keep their own class; {@link dateText} has what was written. */
export type TomlValue = string | number | bigint | boolean | Date | TomlValue[] | TomlTable;

/** Without a prototype, so that a key such as `constructor` or `__proto__` is a key like any other. */
export interface TomlTable {
  [key: string]: TomlValue;
}

export function emptyTable(): TomlTable {
  return Object.create(null) as TomlTable;
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

/** A date or time as one writes it: the parser's own text has zeros behind the second, whatever was written. */
export function dateText(date: Date): string {
  return date.toISOString().replace(/\.(\d*?)0+(?=\D|$)/, (_, digits: string) => {
    return digits === "" ? "" : `.${digits}`;
  });
}

/**
 * Reads a TOML 1.0 document. Integers come as `bigint`, so that `1` and `1.0` stay apart.
 *
 * @throws ConfigError `invalid_toml`, with the place in `file`
 */
export async function parseToml(text: string, file: AbsolutePath): Promise<TomlTable> {
  const { parse, TomlError } = await import("smol-toml");
  const refuse = (at: number, reason: string) =>
    notToml({ file, text, place: positionAt(text, at), reason });
  // The parser drops one; whoever read the file has dropped the first.
  if (text.startsWith("\uFEFF")) throw refuse(0, "a byte order mark that is not at the beginning");
  try {
    const table = parse(text, { integersAsBigInt: true }) as TomlTable;
    const deep = tooDeep(table, []);
    if (deep !== null) {
      const reason = `nested more than ${MAX_DEPTH} levels deep`;
      throw refuse(findSpan(text, deep)?.start ?? 0, reason);
    }
    const at = impossibleDay(table, text);
    if (at !== null) throw refuse(at, "there is no such day");
    return table;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = "invalid document"] = error.message.split("\n");
    const reason = first.replace(/^Invalid TOML document: /, "");
    // The parser counts UTF-16 units; people count characters.
    const source = text.split("\n")[error.line - 1] ?? "";
    const column = [...source.slice(0, error.column - 1)].length + 1;
    const place = { line: error.line, column };
    throw notToml({ file, text, place, reason, cause: error });
  }
}

function notToml({ file, text, place, reason, cause }: {
  readonly file: AbsolutePath;
  readonly text: string;
  readonly place: Position;
  readonly reason: string;
  readonly cause?: unknown;
}): ConfigError {
  const message = `invalid TOML: ${reason}`;
  return new ConfigError(
    "invalid_toml",
    locatedMessage({ file, text, start: place, end: place, message }),
    { file, ...place },
    { cause },
  );
}

/** The first path that leads too deep; `null` = none does. Changes `path` on its way. */
function tooDeep(value: TomlValue, path: string[]): string[] | null {
  if (!Array.isArray(value) && !isTable(value)) return null;
  if (path.length > MAX_DEPTH) return path;
  for (const [key, item] of Object.entries(value)) {
    path.push(key);
    if (tooDeep(item, path) !== null) return path;
    path.pop();
  }
  return null;
}

/** Where a day stands that its month does not have: the parser takes it for one of the next month. `null` = nowhere. */
function impossibleDay(table: TomlTable, text: string): number | null {
  if (!holdsDate(table)) return null;
  for (const { start, end } of scanDocument(text).sections.flatMap(({ pairs }) => scalars(pairs))) {
    const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text.slice(start, end)) ?? [];
    if (day === undefined) continue;
    const last = new Date(0);
    last.setUTCFullYear(Number(year), Number(month), 0);
    if (Number(day) > last.getUTCDate()) return start;
  }
  return null;
}

function holdsDate(value: TomlValue): boolean {
  if (value instanceof Date) return true;
  return (Array.isArray(value) || isTable(value)) && Object.values(value).some(holdsDate);
}

function scalars(pairs: readonly Pair[]): ValueNode[] {
  const below = (node: ValueNode): ValueNode[] =>
    node.kind === "scalar" ? [node] : [...node.items.flatMap(below), ...scalars(node.pairs)];
  return pairs.flatMap(({ value }) => below(value));
}

/** Reads one TOML value, or `undefined` when the text is none. */
export async function parseTomlValue(text: string): Promise<TomlValue | undefined> {
  try {
    return (await parseToml(`value = ${text}`, ""))["value"];
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
