import type { Budget } from "./budget.ts";
import { Fault, type Span } from "./error.ts";
import { readString } from "./string_literal.ts";

export type Token = Span & TokenKind;

type TokenKind =
  | { readonly type: "name" | "keyword" | "sign"; readonly text: string }
  | { readonly type: "integer"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "format"; readonly parts: readonly (string | { readonly name: string })[] }
  | { readonly type: "newline" | "indent" | "dedent" | "end" };

const KEYWORDS = new Set(
  "and or not in if else elif for def return lambda load pass break continue".split(" "),
);
/** Words that a Python programmer may try, and that mean nothing here. */
const RESERVED = new Set(
  ("as assert async await class del except finally from global import is nonlocal raise try while " +
    "with yield").split(" "),
);
/** Longest first. */
const SIGNS = [
  ..."//= <<= >>= ...".split(" "),
  ..."== != <= >= += -= *= /= %= |= &= ^= << >> // ** ->".split(" "),
  ..."+-*/%|&^~<>=()[]{},;:.",
];

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)/y;
const FLOAT = /[0-9]*\.[0-9]+|[0-9]+\.|[0-9]+(?:\.[0-9]*)?[eE][+-]?[0-9]+/y;
const STRING_START = /(?:[rR]|[fF]|[fF][rR]|[rR][fF])?(?:"|')/y;

/** Cuts source text into tokens, one at a time; indentation becomes `indent` and `dedent`. */
export class Lexer {
  #at = 0;
  #open = 0;
  #lineStart = true;
  readonly #indents = [0];
  #dedents = 0;
  #ended = false;

  constructor(private readonly text: string, private readonly budget: Budget) {}

  next(): Token {
    this.budget.token();
    if (this.#dedents > 0) {
      this.#dedents -= 1;
      return this.#layout("dedent");
    }
    if (this.#lineStart && this.#open === 0) {
      const change = this.#indentation();
      if (change !== null) return change;
    }
    this.#skipBlanks();
    const start = this.#at;
    const char = this.text[start];
    if (char === undefined) return this.#end();
    if (char === "\n") {
      this.#at += 1;
      this.#lineStart = true;
      return { type: "newline", start, end: start + 1 };
    }
    return this.#word(start) ?? this.#number(start) ?? this.#sign(start);
  }

  /** The change of indentation at the start of a line with something on it. */
  #indentation(): Token | null {
    this.#lineStart = false;
    for (;;) {
      const start = this.#at;
      while (this.text[this.#at] === " ") this.#at += 1;
      const width = this.#at - start;
      this.#skipBlanks();
      if (this.text[this.#at] === "\n") {
        this.#at += 1;
        continue;
      }
      return this.#indentTo(this.text[this.#at] === undefined ? 0 : width);
    }
  }

  #indentTo(width: number): Token | null {
    const current = this.#indents.at(-1)!;
    if (width === current) return null;
    if (width > current) {
      this.#indents.push(width);
      return this.#layout("indent");
    }
    while (this.#indents.at(-1)! > width) {
      this.#indents.pop();
      this.#dedents += 1;
    }
    if (this.#indents.at(-1) !== width) {
      throw this.#fault("this line is indented like none above it", this.#at);
    }
    this.#dedents -= 1;
    return this.#layout("dedent");
  }

  /** Blanks, comments, joined lines; inside brackets the ends of lines, too. */
  #skipBlanks(): void {
    for (;;) {
      const char = this.text[this.#at];
      if (char === " " || char === "\r" || (char === "\n" && this.#open > 0)) {
        this.#at += 1;
      } else if (char === "\t") {
        throw this.#fault("tabs are not allowed", this.#at);
      } else if (char === "#") {
        const end = this.text.indexOf("\n", this.#at);
        this.#at = end === -1 ? this.text.length : end;
      } else if (char === "\\" && /^\r?\n/.test(this.text.slice(this.#at + 1, this.#at + 3))) {
        this.#at = this.text.indexOf("\n", this.#at) + 1;
      } else {
        return;
      }
    }
  }

  #end(): Token {
    if (this.#open > 0) throw this.#fault("a bracket is not closed", this.#at);
    if (!this.#ended) {
      this.#ended = true;
      this.#dedents = this.#indents.length - 1;
      this.#indents.length = 1;
      return this.#layout("newline");
    }
    return this.#layout("end");
  }

  #word(start: number): Token | null {
    if (matchAt(STRING_START, this.text, start) !== null) {
      const token = readString(this.text, start);
      this.#at = token.end;
      return token;
    }
    const text = matchAt(NAME, this.text, start);
    if (text === null) return null;
    this.#at += text.length;
    if (RESERVED.has(text)) throw this.#fault(`${text} means nothing in rules`, start, this.#at);
    return { type: KEYWORDS.has(text) ? "keyword" : "name", text, start, end: this.#at };
  }

  #number(start: number): Token | null {
    const float = matchAt(FLOAT, this.text, start);
    if (float !== null) {
      throw this.#fault("only whole numbers are known here", start, start + float.length);
    }
    const text = matchAt(NUMBER, this.text, start);
    if (text === null) return null;
    this.#at += text.length;
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw this.#fault("number too large", start, this.#at);
    if (matchAt(NAME, this.text, this.#at) !== null || /^0[0-9]/.test(text)) {
      throw this.#fault("this is no number", start, this.#at);
    }
    return { type: "integer", value, start, end: this.#at };
  }

  #sign(start: number): Token {
    const text = SIGNS.find((each) => this.text.startsWith(each, start));
    if (text === undefined) throw this.#fault("this sign means nothing in rules", start);
    this.#at += text.length;
    if ("([{".includes(text)) this.#open += 1;
    if (")]}".includes(text)) this.#open = Math.max(0, this.#open - 1);
    return { type: "sign", text, start, end: this.#at };
  }

  #layout(type: "newline" | "indent" | "dedent" | "end"): Token {
    return { type, start: this.#at, end: this.#at };
  }

  #fault(message: string, start: number, end = start + 1): Fault {
    return new Fault("syntax", message, { start, end });
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
