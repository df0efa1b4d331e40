import { ConfigError } from "../error.ts";
import { valueAt } from "../merge.ts";
import { isTable, type TomlTable, type TomlValue } from "../toml.ts";
import { copyTable, copyValue, sameValue } from "./same_value.ts";
import { pathText } from "./toml_text.ts";

/** What becomes of an inline table that gets a new key: a table with a header, or still an inline table. */
export type InlineTables = "expand" | "keep";

/** A wish about `config.toml`. Paths are lists of keys, so that keys may hold dots. */
export type ConfigEdit =
  /**
   * Sets a value. Missing parents are made, a parent that is a plain value becomes a table. Where a table stands and
   * a table is set, only the keys that differ change.
   */
  | {
    readonly type: "set";
    readonly path: readonly string[];
    readonly value: TomlValue;
    /** Absent = `expand`. */
    readonly inlineTables?: InlineTables;
  }
  /** Removes a value or a table with all that it holds; nothing happens where there is none. */
  | { readonly type: "remove"; readonly path: readonly string[] }
  /** Adds an element at the end of an array of tables, which is made if need be. */
  | {
    readonly type: "append_element";
    readonly path: readonly string[];
    readonly value: TomlTable;
  }
  /** Sets keys in an element of an array of tables; the other keys stay. */
  | {
    readonly type: "update_element";
    readonly path: readonly string[];
    readonly index: number;
    readonly value: TomlTable;
  }
  | { readonly type: "remove_element"; readonly path: readonly string[]; readonly index: number };

/** What has to be done to the text. */
export type TextStep =
  | { readonly op: "put"; readonly path: readonly string[]; readonly value: TomlValue }
  | {
    readonly op: "drop";
    readonly path: readonly string[];
    /** The comment lines above stay: something else takes the place. */
    readonly keepComments: boolean;
  }
  | { readonly op: "append"; readonly path: readonly string[]; readonly value: TomlTable };

/** One edit, worked out on the values. */
export interface Change {
  readonly after: TomlTable;
  /** Empty = the edit changes nothing. */
  readonly steps: readonly TextStep[];
  /** Tables and arrays that the edit takes something from, and which may vanish with their last key. */
  readonly emptied: readonly (readonly string[])[];
}

/**
 * Works out what an edit means for a document that says `before`.
 *
 * @throws ConfigError `edit_refused` when the edit goes through an array of tables
 */
export function workOut(before: TomlTable, edit: ConfigEdit): Change {
  const after = copyTable(before);
  const steps: TextStep[] = [];
  switch (edit.type) {
    case "set":
      setIn(after, edit.path, edit.value, steps);
      break;
    case "remove":
      removeIn(after, edit.path, steps);
      break;
    case "append_element": {
      const elements = elementsAt(after, edit.path, steps);
      elements.push(copyTable(edit.value));
      steps.push({ op: "append", path: edit.path, value: edit.value });
      break;
    }
    case "update_element": {
      const element = elementAt(after, edit);
      for (const [key, value] of Object.entries(edit.value)) {
        replace(element, [...edit.path, String(edit.index)], key, value, steps);
      }
      break;
    }
    case "remove_element":
      elementAt(after, edit);
      elementsAt(after, edit.path, steps).splice(edit.index, 1);
      steps.push({
        op: "drop",
        path: [...edit.path, String(edit.index)],
        keepComments: false,
      });
      break;
    default:
      edit satisfies never;
  }
  return { after, steps, emptied: steps.flatMap(emptiedBy) };
}

function setIn(
  root: TomlTable,
  path: readonly string[],
  value: TomlValue,
  steps: TextStep[],
): void {
  const parent = tableFor(root, path.slice(0, -1), steps);
  replace(parent, path.slice(0, -1), lastKey(path), value, steps);
}

