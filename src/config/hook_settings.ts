import { dirname, join } from "node:path";
import { checkMerged } from "./check_merged.ts";
import type { Layer } from "./layers.ts";
import { type Required, type Requirements, sourceName } from "./requirements/types.ts";
import { HOOKS } from "./schema_hooks.ts";
import { table } from "./shape.ts";
import { findSpan } from "./spans.ts";
import type { HookSettings, HookSource, HookState, LoadConfigOptions } from "./types.ts";

const HOOKS_ALONE = table({ hooks: { shape: HOOKS, doc: "" } });
/** Layers beside whose file a `hooks.json` may lie. */
const WITH_JSON: readonly Layer["type"][] = ["system", "user", "project"];
/** Layers that only an administrator can write. */
const MANAGED: readonly Layer["type"][] = ["system", "managed", "managed_mdm"];

/** Looks at no file: most people have no hooks. @throws ConfigError about `[hooks.state]` */
export function hookSettings(
  stack: readonly Layer[],
  required: Requirements,
  options: Pick<LoadConfigOptions, "codexHome" | "strict" | "bypassHookTrust">,
): HookSettings {
  const layers = stack.filter(({ disabledReason }) => disabledReason === null);
  const counted = required.managedHooksOnly?.value === true
    ? layers.filter(({ type }) => MANAGED.includes(type))
    : layers;
  return {
    sources: [
      ...(required.hooks === null ? [] : [requiredSource(required.hooks)]),
      ...counted.map(sourceOf),
    ],
    state: stateOf(layers),
    userFile: join(options.codexHome, "config.toml"),
    strict: options.strict ?? false,
    reviewed: options.bypassHookTrust ?? false,
  };
}

function requiredSource({ value, source }: Required<unknown>): HookSource {
  return {
    isManaged: true,
    isProject: false,
    isNested: false,
    file: sourceName(source),
    inline: value,
    jsonFile: null,
    text: null,
    placeOf: () => null,
  };
}

function sourceOf({ type, file, table, text, nested }: Layer): HookSource {
  return {
    isManaged: MANAGED.includes(type),
    isProject: type === "project",
    isNested: nested ?? false,
    file,
    inline: table["hooks"],
    jsonFile: file !== null && WITH_JSON.includes(type) ? join(dirname(file), "hooks.json") : null,
    text,
    placeOf: (path) => text === null ? null : findSpan(text, ["hooks", ...path])?.start ?? null,
  };
}

/** A project must not decide that its own hooks are trusted. */
function stateOf(layers: readonly Layer[]): Readonly<Record<string, HookState>> {
  const deciding = layers.filter(({ type, table }) => type !== "project" && "hooks" in table);
  if (deciding.length === 0) return {};
  const merged = checkMerged(HOOKS_ALONE, deciding);
  return merged.hooks?.state ?? {};
}
