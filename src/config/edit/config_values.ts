import { dirname } from "node:path";
import { normalizePath, resolveLinks } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { Mismatch, readValue } from "../check.ts";
import { checkMerged } from "../check_merged.ts";
import type { LayerOrigin } from "../config_view.ts";
import { ConfigError } from "../error.ts";
import { type JsonValue, tableVersion, toJson } from "../json_value.ts";
import { type Layer, mergeLayers } from "../layers.ts";
import { loadLayers, type LoadLayersOptions } from "../load_layers.ts";
import { mergeTables, valueAt } from "../merge.ts";
import { absolutisePaths } from "../paths.ts";
import { CONFIG_SCHEMA } from "../schema.ts";
import { emptyTable, isTable, type TomlTable, type TomlValue } from "../toml.ts";
import { type ConfigEdit, workOut } from "./change.ts";
import { configPath } from "./config_file.ts";
import { ConfigWriteError } from "./config_write_error.ts";
import { editConfig } from "./edit_config.ts";
import { layerAbove } from "./hidden_value.ts";
import { copyTable } from "./same_value.ts";

/** One value of `config/value/write` or `config/batchWrite`. */
export interface ConfigValueEdit {
  /** Dotted; split at every dot, there are no quotes. */
  readonly keyPath: string;
  /** `null` deletes. */
  readonly value: JsonValue;
  /** `upsert` merges a table into the one that is there. */
  readonly mergeStrategy: "replace" | "upsert";
}

export interface WriteConfigOptions {
  /** How the configuration is read; the write goes to the user's file in its `codexHome`. */
  readonly load: LoadLayersOptions;
  readonly edits: readonly ConfigValueEdit[];
  /** The file that the caller means; `null` = the user's. */
  readonly filePath: string | null;
  /** The user layer's version that the caller has seen; `null` = any. */
  readonly expectedVersion: string | null;
  readonly signal?: AbortSignal;
}

export interface OverriddenMetadata {
  readonly message: string;
  readonly overridingLayer: LayerOrigin;
  readonly effectiveValue: JsonValue;
}

/** The answer, in the form that it has on the wire. */
export interface ConfigWriteResult {
  readonly status: "ok" | "okOverridden";
  /** Of the user layer, from now on. */
  readonly version: string;
  readonly filePath: AbsolutePath;
  /** For the first of the edits that has no effect because of a layer above. */
  readonly overriddenMetadata: OverriddenMetadata | null;
}

/**
 * Writes values to the user's file for a program: all of them or none. The user's file as it would be, and the
 * configuration as a whole, are checked first.
 *
 * @throws ConfigWriteError; ConfigError when the files as they are cannot be read, or the file cannot be written
 */
export async function writeConfigValues(options: WriteConfigOptions): Promise<ConfigWriteResult> {
  const { load, edits, expectedVersion, signal } = options;
  const file = configPath(load.codexHome);
  await checkFile(file, options);
  const paths = edits.map(({ keyPath }) => pathOf(keyPath));
  const { stack } = await loadLayers(load);
  const user = stack.find(({ type }) => type === "user");
  if (user === undefined) {
    throw new ConfigWriteError("userLayerNotFound", "there is no user configuration to write");
  }
  const asLayer = (table: TomlTable): TomlTable =>
    absolutisePaths(CONFIG_SCHEMA, table, { dir: dirname(file), home: load.home });
  const stackWith = (table: TomlTable): Layer[] =>
    stack.map((layer) => layer === user ? { ...layer, table: asLayer(table), text: null } : layer);

  const { after } = await asWriteError(() =>
    editConfig({
      codexHome: load.codexHome,
      ...(signal ? { signal } : {}),
      edits: async (before) => {
        if (expectedVersion !== null && await tableVersion(asLayer(before)) !== expectedVersion) {
          throw new ConfigWriteError(
            "configVersionConflict",
            "the configuration has changed since it was read; read it again and repeat the write",
          );
        }
        return editsOn(before, edits, paths);
      },
      check: (edited) => {
        if (edited.isChanged) checkOutcome(stackWith(edited.after), asLayer(edited.after));
      },
    })
  );
  const now = stackWith(after);
  const overridden = await firstOverridden(now, paths);
  return {
    status: overridden === null ? "ok" : "okOverridden",
    version: await tableVersion(asLayer(after)),
    filePath: file,
    overriddenMetadata: overridden,
  };
}

