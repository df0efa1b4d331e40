import { Fault } from "./error.ts";
import type { Token } from "./lexer.ts";

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

/** Reads the string literal at `start`, whose prefix and quote are known to be there. */
export function readString(text: string, start: number): Token {
  let at = start;
  while (text[at] !== '"' && text[at] !== "'") at += 1;
  const prefix = text.slice(start, at).toLowerCase();
  const quote = text[at]!;
  const fence = text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  const { value, end } = new Body(text, start, fence, prefix.includes("r")).read(at + fence.length);
  if (!prefix.includes("f")) return { type: "string", value, start, end };
  return { type: "format", parts: formatParts(value, { start, end }), start, end };
}

class Body {
  readonly #pieces: string[] = [];

  constructor(
    private readonly text: string,
    private readonly start: number,
    private readonly fence: string,
    private readonly raw: boolean,
  ) {}

  read(from: number): { value: string; end: number } {
    let at = from;
    let pending = from;
    for (;;) {
      const char = this.text[at];
      if (char === undefined || (char === "\n" && this.fence.length === 1)) {
        throw this.#fault("a string is not closed", at);
      }
      if (this.text.startsWith(this.fence, at)) break;
      if (char === "\\") {
        this.#pieces.push(this.text.slice(pending, at));
        at = this.#escape(at);
        pending = at;
      } else {
        at += 1;
      }
    }
    this.#pieces.push(this.text.slice(pending, at));
    return { value: this.#pieces.join(""), end: at + this.fence.length };
  }

  /** Returns where the text goes on. */
  #escape(at: number): number {
    const char = this.text[at + 1];
    if (char === undefined) throw this.#fault("a string is not closed", at);
    if (this.raw) {
      this.#pieces.push(`\\${char}`);
      return at + 2;
    }
    const simple = SIMPLE_ESCAPES[char];
    if (simple !== undefined) {
      this.#pieces.push(simple);
      return at + 2;
    }
    const digits = this.#digits(at + 1, char);
    if (digits === null) {
      if ("xuU".includes(char)) throw this.#fault(`\\${char} needs more digits`, at);
      this.#pieces.push(`\\${char}`);
      return at + 2;
    }
    const point = parseInt(digits.text, digits.radix);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      throw this.#fault("there is no such character", at);
    }
    this.#pieces.push(String.fromCodePoint(point));
    return digits.end;
  }

  #digits(at: number, char: string): { text: string; radix: number; end: number } | null {
    const lengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
    const length = lengths[char];
    if (length !== undefined) {
      const text = this.text.slice(at + 1, at + 1 + length);
      if (text.length < length || !/^[0-9a-fA-F]+$/.test(text)) return null;
      return { text, radix: 16, end: at + 1 + length };
    }
    const octal = /^[0-7]{1,3}/.exec(this.text.slice(at, at + 3))?.[0];
    return octal === undefined ? null : { text: octal, radix: 8, end: at + octal.length };
  }

  #fault(message: string, at: number): Fault {
    return new Fault("syntax", message, { start: this.start, end: Math.max(at, this.start + 1) });
  }
}

/** The pieces of an f-string. Only plain names may stand in braces; `{{` and `}}` are braces. */
function formatParts(
  value: string,
  span: { start: number; end: number },
): (string | { name: string })[] {
  const parts: (string | { name: string })[] = [];
  let literal = "";
  for (let at = 0; at < value.length;) {
    const char = value[at]!;
    if ((char === "{" || char === "}") && value[at + 1] === char) {
      literal += char;
      at += 2;
    } else if (char === "{") {
      const end = value.indexOf("}", at);
      const name = value.slice(at + 1, end === -1 ? at + 1 : end);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        throw new Fault("syntax", "only a plain name may stand in the braces", span);
      }
      parts.push(literal, { name });
      literal = "";
      at = end + 1;
    } else if (char === "}") {
      throw new Fault("syntax", "a closing brace stands alone; write it twice", span);
    } else {
      literal += char;
      at += 1;
    }
  }
  parts.push(literal);
  return parts;
}
