import { dateText, isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** What `JSON.stringify` takes. Integers that a `number` cannot hold are in there as raw JSON. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonTable;

export interface JsonTable {
  [key: string]: JsonValue;
}

/** The key under which a date or time of TOML travels in JSON, as the reference writes it. */
const DATE_KEY = "$__toml_private_datetime";

/** A TOML value as JSON: dates as a table with one key, what is no number as `null`. */
export function toJson(value: TomlValue): JsonValue {
  if (typeof value === "bigint") return integerToJson(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Date) return { [DATE_KEY]: dateText(value) };
  if (Array.isArray(value)) return value.map(toJson);
  return isTable(value) ? tableToJson(value) : value;
}

export function tableToJson(table: TomlTable): JsonTable {
  const result: JsonTable = Object.create(null);
  for (const [key, value] of Object.entries(table)) result[key] = toJson(value);
  return result;
}

function integerToJson(value: bigint): JsonValue {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  // The compiler does not know `JSON.rawJSON` of ECMAScript 2026 yet.
  return (JSON as unknown as { rawJSON(text: string): JsonValue }).rawJSON(String(value));
}

/**
 * The one compact spelling of a table: keys in the order of their characters, floats with a point or an exponent. Its hash
 * is the version of a layer.
 */
export function canonicalJson(value: TomlValue): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatText(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isTable(value)) return JSON.stringify(toJson(value));
  const entries = Object.entries(value)
    .sort(([a], [b]) => compareCharacters(a, b))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${entries.join(",")}}`;
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e16 || size < 1e-5) return value.toExponential();
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Strings compare by UTF-16 units, which is another order where characters have two. */
function compareCharacters(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** `sha256:` and the hash of {@link canonicalJson}. */
export async function tableVersion(table: TomlTable): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalJson(table));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
