import { resolve } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import type { Shape } from "./shape.ts";
import { emptyTable, isTable, type TomlTable, type TomlValue } from "./toml.ts";

/** What relative paths and `~` of a layer stand for. */
export interface PathBase {
  readonly dir: AbsolutePath;
  readonly home: AbsolutePath;
}

/** Makes a path absolute, lexically. `~` and `~/…` mean the home folder, but not on Windows. */
export function absolutePath(path: string, { dir, home }: PathBase): AbsolutePath {
  if (Deno.build.os !== "windows") {
    if (path === "~") return home;
    if (path.startsWith("~/")) return resolve(home, path.slice(2).replace(/^\/+/, ""));
  }
  return resolve(dir, path);
}

/**
 * A copy of `table` in which every string that the shape calls a path is absolute. Values of a wrong type
 * stay as they are: the check after the merge reports them.
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
    case "bool":
    case "integer":
    case "number":
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
