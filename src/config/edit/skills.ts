import { dirname } from "node:path";
import { resolveLinks } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { absolutePath } from "../paths.ts";
import { valueAt } from "../merge.ts";
import { isTable, type TomlTable } from "../toml.ts";
import type { ConfigEdit } from "./change.ts";
import { configPath } from "./config_file.ts";
import { editConfig, type EditOutcome } from "./edit_config.ts";
import type { ConfigHome } from "./settings.ts";

const SKILLS = ["skills", "config"];

/**
 * Switches the skill of the file at `skill`. On is the default: its entries are removed, and what is empty then goes
 * with them. `home` of `place` is the user's home folder, for paths with `~` in the file.
 */
export async function setSkillEnabled(
  place: ConfigHome & { readonly home: AbsolutePath },
  skill: AbsolutePath,
  isOn: boolean,
): Promise<EditOutcome> {
  const { codexHome, home, signal } = place;
  const dir = dirname(configPath(codexHome));
  const wanted = await resolveLinks(skill);
  return await editConfig({
    codexHome,
    ...(signal ? { signal } : {}),
    edits: async (before) => {
      const entries = valueAt(before, SKILLS);
      const elements = Array.isArray(entries) ? entries : [];
      const own: number[] = [];
      for (const [index, element] of elements.entries()) {
        const path = isTable(element) ? element["path"] : undefined;
        if (typeof path !== "string") continue;
        const real = await resolveLinks(absolutePath(path, { dir, home })).catch(() => path);
        if (real === wanted) own.push(index);
      }
      return isOn ? removals(before, elements.length, own) : disabling(wanted, own);
    },
  });
}

function disabling(path: AbsolutePath, own: readonly number[]): ConfigEdit[] {
  if (own.length === 0) {
    return [{ type: "append_element", path: SKILLS, value: { path, enabled: false } }];
  }
  return own.map((index) => ({
    type: "update_element",
    path: SKILLS,
    index,
    value: { enabled: false },
  }));
}

function removals(before: TomlTable, count: number, own: readonly number[]): ConfigEdit[] {
  if (own.length === 0) return [];
  if (own.length < count) {
    return own.toReversed().map((index) => ({ type: "remove_element", path: SKILLS, index }));
  }
  const skills = valueAt(before, ["skills"]);
  const isAll = isTable(skills) && Object.keys(skills).length === 1;
  return [{ type: "remove", path: isAll ? ["skills"] : SKILLS }];
}
