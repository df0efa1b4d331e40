import { dirname, join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { checkMerged } from "./check_merged.ts";
import type { Layer } from "./layers.ts";
import { HOOKS } from "./schema_hooks.ts";
import { table } from "./shape.ts";
import { findSpan } from "./spans.ts";
import type { HookSettings, HookSource, HookState } from "./types.ts";

const HOOKS_ALONE = table({ hooks: { shape: HOOKS, doc: "" } });
/** Layers beside whose file a `hooks.json` may lie. */
const WITH_JSON: readonly Layer["type"][] = ["system", "user", "project"];

/** Looks at no file: most people have no hooks. @throws ConfigError about `[hooks.state]` */
export function hookSettings(
  stack: readonly Layer[],
  userFile: AbsolutePath,
  strict: boolean,
): HookSettings {
  const layers = stack.filter(({ disabledReason }) => disabledReason === null);
  return { sources: layers.map(sourceOf), state: stateOf(layers), userFile, strict };
}

function sourceOf({ type, file, table, text, nested }: Layer): HookSource {
  return {
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
