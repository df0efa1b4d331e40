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
