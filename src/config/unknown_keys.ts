import { locatedMessage, positionAt } from "../files/mod.ts";
import { closest } from "./closest.ts";
import { earlierKeyHint } from "./earlier_keys.ts";
import { ConfigError, dottedKey } from "./error.ts";
import { FEATURE_NAMES, featureKey } from "./features.ts";
import { isLaterKey, LATER_SAFETY_KEYS } from "./later_keys.ts";
import type { Layer } from "./layers.ts";
import { overrideFor } from "./overrides.ts";
import { CONFIG_SCHEMA } from "./schema.ts";
import type { Shape } from "./shape.ts";
import { keySpans } from "./spans.ts";
import { isTable, type TomlValue } from "./toml.ts";
import type { StartupNotice } from "./types.ts";

/** More lines than this help nobody. */
const MAX_SHOWN = 20;

/** A key that no version knows, with what was probably meant. */
interface UnknownKey {
  readonly path: readonly string[];
  readonly hint: () => string | null;
}

/** An offence, placed. */
interface Finding {
  readonly layer: Layer;
  readonly key: string;
  readonly message: string;
  readonly place: { readonly line: number; readonly column: number; readonly end: number } | null;
  /** What was typed, for a value of the command line. */
  readonly typed: string | null;
}

/** One warning about the keys that count for nothing; none when every key is known. */
export function unknownKeyNotices(layers: readonly Layer[]): StartupNotice[] {
  const { findings, left } = findUnknown(layers);
  if (findings.length === 0) return [];
  const shown = findings.map(({ layer, message, place, typed }) => {
    const where = typed !== null
      ? `-c ${typed}`
      : place === null
      ? layer.file ?? "managed preferences"
      : `${layer.file}:${place.line}:${place.column}`;
    return `${where}: ${message}`;
  });
  if (left > 0) shown.push(`and ${left} more`);
  return [{
    type: "warning",
    message: shown.length === 1
      ? `${shown[0]} It is ignored.`
      : `Some settings are not known and are ignored:\n${shown.join("\n")}`,
  }];
}

/** @throws ConfigError `unknown_key` that shows the keys that are not known, of all layers */
export function refuseUnknownKeys(layers: readonly Layer[]): void {
  const { findings, left } = findUnknown(layers);
  const [first] = findings;
  if (first === undefined) return;
  const shown = findings.map(({ layer: { file, text }, message, place, typed }) => {
    if (typed !== null) return `-c ${typed}: ${message}`;
    if (place === null || file === null || text === null) {
      return `${file ?? "managed preferences"}: ${message}`;
    }
    const { line, column, end } = place;
    return locatedMessage({
      file,
      text,
      start: { line, column },
      end: { line, column: end },
      message,
    });
  });
  if (left > 0) shown.push(`and ${left} more`);
  throw new ConfigError("unknown_key", shown.join("\n"), {
    file: first.layer.file,
    line: first.place?.line ?? null,
    column: first.place?.column ?? null,
    key: first.key,
  });
}

/** The offences that are shown, and the number of the others: to place each of very many would take long. */
function findUnknown(layers: readonly Layer[]): { findings: Finding[]; left: number } {
  const findings: Finding[] = [];
  let left = 0;
  for (const layer of layers.filter(({ disabledReason }) => disabledReason === null)) {
    const unknown = [...unknownIn(CONFIG_SCHEMA, layer.table, [])];
    const shown = unknown.slice(0, MAX_SHOWN - findings.length);
    left += unknown.length - shown.length;
    findings.push(...placed(layer, shown));
  }
  return { findings, left };
}

