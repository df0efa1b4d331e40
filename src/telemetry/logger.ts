/** Levels as users of `RUST_LOG` know them. */
export type LogLevel = "error" | "warn" | "info" | "debug" | "trace";

/** Values worth keeping apart from the text. Never hand in a secret: nothing is redacted here. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where a room writes what only a maintainer wants to read. Cheap when the level is off. */
export interface Logger {
  enabled(level: LogLevel): boolean;
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  trace(message: string, fields?: LogFields): void;
  /** The same sink under another target, such as `codex_core::turn`. */
  withTarget(target: string): Logger;
}

const nothing = (): void => {};

/** A logger that drops everything: for tests and for callers that were given none. */
export const SILENT_LOGGER: Logger = {
  enabled: () => false,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  withTarget: () => SILENT_LOGGER,
};
