import { dirname } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { dottedKey } from "./error.ts";
import { findIn, findingLines, type Findings, type Offence, refuseFindings } from "./finding.ts";
import type { Layer } from "./layers.ts";
import { CONFIG_SCHEMA } from "./schema.ts";
import type { Field, Shape } from "./shape.ts";
import { emptyTable, isTable, type TomlTable, type TomlValue } from "./toml.ts";
import type { StartupNotice } from "./types.ts";

/**
 * The layer of a folder that is trusted only because it is a part of a trusted project. Commands that are confined to the
 * project may write there, as the sandbox protects the `.codex` of the folder that a session works in, and of none below it.
 * So only that counts which can loosen nothing.
 */
export function withoutLoosening(layer: Layer): Layer {
  const ignored: (readonly string[])[] = [];
  const table = harmlessPart(CONFIG_SCHEMA.fields, layer.table, [], ignored);
  return { ...layer, table, inherited: { written: layer.table, ignored } };
}

/** One warning about all that was left out; none when nothing was. */
export function looseningNotices(
  layers: readonly Layer[],
  userFile: AbsolutePath,
): StartupNotice[] {
  const found = findIgnored(layers);
  if (found.shown.length === 0) return [];
  const message = [
    "Some settings are ignored: their folder is only a part of a trusted project, and commands that " +
    "are confined to the project may have written them.",
    ...findingLines(found),
    remedy(found, userFile),
  ].join("\n");
  return [{ type: "warning", message }];
}

/** @throws ConfigError `untrusted_key` that shows all that was left out */
export function refuseLoosening(layers: readonly Layer[], userFile: AbsolutePath): void {
  const found = findIgnored(layers);
  refuseFindings(found, "untrusted_key", remedy(found, userFile));
}

function findIgnored(layers: readonly Layer[]): Findings {
  return findIn(layers, ({ inherited }) =>
    (inherited?.ignored ?? []).map((path): Offence => ({
      path,
      message: () => `\`${dottedKey(path)}\` does not count here.`,
    })));
}

function remedy({ shown }: Findings, userFile: AbsolutePath): string {
  const folders = new Set(shown.map(({ layer: { file } }) => dirname(dirname(file ?? ""))));
  const tables = [...folders].map((folder) => `[projects.${JSON.stringify(folder)}]`);
  return `If you know who wrote them and want them, set trust_level = "trusted" under ${
    tables.join(" and ")
  } in ${userFile}.`;
}

/** What may count of a table, key by key; adds the paths of the rest to `ignored`. Keys that nobody knows are told elsewhere. */
function harmlessPart(
  fields: Readonly<Record<string, Field>>,
  table: TomlTable,
  path: readonly string[],
  ignored: (readonly string[])[],
): TomlTable {
  const known = new Map(
    Object.entries(fields).flatMap(([name, field]) =>
      [name, ...field.aliases ?? []].map((spelling) => [spelling, field] as const)
    ),
  );
  const result = emptyTable();
  for (const [key, value] of Object.entries(table)) {
    const field = known.get(key);
    const part = field === undefined ? value : harmlessValue(field, value, [...path, key], ignored);
    if (part !== null) result[key] = part;
  }
  return result;
}

function harmlessValue(
  { shape, below }: Pick<Field, "shape" | "below">,
  value: TomlValue,
  path: readonly string[],
  ignored: (readonly string[])[],
): TomlValue | null {
  if (below === "any" || below?.some((tight) => tight === value)) return value;
  if (!isTable(value) || !saysWhatCounts(shape)) {
    ignored.push(path);
    return null;
  }
  if (shape.kind === "table") return harmlessPart(shape.fields, value, path, ignored);
  const result = emptyTable();
  if (shape.kind !== "map") return result;
  for (const [name, entry] of Object.entries(value)) {
    const part = shape.below?.(name)
      ? entry
      : harmlessValue({ shape: shape.of }, entry, [...path, name], ignored);
    if (part !== null) result[name] = part;
  }
  return result;
}

/** Whether anything at all may count in a table of this shape. */
function saysWhatCounts(shape: Shape): boolean {
  switch (shape.kind) {
    case "table":
      return Object.values(shape.fields).some((field) =>
        field.below !== undefined || saysWhatCounts(field.shape)
      );
    case "map":
      return shape.below !== undefined || saysWhatCounts(shape.of);
    default:
      return false;
  }
}
