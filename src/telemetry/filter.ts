import type { LogFields, Logger, LogLevel } from "./logger.ts";

const RANKS: Readonly<Record<LogLevel | "off", number>> = {
  off: 0,
  error: 1,
  warn: 2,
  info: 3,
  debug: 4,
  trace: 5,
};

/** One clause of a filter: how much of what a target says is kept. */
interface Directive {
  /** Prefix of targets; `""` = all. */
  readonly target: string;
  readonly rank: number;
}

/**
 * Reads a filter as users of `RUST_LOG` write it: `debug`, `codex_core=trace,codex_exec=info`, `off`. A clause that
 * cannot be read is passed over; a bare target means everything it says. The longest target that fits decides.
 */
export function parseFilter(filter: string): readonly Directive[] {
  const directives = filter.split(",").flatMap((clause): Directive[] => {
    const [left = "", right, ...rest] = clause.trim().split("=").map((part) => part.trim());
    if (left === "" || rest.length > 0) return [];
    if (right === undefined) {
      const rank = rankOf(left);
      return [rank === null ? { target: left, rank: RANKS.trace } : { target: "", rank }];
    }
    const rank = rankOf(right);
    return rank === null ? [] : [{ target: left, rank }];
  });
  return directives.toSorted((a, b) => b.target.length - a.target.length);
}

function rankOf(word: string): number | null {
  const key = word.toLowerCase();
  return key in RANKS ? RANKS[key as LogLevel] : null;
}

export interface LoggerOptions {
  /** See {@link parseFilter}; blank or unreadable = `defaultLevel` for everything. */
  readonly filter: string;
  readonly defaultLevel: LogLevel;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/** A logger that keeps what the filter lets through, one line each: time, level, target, message, fields. */
export function createLogger(options: LoggerOptions): Logger {
  const parsed = parseFilter(options.filter);
  const directives = parsed.length > 0
    ? parsed
    : [{ target: "", rank: RANKS[options.defaultLevel] }];
  return new FilteredLogger(options, directives, "codex");
}

class FilteredLogger implements Logger {
  readonly #rank: number;

  constructor(
    readonly options: LoggerOptions,
    readonly directives: readonly Directive[],
    readonly target: string,
  ) {
    this.#rank = directives.find((entry) => covers(entry.target, target))?.rank ?? RANKS.off;
  }

  enabled(level: LogLevel): boolean {
    return RANKS[level] <= this.#rank;
  }

  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("debug", message, fields);
  }

  trace(message: string, fields?: LogFields): void {
    this.#log("trace", message, fields);
  }

  withTarget(target: string): Logger {
    return new FilteredLogger(this.options, this.directives, target);
  }

  #log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.enabled(level)) return;
    const time = new Date(this.options.now()).toISOString();
    const shown = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${typeof value === "string" ? oneLine(value) : value}`]
    );
    const head = `${time} ${level.toUpperCase().padStart(5)} ${this.target}: `;
    this.options.write(head + [oneLine(message), ...shown].join(" "));
  }
}

/** A record is a line: nothing in it may look like the next one. */
function oneLine(text: string): string {
  return text.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

function covers(prefix: string, target: string): boolean {
  return prefix === "" || target === prefix || target.startsWith(`${prefix}::`);
}
