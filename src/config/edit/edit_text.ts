import type { AbsolutePath } from "../../protocol/mod.ts";
import { ConfigError } from "../error.ts";
import { parseToml, type TomlTable } from "../toml.ts";
import { type Change, type ConfigEdit, type InlineTables, workOut } from "./change.ts";
import { applyStep } from "./patch_text.ts";
import { sameValue, withoutVanished } from "./same_value.ts";
import { pathText } from "./toml_text.ts";

export interface EditedText {
  readonly text: string;
  readonly before: TomlTable;
  readonly after: TomlTable;
  /** `false` = the document says all that already; the text is the old one. */
  readonly isChanged: boolean;
}

/**
 * Does edits on the text of a config file, one after the other. The parser reads the outcome of each: it has to say
 * what was wished for and, beyond that, what it said before.
 *
 * @throws ConfigError `invalid_toml` for the text as given, `edit_refused`, `edit_failed`
 */
export async function editText(
  text: string,
  file: AbsolutePath,
  editsFor: (before: TomlTable) => readonly ConfigEdit[] | Promise<readonly ConfigEdit[]>,
): Promise<EditedText> {
  const before = await parseToml(text, file);
  let current = { text, table: before };
  for (const edit of await editsFor(before)) {
    const change = workOut(current.table, edit);
    if (change.steps.length > 0) current = await carryOut(current.text, file, edit, change);
  }
  const isChanged = !sameValue(before, current.table);
  return { text: isChanged ? current.text : text, before, after: current.table, isChanged };
}

async function carryOut(
  text: string,
  file: AbsolutePath,
  edit: ConfigEdit,
  change: Change,
): Promise<{ text: string; table: TomlTable }> {
  const wish = "inlineTables" in edit ? edit.inlineTables : undefined;
  const manners: readonly InlineTables[] = wish === "keep"
    ? ["keep", "expand"]
    : ["expand", "keep"];
  for (const manner of manners) {
    const candidate = patched(text, file, edit, change, manner);
    const table = await parseOrNull(candidate, file);
    if (table === null) continue;
    if (sameValue(withoutVanished(change.after, table, change.emptied), table)) {
      return { text: candidate, table };
    }
  }
  const key = pathText(edit.path);
  throw new ConfigError(
    "edit_failed",
    `${file}: \`${key}\` cannot be changed without changing something else, so nothing was ` +
      "written; please edit the file by hand",
    { file, key },
  );
}

function patched(
  text: string,
  file: AbsolutePath,
  edit: ConfigEdit,
  { steps }: Change,
  manner: InlineTables,
): string {
  try {
    return steps.reduce((current, step) => applyStep(current, step, manner), text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const key = pathText(edit.path.map((part) => part.toWellFormed()));
    throw new ConfigError(
      "edit_refused",
      `\`${key}\` is ${error.message}, which a config file cannot hold`,
      { file, key },
      { cause: error },
    );
  }
}

async function parseOrNull(text: string, file: AbsolutePath): Promise<TomlTable | null> {
  try {
    return await parseToml(text, file);
  } catch (error) {
    if (error instanceof ConfigError && error.code === "invalid_toml") return null;
    throw error;
  }
}
