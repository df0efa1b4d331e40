import { dirname, join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError } from "./error.ts";
import { mergeTables } from "./merge.ts";
import { type Override, overrideTable } from "./overrides.ts";
import { absolutisePaths, type PathBase } from "./paths.ts";
import { readConfigBytes } from "./read_file.ts";
import { CONFIG_SCHEMA } from "./schema.ts";
import { emptyTable, parseToml, type TomlTable } from "./toml.ts";
import type { RuleFolders } from "./types.ts";

/** Where a layer comes from, lowest precedence first. */
export type LayerType = "system" | "user" | "project" | "session" | "managed" | "managed_mdm";

/** One source of configuration. */
export interface Layer {
  readonly type: LayerType;
  /** `null` for values of the command line. */
  readonly file: AbsolutePath | null;
  /** As read, paths absolute, unknown keys kept; without what does not count by its place. */
  readonly table: TomlTable;
  /** Source, for showing the place of an error. `null` when there is no file. */
  readonly text: string | null;
  /** Why the layer does not count. `null` = it counts. */
  readonly disabledReason: string | null;
  /** Of a project, but not of its root. */
  readonly nested?: true;
  /** What was typed, for the layer of the command line. */
  readonly given?: readonly Override[];
  /** Of a project's folder that is trusted only as a part of the project; see `inherited_trust.ts`. */
  readonly inherited?: {
    /** As read, with all that does not count. */
    readonly written: TomlTable;
    /** Where that stands. */
    readonly ignored: readonly (readonly string[])[];
  };
}

/** Reads a file as a layer; a missing file is an empty layer. */
export async function fileLayer(
  type: LayerType,
  file: AbsolutePath,
  home: AbsolutePath,
): Promise<Layer> {
  const text = await readConfigText(file);
  const table = text === null ? emptyTable() : await parseToml(text, file);
  return {
    type,
    file,
    table: absolutisePaths(CONFIG_SCHEMA, table, { dir: dirname(file), home }),
    text,
    disabledReason: null,
  };
}

/** The layer of `-c`, `--enable` and `--disable`. */
export function sessionLayer(given: readonly Override[], base: PathBase): Layer {
  return {
    type: "session",
    file: null,
    table: absolutisePaths(CONFIG_SCHEMA, overrideTable(given), base),
    text: null,
    disabledReason: null,
    given,
  };
}

/** Merges the layers that count; the last one wins. */
export function mergeLayers(layers: readonly Layer[]): TomlTable {
  return layers
    .filter((layer) => layer.disabledReason === null)
    .reduce((merged, layer) => mergeTables(merged, layer.table), emptyTable());
}

/**
 * The text of a config file without its byte order mark; `null` = there is no such file.
 *
 * @throws ConfigError `unreadable_file`, `invalid_toml` when it is not UTF-8
 */
export async function readConfigText(file: AbsolutePath): Promise<string | null> {
  // Some people link to it to have no such file.
  if (await Deno.realPath(file).catch(() => null) === "/dev/null") return null;
  const bytes = await readConfigBytes(file);
  if (bytes === null) return null;
  try {
    // The decoder drops a byte order mark by itself.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ConfigError("invalid_toml", `${file}: not valid UTF-8`, { file }, { cause: error });
  }
}

/** Folder of machine-wide files. */
export function systemFolder(env: Readonly<Record<string, string>>): AbsolutePath {
  return Deno.build.os === "windows"
    ? join(env["ProgramData"] ?? "C:\\ProgramData", "OpenAI", "Codex")
    : "/etc/codex";
}

/** The folders of rules beside the files of the layers that count, there or not. */
export function ruleFolders(layers: readonly Layer[]): RuleFolders {
  const folders: Record<keyof RuleFolders, AbsolutePath[]> = { all: [], strict: [] };
  for (const { file, disabledReason, inherited } of layers) {
    if (file === null || disabledReason !== null) continue;
    folders[inherited === undefined ? "all" : "strict"].push(join(dirname(file), "rules"));
  }
  return folders;
}
