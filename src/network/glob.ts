/** One character of a glob, or any number of them. */
type Token = "star" | ((character: string) => boolean);

/** Braces multiply; nobody writes so many by hand. */
const MOST_ALTERNATIVES = 64;

/**
 * Compiles a glob over whole texts: `*` any characters, `?` one, `[a-z]` and `[!a-z]` one of a class, `{a,b}` either,
 * `\` takes the next as it is. Matching takes time in proportion to both lengths multiplied, whatever the text is.
 * Returns the reason when the glob is broken.
 */
export function compileGlob(
  glob: string,
): { readonly matches: (text: string) => boolean } | { readonly reason: string } {
  try {
    const alternatives = expandBraces(glob).map(tokens);
    return { matches: (text) => alternatives.some((list) => matchTokens(list, text)) };
  } catch (error) {
    if (error instanceof BrokenGlob) return { reason: error.message };
    throw error;
  }
}

class BrokenGlob extends Error {
  override readonly name = "BrokenGlob";
}

function expandBraces(glob: string): string[] {
  const open = findUnescaped(glob, 0, "{}");
  if (open < 0) return [glob];
  if (glob.charAt(open) === "}") throw new BrokenGlob("a } was not opened");
  const choices: string[] = [];
  let start = open + 1;
  let depth = 1;
  let at = open;
  while (depth > 0) {
    at = findUnescaped(glob, at + 1, "{},");
    if (at < 0) throw new BrokenGlob("a { is not closed");
    const character = glob.charAt(at);
    if (character === "{") depth++;
    else if (character === "}") depth--;
    if (depth === 0 || (depth === 1 && character === ",")) {
      choices.push(glob.slice(start, at));
      start = at + 1;
    }
  }
  const [before, after] = [glob.slice(0, open), glob.slice(at + 1)];
  const expanded = choices.flatMap((choice) => expandBraces(before + choice + after));
  if (expanded.length > MOST_ALTERNATIVES) throw new BrokenGlob("it has too many alternatives");
  return expanded;
}

function findUnescaped(text: string, from: number, wanted: string): number {
  for (let at = from; at < text.length; at++) {
    if (text.charAt(at) === "\\") at++;
    else if (wanted.includes(text.charAt(at))) return at;
  }
  return -1;
}

function tokens(glob: string): Token[] {
  const list: Token[] = [];
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (character === "*") {
      if (list.at(-1) !== "star") list.push("star");
    } else if (character === "?") {
      list.push(() => true);
    } else if (character === "[") {
      const negated = "!^".includes(glob.charAt(at + 1) || " ");
      const first = at + (negated ? 2 : 1);
      // A bracket right at the start of a class belongs to it.
      const end = glob.indexOf("]", first + 1);
      if (end < 0) throw new BrokenGlob("a [ is not closed");
      const inside = characterClass(glob.slice(first, end));
      list.push((candidate) => inside(candidate) !== negated);
      at = end;
    } else if (character === "\\") {
      at++;
      if (at >= glob.length) throw new BrokenGlob("it ends in a backslash");
      list.push(exactly(glob.charAt(at)));
    } else {
      list.push(exactly(character));
    }
  }
  return list;
}

function exactly(wanted: string): Token {
  return (candidate) => candidate === wanted;
}

function characterClass(text: string): (character: string) => boolean {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < text.length; at++) {
    const low = text.charAt(at);
    if (text.charAt(at + 1) === "-" && at + 2 < text.length) {
      const high = text.charAt(at + 2);
      if (high < low) throw new BrokenGlob("a class of characters has its range reversed");
      ranges.push([low, high]);
      at += 2;
    } else {
      ranges.push([low, low]);
    }
  }
  return (character) => ranges.some(([low, high]) => low <= character && character <= high);
}

/** Going back to the last star alone is enough: an earlier one could take no more than that. */
function matchTokens(list: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const current = list[token];
    if (current === "star") {
      star = token++;
      resume = at;
    } else if (current?.(text.charAt(at))) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (list[token] === "star") token++;
  return token === list.length;
}
