import { locatedMessage, positionAt } from "../files/mod.ts";
import { ConfigError, type ConfigErrorCode, dottedKey } from "./error.ts";
import type { Layer } from "./layers.ts";
import { overrideFor } from "./overrides.ts";
import { keySpans } from "./spans.ts";

/** More lines than this help nobody. */
const MAX_SHOWN = 20;

/** A key that does not count, before anybody has looked where it stands. */
export interface Offence {
  readonly path: readonly string[];
  /** For a person; worked out only for what is shown. */
  readonly message: () => string;
}

/** An offence, placed. */
export interface Finding {
  readonly layer: Layer;
  readonly key: string;
  readonly message: string;
  readonly place: { readonly line: number; readonly column: number; readonly end: number } | null;
  /** What was typed, for a value of the command line. */
  readonly typed: string | null;
}

/** Findings that are shown, and the number of the others: to place each of very many would take long. */
export interface Findings {
  readonly shown: readonly Finding[];
  readonly left: number;
}

/** Places the offences of each layer that counts. */
export function findIn(
  layers: readonly Layer[],
  offencesOf: (layer: Layer) => Iterable<Offence>,
): Findings {
  const shown: Finding[] = [];
  let left = 0;
  for (const layer of layers.filter(({ disabledReason }) => disabledReason === null)) {
    const offences = [...offencesOf(layer)];
    const placed = offences.slice(0, MAX_SHOWN - shown.length);
    left += offences.length - placed.length;
    shown.push(...place(layer, placed));
  }
  return { shown, left };
}

/** A line for each, with its place in front. */
export function findingLines({ shown, left }: Findings): string[] {
  const lines = shown.map(({ layer, message, place, typed }) => {
    const where = typed !== null
      ? `-c ${typed}`
      : place === null
      ? nameOf(layer)
      : `${layer.file}:${place.line}:${place.column}`;
    return `${where}: ${message}`;
  });
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

/**
 * Shows each with its source line; nothing happens when there is none.
 *
 * @param advice a last line
 * @throws ConfigError with that code
 */
export function refuseFindings(
  { shown, left }: Findings,
  code: ConfigErrorCode,
  advice: string | null = null,
): void {
  const [first] = shown;
  if (first === undefined) return;
  const parts = shown.map(({ layer, message, place, typed }) => {
    const { file, text } = layer;
    if (typed !== null) return `-c ${typed}: ${message}`;
    if (place === null || file === null || text === null) return `${nameOf(layer)}: ${message}`;
    const { line, column, end } = place;
    return locatedMessage({
      file,
      text,
      start: { line, column },
      end: { line, column: end },
      message,
    });
  });
  if (left > 0) parts.push(`and ${left} more`);
  if (advice !== null) parts.push(advice);
  throw new ConfigError(code, parts.join("\n"), {
    file: first.layer.file,
    line: first.place?.line ?? null,
    column: first.place?.column ?? null,
    key: first.key,
  });
}

function nameOf({ file }: Layer): string {
  return file ?? "managed preferences";
}

function place(layer: Layer, offences: readonly Offence[]): Finding[] {
  if (offences.length === 0) return [];
  const spanOf = layer.text === null ? () => null : keySpans(layer.text);
  return offences.map(({ path, message }) => {
    const span = spanOf(path);
    const start = span && layer.text !== null ? positionAt(layer.text, span.start) : null;
    return {
      layer,
      key: dottedKey(path),
      message: message(),
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
