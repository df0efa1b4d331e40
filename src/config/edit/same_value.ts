import { valueAt } from "../merge.ts";
import { isTable, type TomlTable, type TomlValue } from "../toml.ts";

/** Whether two values say the same. The order of keys does not count; `1` and `1.0` are two values. */
export function sameValue(a: TomlValue | undefined, b: TomlValue | undefined): boolean {
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && a.toISOString() === b.toISOString();
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((item, index) => sameValue(item, b[index]));
  }
  if (isTable(a) && isTable(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]));
  }
  return Object.is(a, b);
}

/**
 * A copy of `wanted` without those of the given tables and arrays that became empty and that `found` does not have at
 * all: a table that no header names is gone with its last key.
 */
export function withoutVanished(
  wanted: TomlTable,
  found: TomlTable,
  emptied: readonly (readonly string[])[],
): TomlTable {
  const result = copyTable(wanted);
  for (const path of emptied.toSorted((a, b) => b.length - a.length)) {
    const parent = valueAt(result, path.slice(0, -1));
    const key = path.at(-1) ?? "";
    const value = valueAt(result, path);
    if (value === undefined || valueAt(found, path) !== undefined || !isTable(parent)) continue;
    if (isEmpty(value)) delete parent[key];
  }
  return result;
}

function isEmpty(value: TomlValue): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : isTable(value) && Object.keys(value).length === 0;
}

/** Tables and arrays anew, all the way down. */
export function copyTable(table: TomlTable): TomlTable {
  const result: TomlTable = Object.create(null);
  for (const [key, value] of Object.entries(table)) result[key] = copyValue(value);
  return result;
}

export function copyValue(value: TomlValue): TomlValue {
  if (Array.isArray(value)) return value.map(copyValue);
  return isTable(value) ? copyTable(value) : value;
}