async function checkFile(
  file: AbsolutePath,
  { filePath, load }: WriteConfigOptions,
): Promise<void> {
  if (filePath === null) return;
  const given = normalizePath(filePath, load.processCwd);
  if (given === file) return;
  const [wanted, own] = await Promise.all(
    [given, file].map((path) => resolveLinks(path).catch(() => path)),
  );
  if (wanted === own) return;
  throw new ConfigWriteError(
    "configLayerReadonly",
    `only the user's own configuration can be written: ${file}`,
  );
}

function pathOf(keyPath: string): string[] {
  if (keyPath.trim() === "") {
    throw new ConfigWriteError("configValidationError", "keyPath must not be empty");
  }
  return keyPath.split(".");
}

/** What the values mean for a file that says `start`. Each edit sees what the ones before it did. */
function editsOn(
  start: TomlTable,
  values: readonly ConfigValueEdit[],
  paths: readonly string[][],
): ConfigEdit[] {
  let table = start;
  return values.map(({ keyPath, value, mergeStrategy }, index) => {
    const path = paths[index] ?? [];
    const edit = editOn(table, path, { keyPath, value, mergeStrategy });
    table = workOut(table, edit).after;
    return edit;
  });
}

function editOn(
  table: TomlTable,
  path: readonly string[],
  { keyPath, value, mergeStrategy }: ConfigValueEdit,
): ConfigEdit {
  if (value === null) {
    if (!isTable(valueAt(table, path.slice(0, -1)))) {
      throw new ConfigWriteError(
        "configPathNotFound",
        `\`${keyPath}\` cannot be deleted: there is no table to delete it from`,
      );
    }
    return { type: "remove", path };
  }
  const wanted = fromJson(value, keyPath);
  const old = valueAt(table, path);
  const isMerge = mergeStrategy === "upsert" && isTable(old) && isTable(wanted);
  return { type: "set", path, value: isMerge ? mergeTables(copyTable(old), wanted) : wanted };
}

/** Whole numbers become integers, others floats. */
function fromJson(value: JsonValue, keyPath: string): TomlValue {
  if (value === null) {
    throw new ConfigWriteError(
      "configValidationError",
      `\`${keyPath}\`: a value inside another one cannot be null`,
    );
  }
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => fromJson(item, keyPath));
  if (typeof value !== "object") return value;
  const table = emptyTable();
  for (const [key, item] of Object.entries(value)) table[key] = fromJson(item, keyPath);
  return table;
}

function checkOutcome(stack: readonly Layer[], user: TomlTable): void {
  try {
    readValue(CONFIG_SCHEMA, user);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new ConfigWriteError(
      "configValidationError",
      `\`${error.path.join(".")}\` ${error.message}`,
      { cause: error },
    );
  }
  checkMerged(CONFIG_SCHEMA, stack);
}

/** What does not fit is the caller's doing; what the disk does is not. */
async function asWriteError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = error instanceof ConfigError &&
      ["invalid_value", "missing_value", "edit_refused", "edit_failed"].includes(error.code);
    if (!isRefusal) throw error;
    throw new ConfigWriteError("configValidationError", error.message, { cause: error });
  }
}

async function firstOverridden(
  stack: readonly Layer[],
  paths: readonly (readonly string[])[],
): Promise<OverriddenMetadata | null> {
  for (const path of paths) {
    const above = await layerAbove(stack, path);
    if (above === null) continue;
    const effective = valueAt(mergeLayers(stack), path);
    return {
      message: `Written, but without effect for now: ${above.description} decides it`,
      overridingLayer: above.origin,
      effectiveValue: effective === undefined ? null : toJson(effective),
    };
  }
  return null;
}