function placed(layer: Layer, unknown: readonly UnknownKey[]): Finding[] {
  if (unknown.length === 0) return [];
  const spanOf = layer.text === null ? () => null : keySpans(layer.text);
  return unknown.map(({ path, hint: hintOf }) => {
    const span = spanOf(path);
    const start = span && layer.text !== null ? positionAt(layer.text, span.start) : null;
    const key = dottedKey(path);
    const kind = isFeaturePath(path) ? "feature" : "key";
    const hint = hintOf();
    return {
      layer,
      key,
      message: `unknown ${kind} \`${key}\`${hint === null ? "." : `: ${hint}`}`,
      place: start && span && layer.text !== null
        ? { ...start, end: Math.max(start.column, endColumn(layer.text, span)) }
        : null,
      typed: overrideFor(layer.given ?? [], path)?.text ?? null,
    };
  });
}

/** Column of the last character of a key, which stands on one line. */
function endColumn(text: string, span: { readonly start: number; readonly end: number }): number {
  return positionAt(text, Math.max(span.start, span.end - 1)).column;
}

function isFeaturePath(path: readonly string[]): boolean {
  return path.at(-2) === "features" && (path.length === 2 || path[0] === "profiles");
}

function* unknownIn(
  shape: Shape,
  value: TomlValue,
  path: readonly string[],
): Generator<UnknownKey> {
  switch (shape.kind) {
    case "table":
      if (isTable(value)) yield* unknownInTable(shape, value, path);
      return;
    case "map":
      if (!isTable(value)) return;
      for (const [key, item] of Object.entries(value)) {
        const at = [...path, key];
        if (!isFeaturePath(at)) yield* unknownIn(shape.of, item, at);
        else if (featureKey(key) === null && !isLaterKey(at)) {
          yield {
            path: at,
            hint: () => earlierKeyHint(at) ?? didYouMean(closest(key, FEATURE_NAMES)),
          };
        }
      }
      return;
    case "list":
      if (!Array.isArray(value)) return;
      for (const [index, item] of value.entries()) {
        yield* unknownIn(shape.of, item, [...path, String(index)]);
      }
      return;
    case "either":
      for (const option of shape.options) {
        const fits = option.kind === "list"
          ? Array.isArray(value)
          : isTable(value) && (option.kind === "table" || option.kind === "map");
        if (fits) return yield* unknownIn(option, value, path);
      }
      return;
    default:
      return;
  }
}

function* unknownInTable(
  shape: Extract<Shape, { kind: "table" }>,
  table: Record<string, TomlValue>,
  path: readonly string[],
): Generator<UnknownKey> {
  const names = Object.entries(shape.fields)
    .flatMap(([name, field]) =>
      [name, ...field.aliases ?? []].map((known) => [known, field] as const)
    );
  const known = new Map(names);
  for (const [key, value] of Object.entries(table)) {
    const at = [...path, key];
    const inner = known.get(key)?.shape ?? shape.rest;
    if (path.length === 0 && LATER_SAFETY_KEYS.includes(key)) {
      yield { path: at, hint: () => "only later versions know it, and nothing here obeys it." };
      continue;
    }
    if (isLaterKey(at)) continue;
    if (inner !== undefined) yield* unknownIn(inner, value, at);
    else {
      const hint = () => earlierKeyHint(at) ?? hintFor(key, path, [...known.keys()]);
      yield { path: at, hint };
    }
  }
}

/** What may have been meant: a slip of the fingers, or the right key in the wrong table. */
function hintFor(key: string, path: readonly string[], known: readonly string[]): string | null {
  const near = closest(key, known);
  if (near !== null) return didYouMean(near);
  if (path.length > 0) {
    return Object.hasOwn(CONFIG_SCHEMA.fields, key)
      ? `\`${key}\` belongs to the top, above the first [table].`
      : null;
  }
  for (const [name, { shape }] of Object.entries(CONFIG_SCHEMA.fields)) {
    const inner: Shape = shape;
    if (inner.kind === "table" && Object.hasOwn(inner.fields, key)) {
      return `it belongs below [${name}].`;
    }
  }
  return featureKey(key) === null ? null : "it belongs below [features].";
}

function didYouMean(name: string | null): string | null {
  return name === null ? null : `did you mean \`${name}\`?`;
}
