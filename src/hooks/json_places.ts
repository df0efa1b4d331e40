/** Text that is no JSON; `offset` in UTF-16 units. */
export class JsonFlaw extends Error {
  override readonly name = "JsonFlaw";

  constructor(readonly offset: number, message: string) {
    super(message);
  }
}

export interface PlacedJson {
  readonly value: unknown;
  /** Where the value at a path of keys and indices begins; `null` = there is none. */
  placeOf(path: readonly string[]): number | null;
}

/** Far deeper than anybody writes, and no danger to the stack. */
const MAX_DEPTH = 64;

/** @throws JsonFlaw at the first character that does not belong */
export function parsePlacedJson(text: string): PlacedJson {
  const reader = new Reader(text);
  const value = reader.document();
  return { value, placeOf: (path) => reader.places.get(keyOf(path)) ?? null };
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

class Reader {
  readonly places = new Map<string, number>();
  #at = 0;

  constructor(readonly text: string) {}

  document(): unknown {
    this.#blanks();
    const value = this.#value([]);
    this.#blanks();
    if (this.#at < this.text.length) throw this.#flaw("nothing may stand behind the last brace");
    return value;
  }

  #value(path: readonly string[]): unknown {
    if (path.length > MAX_DEPTH) throw this.#flaw("this is nested too deep");
    this.places.set(keyOf(path), this.#at);
    switch (this.text[this.#at]) {
      case "{":
        return this.#object(path);
      case "[":
        return this.#array(path);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #object(path: readonly string[]): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    this.#list("}", () => {
      if (this.text[this.#at] !== '"') {
        throw this.#flaw('a key in double quotes or "}" belongs here');
      }
      const start = this.#at;
      const key = this.#string();
      if (Object.hasOwn(result, key)) {
        this.#at = start;
        throw this.#flaw(`the key ${JSON.stringify(key)} stands here twice`);
      }
      this.#blanks();
      if (this.text[this.#at] !== ":") throw this.#flaw('":" belongs here');
      this.#at++;
      this.#blanks();
      result[key] = this.#value([...path, key]);
    });
    return result;
  }

  #array(path: readonly string[]): unknown[] {
    const result: unknown[] = [];
    this.#list("]", () => result.push(this.#value([...path, String(result.length)])));
    return result;
  }

  #list(end: string, readOne: () => void): void {
    this.#at++;
    this.#blanks();
    if (this.text[this.#at] === end) {
      this.#at++;
      return;
    }
    while (true) {
      readOne();
      this.#blanks();
      const next = this.text[this.#at];
      if (next !== "," && next !== end) throw this.#flaw(`"," or "${end}" belongs here`);
      this.#at++;
      if (next === end) return;
      this.#blanks();
    }
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== '"' && this.text[end] !== "\n") {
      end += this.text[end] === "\\" ? 2 : 1;
    }
    if (this.text[end] !== '"') throw this.#flaw("this text has no end in its line");
    try {
      const value = JSON.parse(this.text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      throw this.#flaw("this text has a character or an escape that JSON does not allow");
    }
  }

  #scalar(): unknown {
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    const number = this.#match(NUMBER);
    if (number !== null) return Number(number);
    throw this.#flaw(this.#at < this.text.length ? "a value belongs here" : "the end is missing");
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #blanks(): void {
    while (" \t\n\r".includes(this.text[this.#at] ?? "x")) this.#at++;
  }

  #flaw(message: string): JsonFlaw {
    return new JsonFlaw(Math.min(this.#at, Math.max(0, this.text.length - 1)), message);
  }
}
