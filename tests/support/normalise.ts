import type { Expected } from "./scenario.ts";

export interface Places {
  readonly workspace: string;
  readonly baseUrl: string;
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;

/** Takes out of a text what differs from run to run and from machine to machine. */
export function normaliseText(text: string, places: Places): string {
  return text
    .replaceAll(places.workspace, "{workspace}")
    .replaceAll(places.baseUrl, "{baseUrl}")
    .replaceAll(UUID, "{uuid}")
    .replaceAll(/(?:\/[\w.-]+)+\/(?:bash|zsh|sh) -l?c /g, "{shell} ");
}

/** The same for every text in a JSON value. */
export function normalise(value: unknown, places: Places): unknown {
  if (typeof value === "string") return normaliseText(value, places);
  if (Array.isArray(value)) return value.map((entry) => normalise(entry, places));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, normalise(entry, places)]),
  );
}

/** Where `actual` is not what was expected, as a path and both sides; `null` = it is. */
export function mismatch(actual: unknown, expected: Expected, path = "$"): string | null {
  const tell = () => `${path}: ${JSON.stringify(actual)} instead of ${show(expected)}`;
  if (expected instanceof RegExp) {
    return typeof actual === "string" && expected.test(actual) ? null : tell();
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return tell();
    return firstOf(expected.map((entry, i) => mismatch(actual[i], entry, `${path}[${i}]`)));
  }
  if (typeof expected === "object" && expected !== null) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return tell();
    const wanted: readonly (readonly [string, Expected])[] = Object.entries(expected);
    const keys = wanted.map(([key]) => key);
    if (Object.keys(actual).sort().join() !== keys.toSorted().join()) return tell();
    const found: Readonly<Record<string, unknown>> = { ...actual };
    return firstOf(wanted.map(([key, want]) => mismatch(found[key], want, `${path}.${key}`)));
  }
  return actual === expected ? null : tell();
}

function firstOf(findings: readonly (string | null)[]): string | null {
  return findings.find((finding) => finding !== null) ?? null;
}

function show(expected: Expected): string {
  return JSON.stringify(
    expected,
    (_key, value: unknown) => value instanceof RegExp ? String(value) : value,
  );
}
