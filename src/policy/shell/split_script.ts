import type { WordPart } from "./word.ts";

/** A word of a script, and where it stands, in UTF-16 units. */
export interface WrittenWord {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly WordPart[];
}

const BLANK = /(?:[ \t]|\\\n)+/y;
const SEPARATOR = /&&|\|\|?|;|\n/y;

/** One stretch of a word. A line that goes on behind a word does not belong to it. */
const STRETCH =
  /'([^']*)'|"((?:[^"\\$`]|\\[^])*)"|((?:[^ \t\n;|&<>()$`'"\\]|\\(?!\n)[^]|\\\n(?=[^ \t\n;|&<>()]))+)/y;

/** White space to one shell or grammar, and an ordinary character to another, where it is not quoted. */
const DISPUTED = /[^\S \t\n]/;

/** Shells mark notes of their own with some of these. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0e-\x1f\x7f]/;

/**
 * The words of a script, command by command, by what all POSIX shells agree about: blanks end words; line ends, `;`,
 * `|`, `&&` and `||` end commands; quotes and backslashes protect. `null` = there is more in it than that. Whether
 * the commands may stand where they do is not looked at.
 */
export function splitScript(script: string): readonly (readonly WrittenWord[])[] | null {
  if (CONTROL.test(script)) return null;
  const commands: WrittenWord[][] = [];
  let command: WrittenWord[] = [];
  for (let at = 0; at < script.length;) {
    const blank = matchAt(BLANK, script, at);
    const separator = blank === null ? matchAt(SEPARATOR, script, at) : null;
    if (separator !== null) {
      if (command.length > 0) commands.push(command);
      command = [];
    }
    const passed = blank ?? separator;
    if (passed !== null) {
      at += passed[0].length;
      continue;
    }
    const word = readWritten(script, at);
    if (word === null) return null;
    command.push(word);
    at = word.end;
  }
  return command.length > 0 ? [...commands, command] : commands;
}

function readWritten(script: string, start: number): WrittenWord | null {
  // A comment.
  if (script.charAt(start) === "#") return null;
  const parts: WordPart[] = [];
  let end = start;
  let braces = 0;
  for (;;) {
    const found = matchAt(STRETCH, script, end);
    if (found === null) break;
    const [whole, single, double, unquoted] = found;
    if (unquoted !== undefined) {
      if (DISPUTED.test(unquoted) || looksBlankByteByByte(unquoted)) return null;
      for (const [char] of unquoted.matchAll(/\\[^]|[{}]/g)) {
        if (char === "{") braces++;
        // To zsh, a brace that closes nothing ends the command.
        else if (char === "}" && --braces < 0) return null;
      }
      parts.push({ quoting: "none", source: unquoted });
    } else if (single !== undefined) parts.push({ quoting: "single", source: single });
    else parts.push({ quoting: "double", source: double ?? "" });
    end += whole.length;
  }
  const ended = end === script.length || /[ \t\n;|&\\]/.test(script.charAt(end));
  return parts.length > 0 && ended ? { start, end, parts } : null;
}

/** On macOS, a bash that reads bytes takes 0x85 and 0xA0 for blanks, which are parts of `à` and of other letters. */
function looksBlankByteByByte(text: string): boolean {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return false;
  return new TextEncoder().encode(text).some((byte) => byte === 0x85 || byte === 0xa0);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
