const UNQUOTED = 1;
const SINGLE = 2;
const DOUBLE = 4;

const PLAIN = /[+\-./0-9:@A-Z\]_a-z]/;

/** Which ways of quoting are right for one character, as a bit set. `0` = only as the first of a chunk. */
function waysFor(char: string): number {
  if (char === "^") return 0;
  if (char === "'") return DOUBLE;
  if (char === "\\") return DOUBLE;
  if (char === "`" || char === "$" || char === "!") return SINGLE;
  return PLAIN.test(char) ? UNQUOTED | SINGLE | DOUBLE : SINGLE | DOUBLE;
}

/** Length and quoting of the longest chunk at `from` that one way of quoting can hold. */
function nextChunk(chars: readonly string[], from: number): { end: number; ways: number } {
  let ways = UNQUOTED | SINGLE | DOUBLE;
  let end = from;
  if (chars[from] === "^") {
    // A shell with history expansion would read it as a substitution anywhere but in single quotes.
    ways = SINGLE;
    end++;
  }
  for (; end < chars.length; end++) {
    const both = ways & waysFor(chars[end] ?? "");
    if (both === 0) break;
    ways = both;
  }
  return { end, ways };
}

function quoteWord(word: string): string {
  if (word === "") return "''";
  const chars = [...word];
  let out = "";
  for (let from = 0; from < chars.length;) {
    const { end, ways } = nextChunk(chars, from);
    const chunk = chars.slice(from, end).join("");
    if ((ways & UNQUOTED) !== 0) out += chunk;
    else if ((ways & SINGLE) !== 0) out += `'${chunk}'`;
    else out += `"${chunk.replaceAll(/["\\]/g, "\\$&")}"`;
    from = end;
  }
  return out;
}

/**
 * The words as one line that a POSIX shell reads back as the same words. Clients compare these lines, so the choice
 * of quotes follows the common `shlex` rules exactly. A word with a NUL cannot be quoted: then the words are only
 * joined with spaces.
 */
export function shlexJoin(words: readonly string[]): string {
  if (words.some((word) => word.includes("\0"))) return words.join(" ");
  return words.map(quoteWord).join(" ");
}

/** What a backslash keeps its meaning before, within double quotes. */
const ESCAPED_IN_DOUBLE = '$`"\\\n';
const SPACES = " \t\n";

/** Reads one quoted stretch that starts after its quote. `null` = it never ends. */
function readQuoted(text: string, from: number, quote: string): [part: string, end: number] | null {
  let part = "";
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return [part, at + 1];
    const next = text.charAt(at + 1);
    if (quote === '"' && char === "\\" && next !== "" && ESCAPED_IN_DOUBLE.includes(next)) {
      if (next !== "\n") part += next;
      at++;
    } else part += char;
  }
  return null;
}

/** Reads one word. `null` = a quote or a backslash is left open. */
function readWord(text: string, from: number): [word: string, end: number] | null {
  let word = "";
  let at = from;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACES.includes(char)) break;
    if (char === "'" || char === '"') {
      const quoted = readQuoted(text, at + 1, char);
      if (quoted === null) return null;
      word += quoted[0];
      at = quoted[1];
    } else if (char === "\\") {
      const next = text.charAt(at + 1);
      if (next === "") return null;
      if (next !== "\n") word += next;
      at += 2;
    } else {
      word += char;
      at++;
    }
  }
  return [word, at];
}

/**
 * The words of a line by the `shlex` rules: blanks separate, quotes and backslashes protect, `#` at the start of a
 * word begins a comment. Nothing is expanded and operators are ordinary characters. `null` = a quote is left open.
 */
export function shlexSplit(text: string): string[] | null {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACES.includes(char)) at++;
    else if (char === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end + 1;
    } else {
      const read = readWord(text, at);
      if (read === null) return null;
      words.push(read[0]);
      at = read[1];
    }
  }
  return words;
}
