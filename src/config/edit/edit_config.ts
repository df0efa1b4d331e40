import { dirname } from "node:path";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { ConfigError } from "../error.ts";
import type { TomlTable } from "../toml.ts";
import type { ConfigEdit } from "./change.ts";
import {
  ChangedMeanwhile,
  type ConfigFile,
  configPath,
  configTarget,
  lockConfig,
  readConfigFile,
  writeConfigFile,
} from "./config_file.ts";
import { type EditedText, editText } from "./edit_text.ts";

/** Edits, or how they follow from what the file says at the moment of the write. */
export type Edits =
  | readonly ConfigEdit[]
  | ((before: TomlTable) => readonly ConfigEdit[] | Promise<readonly ConfigEdit[]>);

export interface EditConfigOptions {
  readonly codexHome: AbsolutePath;
  readonly edits: Edits;
  /** Ends the waiting for other writers; once the write has begun it is brought to its end. */
  readonly signal?: AbortSignal;
  /** Looks at the outcome before it is written, and throws to have nothing written. */
  readonly check?: (edited: EditedText) => void | Promise<void>;
}

export interface EditOutcome {
  /** `unchanged` = the file said all that already; it was not touched, nor made. */
  readonly kind: "written" | "unchanged";
  readonly file: AbsolutePath;
  readonly before: TomlTable;
  /** What the file says now. */
  readonly after: TomlTable;
}

/** How often the work is begun anew because an editor wrote the file in the meantime. */
const MAX_ROUNDS = 20;

/**
 * Edits the user's `config.toml`. Every byte that the edits do not speak of stays: comments, order, line ends, byte
 * order mark, and so do mode, owner and links of the file. Writers in other processes wait for each other; nobody's
 * work is lost. Readers, and whoever looks after the process was killed, see the old text or the new one.
 *
 * When it returns, the file says what the edits wish for.
 *
 * @throws ConfigError `invalid_toml` (with the place), `unreadable_file`, `unwritable_file`, `edit_refused`,
 * `edit_failed`: in each case the file is as it was
 */
export async function editConfig(options: EditConfigOptions): Promise<EditOutcome> {
  const { codexHome, signal } = options;
  const path = configPath(codexHome);
  for (let round = 1;; round += 1) {
    const target = await configTarget(path);
    if (!await isThere(dirname(target))) {
      const { edited } = await work(path, options);
      if (!edited.isChanged) return outcome("unchanged", path, edited);
    }
    await using _lock = await lockConfig(path, target, signal);
    const { file, edited } = await work(path, options);
    if (!edited.isChanged) return outcome("unchanged", path, edited);
    try {
      if (file.target !== target) throw new ChangedMeanwhile("the links lead elsewhere now");
      await writeConfigFile(file, edited.text, signal);
      return outcome("written", path, edited);
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error;
      if (round === MAX_ROUNDS) {
        throw new ConfigError(
          "unwritable_file",
          `Failed to write config file ${path}: another program keeps writing it`,
          { file: path },
          { cause: error },
        );
      }
    }
  }
}

async function work(
  path: AbsolutePath,
  { edits, check }: EditConfigOptions,
): Promise<{ file: ConfigFile; edited: EditedText }> {
  const file = await readConfigFile(path);
  const edited = await editText(
    file.text,
    path,
    typeof edits === "function" ? edits : () => edits,
  );
  await check?.(edited);
  return { file, edited };
}

function outcome(
  kind: EditOutcome["kind"],
  file: AbsolutePath,
  { before, after }: EditedText,
): EditOutcome {
  return { kind, file, before, after };
}

async function isThere(path: AbsolutePath): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
