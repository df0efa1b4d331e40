import { dirname } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { checkMerged } from "./check_merged.ts";
import { dottedKey } from "./error.ts";
import { type JsonTable, type JsonValue, tableToJson, tableVersion } from "./json_value.ts";
import type { Layer } from "./layers.ts";
import { mergeLayers } from "./layers.ts";
import type { ConfigLayers } from "./load_layers.ts";
import { CONFIG_SCHEMA, type ConfigTable } from "./schema.ts";
import { isTable, type TomlValue } from "./toml.ts";

/** Which source a layer is, as programs that drive this one know it. */
export type LayerName =
  | { readonly type: "system"; readonly file: AbsolutePath }
  | { readonly type: "user"; readonly file: AbsolutePath }
  | { readonly type: "project"; readonly dotCodexFolder: AbsolutePath }
  | { readonly type: "sessionFlags" }
  | { readonly type: "legacyManagedConfigTomlFromFile"; readonly file: AbsolutePath }
  | { readonly type: "legacyManagedConfigTomlFromMdm" };

/** Where a value comes from. */
export interface LayerOrigin {
  readonly name: LayerName;
  /** Changes with the content of the layer. */
  readonly version: string;
}

export interface LayerView extends LayerOrigin {
  /** As in the file, paths absolute. */
  readonly config: JsonTable;
  readonly disabledReason?: string;
  /** Dotted keys that do not count, because of where the file lies. */
  readonly ignoredKeys?: readonly string[];
}

/** The answer to `config/read`: what counts, where each value comes from, and, if wanted, all layers, the highest first. */
export interface ConfigView {
  readonly config: JsonTable;
  /** By the dotted path of each single value; elements of arrays by their index. */
  readonly origins: Readonly<Record<string, LayerOrigin>>;
  readonly layers?: readonly LayerView[];
}

/**
 * Shows the merged layers to programs. Well-known keys are all there, `null` when nobody sets them; every other key is
 * there as it was written. Profiles and dedicated flags are not applied.
 *
 * @throws ConfigError when a known key has a value that does not fit
 */
export async function readConfigView(
  { stack }: ConfigLayers,
  { includeLayers = false }: { readonly includeLayers?: boolean } = {},
): Promise<ConfigView> {
  const checked = checkMerged(CONFIG_SCHEMA, stack);
  const present = stack.filter(isPresent);
  const views: (LayerView & { readonly table: Layer["table"] })[] = [];
  for (const layer of present) {
    const written = layer.inherited?.written ?? layer.table;
    views.push({
      name: layerName(layer),
      version: await tableVersion(written),
      config: tableToJson(written),
      ...(layer.disabledReason === null ? {} : { disabledReason: layer.disabledReason }),
      ...ignoredKeys(layer),
      table: layer.table,
    });
  }
  const origins: Record<string, LayerOrigin> = Object.create(null);
  for (const { name, version, table, disabledReason } of views) {
    if (disabledReason === undefined) noteOrigins(origins, table, null, { name, version });
  }
  const config = wellKnown(tableToJson(mergeLayers(stack)), checked);
  if (!includeLayers) return { config, origins };
  return { config, origins, layers: views.map(({ table: _, ...view }) => view).reverse() };
}

function ignoredKeys({ inherited }: Layer): Pick<LayerView, "ignoredKeys"> {
  if (inherited === undefined || inherited.ignored.length === 0) return {};
  return { ignoredKeys: inherited.ignored.map(dottedKey) };
}

/** A layer for flags or for managed files exists only when there are any. */
function isPresent({ type, table, text }: Layer): boolean {
  if (type === "session" || type === "managed_mdm") return Object.keys(table).length > 0;
  return type !== "managed" || text !== null;
}

/** @throws Error when a layer that needs a file has none */
export function layerName({ type, file }: Layer): LayerName {
  switch (type) {
    case "session":
      return { type: "sessionFlags" };
    case "managed_mdm":
      return { type: "legacyManagedConfigTomlFromMdm" };
    case "system":
    case "user":
      return { type, file: required(file) };
    case "project":
      return { type, dotCodexFolder: dirname(required(file)) };
    case "managed":
      return { type: "legacyManagedConfigTomlFromFile", file: required(file) };
    default:
      return type satisfies never;
  }
}

