/** Offsets in UTF-16 units; `end` is the first one behind. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the value at `path` stands in a TOML document: a value, or the header or key of a table. Array
 * elements are addressed by their index in decimal. `null` = the document does not say it.
 *
 * For documents that a parser has accepted: this scanner looks for ends, it does not check.
 */
export function findSpan(text: string, path: readonly string[]): Span | null {
  const scanner = new Scanner(text);
  scanner.document();
  return scanner.spans.get(keyOf(path)) ?? null;
}

/**
 * Where the keys of a document stand: the key before the equals sign, or the header of a table. One reading serves many
 * questions.
 */
export function keySpans(text: string): (path: readonly string[]) => Span | null {
  const scanner = new Scanner(text);
  scanner.document();
  return (path) => scanner.keys.get(keyOf(path)) ?? scanner.spans.get(keyOf(path)) ?? null;
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path);

class Scanner {
  readonly spans = new Map<string, Span>();
  readonly keys = new Map<string, Span>();
  #at = 0;
  /** Number of elements seen of each `[[array]]`. */
  readonly #counts = new Map<string, number>();

  constructor(private readonly text: string) {}

  document(): void {
    let table: string[] = [];
    for (;;) {
      this.#skipBlank(true);
      if (this.#at >= this.text.length) return;
      if (this.#peek() === "[") table = this.#header();
      else this.#pair(table);
    }
  }

  #peek(): string {
    return this.text[this.#at] ?? "";
  }

  #header(): string[] {
    const start = this.#at;
    const isArray = this.text.startsWith("[[", start);
    this.#at += isArray ? 2 : 1;
    const keys = this.#dottedKey();
    this.#at += isArray ? 2 : 1;
    const path = this.#throughArrays(keys.slice(0, -1));
    path.push(keys.at(-1) ?? "");
    if (isArray) {
      const index = this.#counts.get(keyOf(path)) ?? 0;
      this.#counts.set(keyOf(path), index + 1);
      this.#note(path, start);
      path.push(String(index));
    }
    this.#note(path, start);
    return path;
  }

  /** A header that goes through an array of tables means its last element. */
  #throughArrays(keys: readonly string[]): string[] {
    const path: string[] = [];
    for (const key of keys) {
      path.push(key);
      const count = this.#counts.get(keyOf(path));
      if (count !== undefined) path.push(String(count - 1));
    }
    return path;
  }

  #pair(table: readonly string[]): void {
    const start = this.#at;
    const keys = this.#dottedKey();
    const keyEnd = this.#at;
    this.keys.set(keyOf([...table, ...keys]), { start, end: keyEnd });
    for (let length = 1; length < keys.length; length += 1) {
      const parent = keyOf([...table, ...keys.slice(0, length)]);
      if (!this.spans.has(parent)) this.spans.set(parent, { start, end: keyEnd });
    }
    this.#skipBlank(false);
    this.#at += 1; // the equals sign
    this.#skipBlank(false);
    this.#value([...table, ...keys]);
  }

  #dottedKey(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skipBlank(false);
      keys.push(this.#simpleKey());
      const end = this.#at;
      this.#skipBlank(false);
      if (this.#peek() !== ".") {
        // Blanks behind the last key belong to nobody, but those in a header must be gone.
        if (this.#peek() !== "]") this.#at = end;
        return keys;
      }
      this.#at += 1;
    }
  }

  #simpleKey(): string {
    const start = this.#at;
    if (this.#peek() === '"' || this.#peek() === "'") {
      this.#string();
      const raw = this.text.slice(start + 1, this.#at - 1);
      return this.text[start] === '"' ? unescape(raw) : raw;
    }
    while (/[A-Za-z0-9_-]/.test(this.#peek())) this.#at += 1;
    // Never stand still, whatever the text is.
    if (this.#at === start) this.#at += 1;
    return this.text.slice(start, this.#at);
  }

  #value(path: readonly string[]): void {
    const start = this.#at;
    const first = this.#peek();
    if (first === '"' || first === "'") this.#string();
    else if (first === "[") this.#array(path);
    else if (first === "{") this.#inlineTable(path);
    else {
      while (this.#at < this.text.length && !/[,\]}\r\n#]/.test(this.#peek())) this.#at += 1;
      while (this.#at > start && /[ \t]/.test(this.text[this.#at - 1] ?? "")) this.#at -= 1;
    }
    this.spans.set(keyOf(path), { start, end: this.#at });
  }

  #array(path: readonly string[]): void {
    this.#at += 1;
    for (let index = 0;; index += 1) {
      this.#skipBlank(true);
      if (this.#closes("]")) return;
      this.#value([...path, String(index)]);
      this.#skipBlank(true);
      if (this.#peek() === ",") this.#at += 1;
    }
  }

  #inlineTable(path: readonly string[]): void {
    this.#at += 1;
    for (;;) {
      this.#skipBlank(true);
      if (this.#closes("}")) return;
      this.#pair(path);
      this.#skipBlank(true);
      if (this.#peek() === ",") this.#at += 1;
    }
  }

  #closes(bracket: string): boolean {
    if (this.#at < this.text.length && this.#peek() !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #string(): void {
    const quote = this.#peek();
    const fence = quote.repeat(3);
    if (!this.text.startsWith(fence, this.#at)) {
      this.#at += 1;
      while (this.#at < this.text.length && this.#peek() !== quote) {
        this.#at += quote === '"' && this.#peek() === "\\" ? 2 : 1;
      }
      this.#at += 1;
      return;
    }
    this.#at += 3;
    while (this.#at < this.text.length && !this.text.startsWith(fence, this.#at)) {
      this.#at += quote === '"' && this.#peek() === "\\" ? 2 : 1;
    }
    this.#at += 3;
    // Up to two quotes may stand right before the closing fence.
    while (this.#peek() === quote) this.#at += 1;
  }

  /** Blanks and, between statements, line ends and comments. */
  #skipBlank(overLines: boolean): void {
    while (this.#at < this.text.length) {
      const char = this.#peek();
      if (char === " " || char === "\t") this.#at += 1;
      else if (overLines && (char === "\n" || char === "\r")) this.#at += 1;
      else if (overLines && char === "#") {
        const end = this.text.indexOf("\n", this.#at);
        this.#at = end === -1 ? this.text.length : end;
      } else return;
    }
  }

  #note(path: readonly string[], start: number): void {
    const key = keyOf(path);
    if (!this.spans.has(key)) this.spans.set(key, { start, end: this.#at });
  }
}

function unescape(raw: string): string {
  return raw.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (_, code: string) => {
    if (/^[uU]./.test(code)) return String.fromCodePoint(parseInt(code.slice(1), 16));
    return { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" }[code] ?? code;
  });
}