/** The table at `path`, made if need be. */
function tableFor(root: TomlTable, path: readonly string[], steps: TextStep[]): TomlTable {
  let table = root;
  path.forEach((key, index) => {
    const here = path.slice(0, index + 1);
    const value = Object.hasOwn(table, key) ? table[key] : undefined;
    refuseArrayOfTables(value, here);
    let next = value;
    if (!isTable(next)) {
      if (value !== undefined) steps.push({ op: "drop", path: here, keepComments: true });
      next = Object.create(null) as TomlTable;
      table[key] = next;
    }
    table = next;
  });
  return table;
}

/** Sets one key of a table and notes the steps; tables are compared key by key. */
function replace(
  table: TomlTable,
  tablePath: readonly string[],
  key: string,
  value: TomlValue,
  steps: TextStep[],
): void {
  const path = [...tablePath, key];
  const old = Object.hasOwn(table, key) ? table[key] : undefined;
  if (sameValue(old, value)) return;
  if (isTable(old) && isTable(value) && Object.keys(value).length > 0) {
    // What goes comes last, so that the table never loses its place in the file.
    for (const [inner, item] of Object.entries(value)) replace(old, path, inner, item, steps);
    for (const inner of Object.keys(old)) {
      if (!Object.hasOwn(value, inner)) removeIn(old, [inner], steps, path);
    }
    return;
  }
  const isPlainSwap = old !== undefined && !isTable(old) && !isArrayOfTables(old) &&
    !isTable(value) && !isArrayOfTables(value);
  if (old !== undefined && !isPlainSwap) steps.push({ op: "drop", path, keepComments: true });
  steps.push({ op: "put", path, value });
  table[key] = copyValue(value);
}

function removeIn(
  root: TomlTable,
  path: readonly string[],
  steps: TextStep[],
  rootPath: readonly string[] = [],
): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = lastKey(path);
  path.slice(0, -1).forEach((_, index) =>
    refuseArrayOfTables(valueAt(root, path.slice(0, index + 1)), path.slice(0, index + 1))
  );
  if (!isTable(parent) || !Object.hasOwn(parent, key)) return;
  delete parent[key];
  steps.push({ op: "drop", path: [...rootPath, ...path], keepComments: false });
}

function elementsAt(
  root: TomlTable,
  path: readonly string[],
  steps: TextStep[],
): TomlValue[] {
  const parent = tableFor(root, path.slice(0, -1), steps);
  const key = lastKey(path);
  const old = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (old !== undefined && !(Array.isArray(old) && old.every(isTable))) {
    throw new ConfigError("edit_refused", `\`${pathText(path)}\` is not an array of tables`, {
      key: pathText(path),
    });
  }
  const elements = old ?? [];
  parent[key] = elements;
  return elements;
}

function elementAt(
  root: TomlTable,
  { path, index }: { readonly path: readonly string[]; readonly index: number },
): TomlTable {
  const element = valueAt(root, [...path, String(index)]);
  if (isTable(element)) return element;
  throw new ConfigError("edit_refused", `\`${pathText(path)}\` has no element ${index}`, {
    key: pathText(path),
  });
}

function emptiedBy(step: TextStep): string[][] {
  if (step.op !== "drop") return [];
  return step.path.slice(0, -1).map((_, index) => step.path.slice(0, index + 1));
}

function refuseArrayOfTables(value: TomlValue | undefined, path: readonly string[]): void {
  if (!isArrayOfTables(value)) return;
  const key = pathText(path);
  throw new ConfigError(
    "edit_refused",
    `\`${key}\` is an array of tables: a key in it cannot be addressed, so nothing was written`,
    { key },
  );
}

/** At least one element is a table: replacing it by a table would lose what people wrote. */
export function isArrayOfTables(value: TomlValue | undefined): value is TomlValue[] {
  return Array.isArray(value) && value.some(isTable);
}

function lastKey(path: readonly string[]): string {
  const key = path.at(-1);
  if (key === undefined) throw new RangeError("an edit needs a path");
  return key;
}
