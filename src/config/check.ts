import type { Field, Shape, ValueOf } from "./shape.ts";
import { dateText, isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** Largest integer of TOML. */
const INT64_MAX = 2n ** 63n - 1n;

/** A value that does not fit its shape. Turned into a located `ConfigError` by whoever knows the file. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
  constructor(
    /** Keys and array indices that lead to the value; for a missing key, to its table. */
    readonly path: readonly string[],
    message: string,
    readonly missing: boolean = false,
    /** A text would have been right, and something else was given that can be read as one. */
    readonly wantsText: boolean = false,
  ) {
    super(message);
  }
}

/** {@link checkValue} with the type that the shape stands for. */
export function readValue<const S extends Shape>(
  shape: S,
  value: TomlValue,
  path: readonly string[] = [],
): ValueOf<S> {
  return checkValue(shape, value, path) as ValueOf<S>;
}

/**
 * Checks a value against a shape. Keys that the shape does not know are left out;
 * aliases come under their newer name; whole numbers past what a `number` holds exactly are clamped.
 *
 * @throws Mismatch at the first offence, in the order of the file
 */
export function checkValue(
  shape: Shape,
  value: TomlValue,
  path: readonly string[] = [],
): unknown {
  switch (shape.kind) {
    case "string":
    case "path":
      if (typeof value === "string") return value;
      if (value instanceof Date) return dateText(value);
      throw wanted(path, value, "a string", !isTable(value) && !Array.isArray(value));
    case "bool":
      if (typeof value === "boolean") return value;
      throw wanted(path, value, "true or false");
    case "integer":
      return readInteger(shape, value, path);
    case "number":
      if (typeof value !== "number" && typeof value !== "bigint") {
        throw wanted(path, value, "a number");
      }
      if (!Number.isFinite(Number(value)) || Number(value) < shape.min) {
        throw wanted(path, value, `a number of at least ${shape.min}`);
      }
      return Number(value);
    case "choice":
      if (typeof value === "string" && shape.values.includes(value)) return value;
      throw wanted(path, value, `one of ${shape.values.map((v) => `"${v}"`).join(", ")}`);
    case "list":
      if (!Array.isArray(value)) throw wanted(path, value, "an array");
      return value.map((item, index) => checkValue(shape.of, item, [...path, String(index)]));
    case "map":
      if (!isTable(value)) throw wanted(path, value, "a table");
      return readEntries(Object.entries(value), () => shape.of, path);
    case "either":
      return readEither(shape.options, value, path);
    case "table":
      if (!isTable(value)) throw wanted(path, value, "a table");
      return readTable(shape, value, path);
    default:
      return shape satisfies never;
  }
}

function readInteger(
  shape: { min: number; max: number },
  value: TomlValue,
  path: readonly string[],
): number {
  if (typeof value !== "bigint") throw wanted(path, value, "a whole number");
  const least = BigInt(shape.min);
  const most = shape.max > Number.MAX_SAFE_INTEGER ? INT64_MAX : BigInt(shape.max);
  if (value < least) throw wanted(path, value, `a whole number of at least ${least}`);
  if (value > most) throw wanted(path, value, `a whole number of at most ${most}`);
  const number = Number(value);
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));
}

function readEither(
  options: readonly Shape[],
  value: TomlValue,
  path: readonly string[],
): unknown {
  let deepest: Mismatch | null = null;
  for (const option of options) {
    try {
      return checkValue(option, value, path);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      if (deepest === null || error.path.length > deepest.path.length) deepest = error;
    }
  }
  throw deepest ?? wanted(path, value, "something else");
}

function readTable(
  shape: Extract<Shape, { kind: "table" }>,
  value: TomlTable,
  path: readonly string[],
): Record<string, unknown> {
  const known = new Map<string, readonly [string, Field]>();
  for (const [name, field] of Object.entries(shape.fields)) {
    for (const alias of field.aliases ?? []) known.set(alias, [name, field]);
    known.set(name, [name, field]);
  }
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    const [name, field] = known.get(key) ?? [key, null];
    if (field === null && shape.rest === undefined) continue;
    const typed = checkValue(field?.shape ?? shape.rest!, item, [...path, key]);
    // With both spellings present the newer one counts.
    if (name === key || value[name] === undefined) result[name] = typed;
  }
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.required && result[name] === undefined) {
      throw new Mismatch(path, `the key \`${name}\` is missing`, true);
    }
  }
  const offence = shape.whole?.(result) ?? null;
  if (offence !== null) {
    const at = offence.key === "" ? path : [...path, offence.key];
    throw new Mismatch(at, offence.wanted, offence.key === "");
  }
  return result;
}

function readEntries(
  entries: readonly (readonly [string, TomlValue])[],
  shapeOf: (key: string) => Shape,
  path: readonly string[],
): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, item] of entries) result[key] = checkValue(shapeOf(key), item, [...path, key]);
  return result;
}

function wanted(
  path: readonly string[],
  value: TomlValue,
  what: string,
  wantsText = false,
): Mismatch {
  return new Mismatch(path, `must be ${what}, not ${describe(value)}`, false, wantsText);
}

function describe(value: TomlValue): string {
  if (typeof value === "string") {
    const text = value.length > 40 ? `${value.slice(0, 40)}…` : value;
    return `the string ${JSON.stringify(text)}`;
  }
  if (typeof value === "bigint") return `the whole number ${value}`;
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return `${value}`;
  if (value instanceof Date) return `the date ${dateText(value)}`;
  return Array.isArray(value) ? "an array" : "a table";
}
