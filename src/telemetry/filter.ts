import type { LogFields, Logger, LogLevel } from "./logger.ts";

export interface LoggerOptions {
  /** What `RUST_LOG` holds: `debug`, `codex_core=trace,codex_exec=info`, `off`. `""` = nothing is asked for. */
  readonly filter: string;
  /** In force where the filter names no level of its own for everything; `null` = nothing is let through there. */
  readonly defaultLevel: LogLevel | null;
  /** Takes one line at a time, without its newline. */
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Target of what is logged without {@link Logger.withTarget}. */
  readonly target?: string;
}

/** From quiet to talkative; the place in the list is what is compared. */
const LEVELS = ["off", "error", "warn", "info", "debug", "trace"] as const;
const LONGEST_NAME = 5;

/** A target, with all below it, and how much of it is let through. `""` = every target. */
interface Directive {
  readonly target: string;
  readonly level: number;
}

/**
 * A logger that lets through what a filter in the syntax of `RUST_LOG` asks for. Of several directives that fit a
 * target, the longest decides; of two alike, the later. What is no directive is passed over.
 *
 * Lines look like `2026-11-22T11:36:06.150Z  INFO codex_core::turn: message key=value`.
 */
export function createLogger(options: LoggerOptions): Logger {
  const directives = parseFilter(options.filter);
  if (!directives.some((directive) => directive.target === "")) {
    // A filter that names targets alone means those and no others.
    const level = directives.length > 0 ? "off" : options.defaultLevel ?? "off";
    directives.push({ target: "", level: LEVELS.indexOf(level) });
  }
  directives.sort((a, b) => b.target.length - a.target.length);
  return loggerFor(options.target ?? "codex", directives, options);
}

function loggerFor(
  target: string,
  directives: readonly Directive[],
  options: LoggerOptions,
): Logger {
  const most = directives.find((directive) => covers(directive.target, target))?.level ?? 0;
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (LEVELS.indexOf(level) > most) return;
    options.write(formatLine(options.now(), level, target, message, fields));
  };
  return {
    enabled: (level) => LEVELS.indexOf(level) <= most,
    error: at("error"),
    warn: at("warn"),
    info: at("info"),
    debug: at("debug"),
    trace: at("trace"),
    withTarget: (other) => loggerFor(other, directives, options),
  };
}

/** By whole segments between `::`, as `codex_core` covers `codex_core::turn` and not `codex_core_x`. */
function covers(directive: string, target: string): boolean {
  return directive === "" || target === directive || target.startsWith(`${directive}::`);
}

function parseFilter(filter: string): Directive[] {
  const found = new Map<string, number>();
  for (const piece of filter.split(",")) {
    const directive = parseDirective(piece.trim());
    if (directive !== null) found.set(directive.target, directive.level);
  }
  return [...found].map(([target, level]) => ({ target, level }));
}

const TARGET = /^[\w.:-]+$/;

function parseDirective(piece: string): Directive | null {
  const equals = piece.indexOf("=");
  if (equals === -1) {
    const level = levelNumber(piece);
    if (level !== null) return { target: "", level };
    return TARGET.test(piece) ? { target: piece, level: LEVELS.indexOf("trace") } : null;
  }
  const target = piece.slice(0, equals).trim();
  const level = levelNumber(piece.slice(equals + 1).trim());
  return level === null || !TARGET.test(target) ? null : { target, level };
}

function levelNumber(name: string): number | null {
  if (/^[0-5]$/.test(name)) return Number(name);
  const number = LEVELS.findIndex((level) => level === name.toLowerCase());
  return number === -1 ? null : number;
}

function formatLine(
  now: number,
  level: LogLevel,
  target: string,
  message: string,
  fields: LogFields | undefined,
): string {
  const name = level.toUpperCase().padStart(LONGEST_NAME);
  const pairs = Object.entries(fields ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${formatValue(value)}`);
  return `${new Date(now).toISOString()} ${name} ${target}: ${oneLine(message)}${pairs.join("")}`;
}

/** Quoted where a reader could not tell where it ends. */
function formatValue(value: string | number | boolean | null | undefined): string {
  return typeof value === "string" && !/^[^\s"=]+$/.test(value)
    ? JSON.stringify(value)
    : String(value);
}

/** A line of the log is one line, and moves no terminal's cursor. */
function oneLine(message: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what this is about
  return message.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    const escaped = JSON.stringify(character).slice(1, -1);
    return escaped === character
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      : escaped;
  });
}