function required(file: AbsolutePath | null): AbsolutePath {
  if (file === null) throw new Error("a layer of a file must name it");
  return file;
}

function noteOrigins(
  origins: Record<string, LayerOrigin>,
  value: TomlValue,
  path: string | null,
  origin: LayerOrigin,
): void {
  if (!Array.isArray(value) && !isTable(value)) {
    origins[path ?? ""] = origin;
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    noteOrigins(origins, item, path === null ? key : `${path}.${key}`, origin);
  }
}

/** Keys that are always there, in this order. */
const SCALARS_FIRST = [
  "model",
  "review_model",
  "model_context_window",
  "model_auto_compact_token_limit",
  "model_provider",
  "approval_policy",
  "sandbox_mode",
] as const;
const SCALARS_MIDDLE = [
  "forced_chatgpt_workspace_id",
  "forced_login_method",
  "web_search",
] as const;
const SCALARS_LAST = [
  "instructions",
  "developer_instructions",
  "compact_prompt",
  "model_reasoning_effort",
  "model_reasoning_summary",
  "model_verbosity",
] as const;
const PROFILE_SCALARS = [
  "model",
  "model_provider",
  "approval_policy",
  "model_reasoning_effort",
  "model_reasoning_summary",
  "model_verbosity",
  "web_search",
  "chatgpt_base_url",
] as const;

function wellKnown(merged: JsonTable, checked: ConfigTable): JsonTable {
  // As written: the checked value is clamped to what a number holds exactly.
  const scalars = (keys: readonly string[]) =>
    Object.fromEntries(keys.map((key) => [key, merged[key] ?? null]));
  return {
    ...scalars(SCALARS_FIRST),
    sandbox_workspace_write: sandboxDetails(checked.sandbox_workspace_write),
    ...scalars(SCALARS_MIDDLE),
    tools: checked.tools === undefined ? null : {
      web_search: checked.tools.web_search ?? null,
      view_image: checked.tools.view_image ?? null,
    },
    profile: checked.profile ?? null,
    profiles: profiles(merged, checked),
    ...scalars(SCALARS_LAST),
    analytics: checked.analytics === undefined
      ? null
      : { enabled: null, ...tableIn(merged, "analytics") },
    apps: apps(checked.apps),
    ...withoutKeys(merged, WELL_KNOWN),
  };
}

const WELL_KNOWN: readonly string[] = [
  ...SCALARS_FIRST,
  ...SCALARS_MIDDLE,
  ...SCALARS_LAST,
  "sandbox_workspace_write",
  "tools",
  "profile",
  "profiles",
  "analytics",
  "apps",
];

function sandboxDetails(details: ConfigTable["sandbox_workspace_write"]): JsonValue {
  if (details === undefined) return null;
  return {
    writable_roots: [...details.writable_roots ?? []],
    network_access: details.network_access ?? false,
    exclude_tmpdir_env_var: details.exclude_tmpdir_env_var ?? false,
    exclude_slash_tmp: details.exclude_slash_tmp ?? false,
    ...(details.git_writable === undefined ? {} : { git_writable: details.git_writable }),
  };
}

function profiles(merged: JsonTable, checked: ConfigTable): JsonTable {
  const result: JsonTable = {};
  for (const name of Object.keys(checked.profiles ?? {})) {
    const written = tableIn(tableIn(merged, "profiles"), name);
    const known = PROFILE_SCALARS.map((key) => [key, written[key] ?? null]);
    result[name] = { ...Object.fromEntries(known), ...withoutKeys(written, PROFILE_SCALARS) };
  }
  return result;
}

function apps(checked: ConfigTable["apps"]): JsonValue {
  if (checked === undefined) return null;
  return Object.fromEntries(
    Object.entries(checked).map(([id, { enabled = true, disabled_reason = null }]) => {
      return [id, { enabled, disabled_reason }];
    }),
  );
}

function tableIn(table: JsonTable, key: string): JsonTable {
  const value = table[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function withoutKeys(table: JsonTable, keys: readonly string[]): JsonTable {
  return Object.fromEntries(Object.entries(table).filter(([key]) => !keys.includes(key)));
}
