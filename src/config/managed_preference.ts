import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError } from "./error.ts";
import type { Layer } from "./layers.ts";
import { absolutisePaths } from "./paths.ts";
import { CONFIG_SCHEMA } from "./schema.ts";
import { emptyTable, parseToml } from "./toml.ts";
import type { ManagedPreference } from "./types.ts";

/** Key of the managed preference that holds a `config.toml`, in base64. */
const CONFIG_PREFERENCE = "config_toml_base64";

/**
 * Managed preferences as text.
 *
 * @throws ConfigError `invalid_toml` when one is not base64 of UTF-8
 */
export function decoded(read: ManagedPreference | undefined): ManagedPreference {
  return async (key) => {
    const value = await read?.(key) ?? null;
    if (value === null || value.trim() === "") return null;
    try {
      const bytes = Uint8Array.from(atob(value.replaceAll(/\s/g, "")), (c) => c.charCodeAt(0));
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new ConfigError(
        "invalid_toml",
        `the managed preference com.openai.codex:${key} is not base64 of a TOML document`,
        {},
        { cause },
      );
    }
  };
}

/** The layer above all others. It lies in no folder, so that a path in it has to be absolute or begin with `~`. */
export async function preferenceLayer(
  preference: ManagedPreference,
  home: AbsolutePath,
): Promise<Layer> {
  const text = await preference(CONFIG_PREFERENCE);
  const table = text === null
    ? emptyTable()
    : await parseToml(text, `com.openai.codex:${CONFIG_PREFERENCE}`);
  return {
    type: "managed_mdm",
    file: null,
    table: absolutisePaths(CONFIG_SCHEMA, table, { dir: null, home }),
    text: null,
    disabledReason: null,
  };
}
