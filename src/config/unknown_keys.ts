import { closest } from "./closest.ts";
import { earlierKeyHint } from "./earlier_keys.ts";
import { dottedKey } from "./error.ts";
import { FEATURE_NAMES, featureKey } from "./features.ts";
import { findIn, findingLines, type Offence, refuseFindings } from "./finding.ts";
import { isLaterKey, LATER_SAFETY_KEYS } from "./later_keys.ts";
import type { Layer } from "./layers.ts";
import { CONFIG_SCHEMA } from "./schema.ts";
import type { Shape } from "./shape.ts";
import { isTable, type TomlValue } from "./toml.ts";
import type { StartupNotice } from "./types.ts";

/** A key that no version knows, with what was probably meant. */
interface UnknownKey {
  readonly path: readonly string[];
  readonly hint: () => string | null;
}

/** One warning about the keys that count for nothing; none when every key is known. */
export function unknownKeyNotices(layers: readonly Layer[]): StartupNotice[] {
  const lines = findingLines(findIn(layers, unknownOf));
  if (lines.length === 0) return [];
  return [{
    type: "warning",
    message: lines.length === 1
      ? `${lines[0]} It is ignored.`
      : `Some settings are not known and are ignored:\n${lines.join("\n")}`,
  }];
}

/** @throws ConfigError `unknown_key` that shows the keys that are not known, of all layers */
export function refuseUnknownKeys(layers: readonly Layer[]): void {
  refuseFindings(findIn(layers, unknownOf), "unknown_key");
}

function* unknownOf({ table }: Layer): Generator<Offence> {
  for (const { path, hint: hintOf } of unknownIn(CONFIG_SCHEMA, table, [])) {
    const message = () => {
      const kind = isFeaturePath(path) ? "feature" : "key";
      const hint = hintOf();
      return `unknown ${kind} \`${dottedKey(path)}\`${hint === null ? "." : `: ${hint}`}`;
    };
    yield { path, message };
  }
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
