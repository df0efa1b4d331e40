import { emptyTable, isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** Tables merge key by key; anything else, arrays included, is replaced. Neither argument changes. */
export function mergeTables(lower: TomlTable, higher: TomlTable): TomlTable {
  const result = emptyTable();
  for (const [key, value] of Object.entries(lower)) result[key] = value;
  for (const [key, value] of Object.entries(higher)) {
    const below = result[key];
    result[key] = isTable(below) && isTable(value) ? mergeTables(below, value) : value;
  }
  return result;
}

/** The value at a path of keys and array indices; what only a prototype has is not there. */
export function valueAt(root: TomlValue, path: readonly string[]): TomlValue | undefined {
  let value: TomlValue | undefined = root;
  for (const key of path) {
    if (!isTable(value) && !Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = Array.isArray(value) ? value[Number(key)] : value[key];
  }
  return value;
}
