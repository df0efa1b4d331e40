import { ConfigError } from "./error.ts";
import { emptyTable, isTable, parseTomlValue, type TomlTable, type TomlValue } from "./toml.ts";

/** Keys that `-c` knows under a shorter name. */
const SHORT_KEYS: Readonly<Record<string, string>> = {
  use_linux_sandbox_bwrap: "features.use_linux_sandbox_bwrap",
};

/**
 * Makes one table out of `-c key=value` strings, in order: a later leaf replaces an earlier one.
 *
 * The key is split at every dot, without quoting; keys that hold dots need a table value, as in
 * `projects={"/w/x.y"={trust_level="trusted"}}`. The value is TOML, or else taken as text, with
 * surrounding quotes removed.
 *
 * @throws ConfigError `invalid_override`
 */
export async function overrideTable(overrides: readonly string[]): Promise<TomlTable> {
  const table = emptyTable();
  for (const override of overrides) {
    const at = override.indexOf("=");
    if (at === -1) {
      throw new ConfigError(
        "invalid_override",
        `Error parsing -c overrides: Invalid override (missing '='): ${override}`,
      );
    }
    const key = override.slice(0, at).trim();
    if (key === "") {
      throw new ConfigError(
        "invalid_override",
        `Error parsing -c overrides: Empty key in override: ${override}`,
      );
    }
    const text = override.slice(at + 1).trim();
    const value = await parseTomlValue(text) ?? text.replace(/^["']+|["']+$/g, "");
    setAt(table, (SHORT_KEYS[key] ?? key).split("."), value);
  }
  return table;
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
