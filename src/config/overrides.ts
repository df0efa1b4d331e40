import { ConfigError } from "./error.ts";
import { emptyTable, isTable, parseTomlValue, type TomlTable, type TomlValue } from "./toml.ts";

/** Keys that `-c` knows under a shorter name. */
const SHORT_KEYS: Readonly<Record<string, string>> = {
  use_linux_sandbox_bwrap: "features.use_linux_sandbox_bwrap",
};

/** One `-c key=value`. */
export interface Override {
  readonly path: readonly string[];
  readonly value: TomlValue;
  /** As it was typed. */
  readonly text: string;
}

/**
 * Reads `-c key=value` strings.
 *
 * The key is split at every dot, without quoting; keys that hold dots need a table value, as in
 * `projects={"/w/x.y"={trust_level="trusted"}}`. The value is TOML, or else taken as text, with
 * surrounding quotes removed.
 *
 * @throws ConfigError `invalid_override`
 */
export async function parseOverrides(texts: readonly string[]): Promise<Override[]> {
  const overrides: Override[] = [];
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at === -1) {
      throw new ConfigError(
        "invalid_override",
        `Error parsing -c overrides: Invalid override (missing '='): ${text}`,
      );
    }
    const key = text.slice(0, at).trim();
    if (key === "") {
      throw new ConfigError(
        "invalid_override",
        `Error parsing -c overrides: Empty key in override: ${text}`,
      );
    }
    const raw = text.slice(at + 1).trim();
    const value = await parseTomlValue(raw) ?? raw.replace(/^["']+|["']+$/g, "");
    overrides.push({ path: (SHORT_KEYS[key] ?? key).split("."), value, text });
  }
  return overrides;
}

/** One table of all overrides, in order: a later leaf replaces an earlier one. */
export function overrideTable(overrides: readonly Override[]): TomlTable {
  const table = emptyTable();
  for (const { path, value } of overrides) setAt(table, path, value);
  return table;
}

/** The override that the value at `path` comes from, or part of it. */
export function overrideFor(
  overrides: readonly Override[],
  path: readonly string[],
): Override | null {
  const touches = (other: readonly string[]) =>
    path.slice(0, other.length).every((key, index) => key === other[index]);
  return overrides.findLast((override) => touches(override.path)) ?? null;
}

function setAt(root: TomlTable, path: readonly string[], value: TomlValue): void {
  let table = root;
  for (const key of path.slice(0, -1)) {
    const below = table[key];
    const next = isTable(below) ? below : emptyTable();
    table[key] = next;
    table = next;
  }
  table[path.at(-1) ?? ""] = value;
}
