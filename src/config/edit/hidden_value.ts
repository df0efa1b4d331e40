import { layerName, type LayerOrigin } from "../config_view.ts";
import { tableVersion } from "../json_value.ts";
import { type Layer, mergeLayers } from "../layers.ts";
import { valueAt } from "../merge.ts";
import { isTable, type TomlValue } from "../toml.ts";
import { sameValue } from "./same_value.ts";

/** A layer that decides a value over the head of the user's file. */
export interface LayerAbove {
  readonly origin: LayerOrigin;
  /** For a person, to be followed by a verb. */
  readonly description: string;
}

/** The highest layer that hides, wholly or in part, what the user's file says at `path`; `null` = none does. */
export async function layerAbove(
  stack: readonly Layer[],
  path: readonly string[],
): Promise<LayerAbove | null> {
  const at = stack.findIndex(({ type }) => type === "user");
  const user = stack[at];
  if (user === undefined) return null;
  const above = stack.slice(at + 1).filter(({ disabledReason }) => disabledReason === null);
  const own = valueAt(user.table, path);
  if (!isHidden(own, valueAt(mergeLayers([user, ...above]), path))) return null;
  const layer = above.findLast(({ table }) => touches(table, path));
  if (layer === undefined) return null;
  return {
    origin: { name: layerName(layer), version: await tableVersion(layer.table) },
    description: describeLayer(layer),
  };
}

/** Keys that a table gains from above hide nothing. */
function isHidden(own: TomlValue | undefined, effective: TomlValue | undefined): boolean {
  if (isTable(own) && isTable(effective)) {
    return Object.keys(own).some((key) => isHidden(own[key], effective[key]));
  }
  return !sameValue(own, effective);
}

/** Says something at `path`, or has a plain value where `path` needs a table. */
function touches(table: TomlValue, path: readonly string[]): boolean {
  let value: TomlValue | undefined = table;
  for (const key of path) {
    if (!isTable(value)) return true;
    if (!Object.hasOwn(value, key)) return false;
    value = value[key];
  }
  return value !== undefined;
}

/** A layer in the middle of a sentence, to be followed by a verb. */
export function describeLayer({ type, file }: Layer): string {
  switch (type) {
    case "session":
      return "the command line";
    case "managed_mdm":
      return "a managed preference of this machine";
    case "managed":
      return `the managed file ${file}`;
    case "project":
      return `the project's file ${file}`;
    case "system":
    case "user":
      return `${file}`;
    default:
      return type satisfies never;
  }
}
