import { isAbsolute, resolve } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError } from "./error.ts";
import type { Shape } from "./shape.ts";
import { dateText, emptyTable, isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** What relative paths and `~` of a layer stand for. */
export interface PathBase {
  /** `null` = the layer lies nowhere, so that a relative path in it means nothing. */
  readonly dir: AbsolutePath | null;
  readonly home: AbsolutePath;
}

/** Makes a path absolute, lexically. `~` and `~/…` mean the home folder, but not on Windows. */
export function absolutePath(path: string, { dir, home }: PathBase): AbsolutePath {
  if (Deno.build.os !== "windows") {
    if (path === "~") return home;
    if (path.startsWith("~/")) return resolve(home, path.slice(2).replace(/^\/+/, ""));
  }
  if (dir !== null) return resolve(dir, path);
  if (isAbsolute(path)) return resolve(path);
  throw new ConfigError(
    "invalid_value",
    `"${path}" is a relative path, and managed preferences lie in no folder: give an absolute one`,
  );
}

/**
 * A copy of `table` in which every string that the shape calls a path is absolute, a date that stands for a string is one,
 * and a whole number where fractions may stand is a float. Values of a wrong type stay as they are: the check after the merge
 * reports them.
 */
export function absolutisePaths(shape: Shape, table: TomlTable, base: PathBase): TomlTable {
  const result = visit(shape, table, base);
  return isTable(result) ? result : table;
}

function visit(shape: Shape, value: TomlValue, base: PathBase): TomlValue {
  switch (shape.kind) {
    case "path":
      return typeof value === "string" ? absolutePath(value, base) : value;
    case "list":
      return Array.isArray(value) ? value.map((item) => visit(shape.of, item, base)) : value;
    case "map":
      return isTable(value) ? visitEntries(value, () => shape.of, base) : value;
    case "either":
      return shape.options.reduce((current, option) => visit(option, current, base), value);
    case "table":
      return isTable(value)
        ? visitEntries(value, (key) => shape.fields[key]?.shape ?? shape.rest, base)
        : value;
    case "string":
      return value instanceof Date ? dateText(value) : value;
    case "number":
      return typeof value === "bigint" ? Number(value) : value;
    case "bool":
    case "integer":
    case "choice":
      return value;
    default:
      return shape satisfies never;
  }
}

function visitEntries(
  table: TomlTable,
  shapeOf: (key: string) => Shape | undefined,
  base: PathBase,
): TomlTable {
  const result = emptyTable();
  for (const [key, value] of Object.entries(table)) {
    const shape = shapeOf(key);
    result[key] = shape === undefined ? value : visit(shape, value, base);
  }
  return result;
}
