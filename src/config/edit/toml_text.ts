import { isTable, type TomlTable, type TomlValue } from "../toml.ts";

/** A key as it is written: bare where that is possible. */
export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key);
}

/** A dotted key, or what stands in a header. */
export function pathText(path: readonly string[]): string {
  return path.map(keyText).join(".");
}

/**
 * A value on one line; tables become inline tables.
 *
 * @throws RangeError for text that no TOML document can hold (half of a surrogate pair)
 */
export function valueText(value: TomlValue): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatText(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, item]) => `${keyText(key)} = ${valueText(item)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/**
 * The lines of a table with a header of its own. Plain values come first, then tables with headers of their own,
 * since what stands behind a header belongs to it.
 */
export function sectionLines(path: readonly string[], table: TomlTable): string[][] {
  const entries = Object.entries(table);
  const plain = entries.filter(([, value]) => !isTable(value));
  const tables = entries.flatMap(([key, value]) =>
    isTable(value) ? sectionLines([...path, key], value) : []
  );
  // A table that holds nothing but tables is there already when they are.
  if (plain.length === 0 && tables.length > 0) return tables;
  return [[`[${pathText(path)}]`, ...plain.map(pairLine)], ...tables];
}

/** The lines of one `[[element]]`; tables in it are written inline. */
export function elementLines(path: readonly string[], table: TomlTable): string[] {
  return [`[[${pathText(path)}]]`, ...Object.entries(table).map(pairLine)];
}

export function pairLine([key, value]: readonly [string, TomlValue]): string {
  return `${keyText(key)} = ${valueText(value)}`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

function stringText(text: string): string {
  if (!text.isWellFormed()) throw new RangeError("text with half of a surrogate pair");
  // deno-lint-ignore no-control-regex
  const escaped = text.replace(/["\\\x00-\x1f\x7f]/g, (char) => {
    const code = char.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase();
    return SHORT_ESCAPES[char] ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}
