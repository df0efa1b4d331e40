/**
 * A word of a command. `text` is what rules see: as written, without its quotes. `exact` is what a shell makes of
 * it, or `null` where that depends on files, variables or the kind of shell; then every word it becomes starts
 * with `prefix`.
 */
export interface Word {
  readonly text: string;
  readonly exact: string | null;
  readonly prefix: string;
}

export function exactWord(text: string): Word {
  return { text, exact: text, prefix: text };
}

/** A stretch of a word, still as written, by the way in which it is quoted. */
export interface WordPart {
  readonly quoting: "none" | "single" | "double";
  /** Without the quotes. */
  readonly source: string;
}

/** Ends an unquoted word, or starts something that is more than a word. */
const NEVER_UNQUOTED = /[$`'"<>|&;()\s]/;
/** Files, home folders, lists: what an unquoted word may turn into others by. `=` opens a path in zsh. */
const EXPANDS = /[*?[\]{}~^]/;
const ESCAPED_IN_DOUBLE = '$`"\\';

interface Reading {
  value: string;
  /** Where `value` stops being certain. */
  certain: number | null;
}

function readUnquoted(source: string, into: Reading): boolean {
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === "\\") {
      at++;
      if (at >= source.length) return false;
      if (source.charAt(at) !== "\n") into.value += source.charAt(at);
      continue;
    }
    if (NEVER_UNQUOTED.test(char)) return false;
    if (EXPANDS.test(char) || (char === "=" && into.value === "")) {
      into.certain ??= into.value.length;
    }
    into.value += char;
  }
  return true;
}

function readDouble(source: string, into: Reading): boolean {
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === "\\") {
      const next = source.charAt(at + 1);
      if (next === "\n") at++;
      else if (next !== "" && ESCAPED_IN_DOUBLE.includes(next)) {
        into.value += next;
        at++;
      } else into.value += char;
      continue;
    }
    if (char === "`" || char === "$") return false;
    into.value += char;
  }
  return true;
}

/** What the parts make together. `null` = not a plain word. */
export function readWord(parts: readonly WordPart[]): Word | null {
  const text = parts.map(({ source }) => source).join("");
  // Braces with nothing between them stand for themselves; `find` and `xargs` use them.
  if (text === "{}" && parts.every(({ quoting }) => quoting === "none")) return exactWord(text);
  const reading: Reading = { value: "", certain: null };
  for (const { quoting, source } of parts) {
    if (quoting === "single") reading.value += source;
    else if (quoting === "none" && !readUnquoted(source, reading)) return null;
    else if (quoting === "double" && !readDouble(source, reading)) return null;
  }
  const { value, certain } = reading;
  return certain === null
    ? { text, exact: value, prefix: value }
    : { text, exact: null, prefix: value.slice(0, certain) };
}
