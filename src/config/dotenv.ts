import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { readConfigBytes } from "./read_file.ts";

type Env = Readonly<Record<string, string>>;

/**
 * Variables of `$CODEX_HOME/.env`, for laying over the environment. A missing or unreadable file is empty,
 * a bad line is skipped, and names that begin with `CODEX_` in any case are never taken from it.
 *
 * @param env where `$NAME` in a value is looked up when no line above sets it
 */
export async function loadDotEnv(
  codexHome: AbsolutePath,
  env: Env = {},
): Promise<Record<string, string>> {
  const bytes = await readConfigBytes(join(codexHome, ".env")).catch(() => null);
  const values = bytes === null ? {} : parseDotEnv(new TextDecoder().decode(bytes), env);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isReserved(name)));
}

/** Names of the program itself. */
function isReserved(name: string): boolean {
  return name.toUpperCase().startsWith("CODEX_");
}

/**
 * Reads `KEY=value` lines: optional `export`, comments behind a blank, quotes (single ones keep everything,
 * double ones know escapes and variables, both may span lines), `$NAME` and `${NAME}`.
 */
export function parseDotEnv(text: string, env: Env): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  const lookUp = (name: string) =>
    (isReserved(name) ? env[name] ?? values[name] : values[name] ?? env[name]) ?? "";
  const assignment = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*/y;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length;) {
    assignment.lastIndex = at;
    const name = assignment.exec(text)?.[1];
    const value = name === undefined ? null : readValue(text, assignment.lastIndex, lookUp);
    if (name !== undefined && value !== null) values[name] = value.text;
    const end = text.indexOf("\n", value?.end ?? at);
    at = end === -1 ? text.length : end + 1;
  }
  return values;
}

/** The value that begins at `start`, and the offset where it ends; `null` = the line is bad. */
function readValue(
  text: string,
  start: number,
  lookUp: (name: string) => string,
): { text: string; end: number } | null {
  const piece =
    /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([\\'"$ n])|\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))|([^\s'"\\$]|\$)/y;
  let value = "";
  let end = start;
  for (;;) {
    piece.lastIndex = end;
    const match = piece.exec(text);
    if (match === null) break;
    // A comment begins where a word could.
    if (end === start && match[0] === "#") break;
    const [, single, double, escaped, braced, name, plain] = match;
    const variable = braced ?? name;
    if (double !== undefined) {
      const inner = withinQuotes(double, lookUp);
      if (inner === null) return null;
      value += inner;
    } else if (variable !== undefined) value += lookUp(variable);
    else value += single ?? (escaped === "n" ? "\n" : escaped) ?? plain;
    end = piece.lastIndex;
  }
  const rest = /[ \t]*(?:(?<=[ \t=])#[^\n]*)?\r?(?:\n|$)/y;
  rest.lastIndex = end;
  return rest.test(text) ? { text: value, end } : null;
}

/** Text between double quotes; `null` = it has an escape that nobody knows. */
function withinQuotes(text: string, lookUp: (name: string) => string): string | null {
  if (/(?:^|[^\\])(?:\\\\)*\\[^\\'"$ n]/.test(text)) return null;
  return text.replace(
    /\\([^])|\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g,
    (_, escaped?: string, braced?: string, name?: string) =>
      escaped === undefined ? lookUp(braced ?? name ?? "") : escaped === "n" ? "\n" : escaped,
  );
}
