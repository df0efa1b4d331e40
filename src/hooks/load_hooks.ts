import {
  ConfigError,
  type HookSettings,
  type HookSource,
  type HookState,
  readConfigText,
} from "../config/mod.ts";
import { locatedMessage, positionAt } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { type Definitions, type HookDefinition, readDefinitions } from "./definitions.ts";
import { JsonFlaw, parsePlacedJson } from "./json_places.ts";
import { hookHash, hookKey } from "./trust.ts";

/** A hook that may run. */
export interface Hook extends HookDefinition {
  /** Where it stands, for people. */
  readonly file: string;
}

export interface LoadedHooks {
  /** In the order in which they were written, lowest layer first. */
  readonly hooks: readonly Hook[];
  /** For people: what is wrong, and what does not run until they have looked at it. */
  readonly warnings: readonly string[];
}

/** More lines than this help nobody. */
const MAX_WARNINGS = 20;

/**
 * Reads the hooks of every layer. A broken file costs its hooks and a warning.
 *
 * @throws ConfigError about the first thing that is wrong, where the settings want that
 */
export async function loadHooks(settings: HookSettings): Promise<LoadedHooks> {
  const loader = new Loader(settings);
  for (const source of settings.sources) await loader.source(source);
  const { hooks, warnings } = loader;
  const left = warnings.length - MAX_WARNINGS;
  if (left <= 0) return { hooks, warnings };
  return { hooks, warnings: [...warnings.slice(0, MAX_WARNINGS), `And ${left} more about hooks.`] };
}

/** A file, or what stands in its place, with the hooks in it. */
interface ReadFile extends Definitions {
  readonly file: string;
  /** `null` = there is nothing to show. */
  readonly text: string | null;
  placeOf(path: readonly string[]): number | null;
}

class Loader {
  readonly hooks: Hook[] = [];
  readonly warnings: string[] = [];

  constructor(readonly settings: HookSettings) {}

  async source(source: HookSource): Promise<void> {
    const json = source.jsonFile === null ? null : await this.#jsonFile(source.jsonFile);
    const inline = source.inline === undefined ? null : this.#inline(source);
    const hasBoth = [json, inline].every((read) => (read?.definitions.length ?? 0) > 0);
    for (const read of [json, inline]) {
      if (read === null) continue;
      if (source.isNested) this.#nested(read);
      else {
        this.#flaws(read);
        await this.#admit(read, source);
      }
    }
    if (hasBoth && !source.isNested) {
      this.warnings.push(
        `${json?.file} and ${inline?.file} both have hooks, and all of them run. Keep them in one of the two.`,
      );
    }
  }

  async #jsonFile(file: AbsolutePath): Promise<ReadFile | null> {
    let text: string | null;
    try {
      text = await readConfigText(file);
    } catch (error) {
      if (!(error instanceof ConfigError) || this.settings.strict) throw error;
      this.warnings.push(`${error.message}. Its hooks do not run.`);
      return null;
    }
    if (text === null) return null;
    try {
      const { value, placeOf } = parsePlacedJson(text);
      const inFile = (path: readonly string[]) => placeOf(["hooks", ...path]);
      return { file, text, placeOf: inFile, ...this.#document(value) };
    } catch (error) {
      if (!(error instanceof JsonFlaw)) throw error;
      const { offset, message } = error;
      const flaw = { path: [], message: `${message}. Its hooks do not run` };
      return { file, text, placeOf: () => offset, definitions: [], flaws: [flaw] };
    }
  }

  #document(value: unknown): Definitions {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    const events = isObject ? (value as Record<string, unknown>)["hooks"] : undefined;
    if (events !== undefined) return readDefinitions(events);
    return { definitions: [], flaws: [{ path: [], message: 'the file needs an object "hooks"' }] };
  }

  #inline(source: HookSource): ReadFile {
    return {
      file: source.file ?? "-c hooks",
      text: source.text,
      placeOf: (path) => source.placeOf(path),
      ...readDefinitions(source.inline),
    };
  }

  #flaws({ flaws, file, text, placeOf }: ReadFile): void {
    for (const { path, message } of flaws) {
      const offset = text === null ? null : placeOf(path) ?? 0;
      const at = text === null || offset === null ? null : positionAt(text, offset);
      const where = at === null ? file : `${file}:${at.line}:${at.column}`;
      if (!this.settings.strict) {
        this.warnings.push(`${where}: ${message}.`);
        continue;
      }
      const shown = at === null || text === null
        ? `${where}: ${message}`
        : locatedMessage({ file, text, start: at, end: at, message });
      throw new ConfigError("invalid_value", shown, {
        file,
        line: at?.line ?? null,
        column: at?.column ?? null,
      });
    }
  }

  async #admit(
    { definitions, file }: ReadFile,
    { isManaged, isProject }: HookSource,
  ): Promise<void> {
    const needsReview = isProject && !this.settings.reviewed;
    const unknown: string[] = [];
    let changed = 0;
    for (const hook of definitions) {
      const key = hookKey(file, hook);
      const state: HookState = Object.hasOwn(this.settings.state, key)
        ? this.settings.state[key]!
        : {};
      if (state.enabled === false && !isManaged) continue;
      const hash = needsReview ? await hookHash(hook) : null;
      if (hash === null || state.trusted_hash === hash) this.hooks.push({ ...hook, file });
      else {
        if (state.trusted_hash !== undefined) changed++;
        unknown.push(`[hooks.state.${JSON.stringify(key)}]\ntrusted_hash = "${hash}"`);
      }
    }
    if (isProject && !needsReview && definitions.length > 0) {
      this.warnings.push(`The hooks of ${file} run without a review, as you asked.`);
    }
    if (unknown.length === 0) return;
    const since = changed === 0 ? "" : ` (${changed} changed since)`;
    this.warnings.push(
      `${file} has hooks that you have not reviewed${since}, so they do not run. Read them, with the ` +
        `programs that they start. To let them run, put this into ${this.settings.userFile}:\n` +
        unknown.join("\n"),
    );
  }

  #nested({ definitions, file }: ReadFile): void {
    if (definitions.length === 0) return;
    this.warnings.push(
      `${file} has hooks, which do not run: of a project only the hooks at its root count.`,
    );
  }
}
