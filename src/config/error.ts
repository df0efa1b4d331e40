import type { AbsolutePath } from "../protocol/mod.ts";

/**
 * What is wrong with the configuration.
 *
 * - `codex_home`: `CODEX_HOME` names something that is no directory.
 * - `unreadable_file`, `empty_file`: a config file, or a file that a key names.
 * - `invalid_toml`: syntax. `invalid_value`, `missing_value`: a known key of the wrong type, or absent.
 * - `unknown_key`: a key that nobody knows, where only known ones are wanted.
 * - `untrusted_key`: a setting of a folder that is not trusted enough for it, where all have to count.
 * - `invalid_override`: `-c` without `=` or without a key. `unknown_feature`: `--enable` of an unknown name.
 * - `invalid_requirements`: what an administrator requires is not well-formed.
 * - `unknown_profile`, `unknown_provider`, `no_local_provider`: a name that nothing defines.
 * - `edit_refused`: an edit that would cost what people wrote, or that no file can hold. `edit_failed`: one that no way of
 *   writing it down brings about. `unwritable_file`: the system says no. In each case nothing was written.
 */
export type ConfigErrorCode =
  | "codex_home"
  | "unreadable_file"
  | "empty_file"
  | "invalid_toml"
  | "invalid_value"
  | "missing_value"
  | "unknown_key"
  | "untrusted_key"
  | "invalid_override"
  | "unknown_feature"
  | "unknown_profile"
  | "unknown_provider"
  | "no_local_provider"
  | "invalid_requirements"
  | "edit_refused"
  | "edit_failed"
  | "unwritable_file";

/** Where in a file. Lines and columns count from 1; columns count characters. */
export interface Place {
  readonly file: AbsolutePath | null;
  readonly line: number | null;
  readonly column: number | null;
  /** Dotted key. */
  readonly key: string | null;
}

const NOWHERE: Place = { file: null, line: null, column: null, key: null };

/** Codes of errors that are noticed while files and values are read, before any of them is used. */
const OF_FILES: ReadonlySet<ConfigErrorCode> = new Set([
  "invalid_toml",
  "invalid_value",
  "missing_value",
  "unknown_key",
  "untrusted_key",
]);

/** A configuration that cannot be used. `message` is complete for a person and may span lines. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly file: AbsolutePath | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly key: string | null;

  constructor(
    code: ConfigErrorCode,
    message: string,
    place: Partial<Place> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    const { file, line, column, key } = { ...NOWHERE, ...place };
    this.code = code;
    this.file = file;
    this.line = line;
    this.column = column;
    this.key = key;
  }

  /** As a command says it that cannot start: what is wrong in a file or a value is told apart from what is missing. */
  get complaint(): string {
    if (this.code === "invalid_override") return this.message;
    if (this.located) return `Error loading config.toml:\n${this.message}`;
    const isOfFile = this.code === "unreadable_file" && this.key === null;
    return isOfFile || OF_FILES.has(this.code)
      ? `Error loading config.toml: ${this.message}`
      : `Error: ${this.message}`;
  }

  /** True when the message begins with `path:line:column:` and shows the source line. */
  get located(): boolean {
    return this.line !== null;
  }
}

/** What the system said, without the call and the path that the runtime adds behind it. */
export function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(/: \w+ '[^']*'$/, "");
}

/** A path of keys as one writes it in TOML. */
export function dottedKey(path: readonly string[]): string {
  return path.map((key) => /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key)).join(".");
}
