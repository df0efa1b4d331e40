/** A value in a document. Offsets are in UTF-16 units; `end` is the first one behind. */
export interface ValueNode {
  readonly start: number;
  readonly end: number;
  readonly kind: "scalar" | "array" | "inline_table";
  /** Of an array. */
  readonly items: readonly ValueNode[];
  /** Of an inline table. */
  readonly pairs: readonly Pair[];
}

/** `key = value`, in a section or in an inline table. */
export interface Pair {
  /** More than one for a dotted key; relative to what the pair stands in. */
  readonly keys: readonly string[];
  readonly start: number;
  readonly keyEnd: number;
  readonly value: ValueNode;
}

/** A header with what stands under it. The first section has no header: it is the document's top. */
export interface Section {
  /** Elements of `[[arrays]]` are addressed by their index in decimal. */
  readonly path: readonly string[];
  /** `[[header]]`. */
  readonly isElement: boolean;
  /** Of the header. */
  readonly start: number;
  readonly end: number;
  readonly pairs: readonly Pair[];
}

/** Where everything of a TOML text stands. */
export interface TomlDocument {
  readonly text: string;
  readonly sections: readonly [Section, ...Section[]];
}

/**
 * Finds out where the parts of a TOML text stand. For texts that a parser has accepted: this scanner looks for ends,
 * it does not check.
 */
export function scanDocument(text: string): TomlDocument {
  return { text, sections: new Scanner(text).sections() };
}

interface OpenSection extends Section {
  readonly pairs: Pair[];
}

class Scanner {
  #at = 0;
  /** Number of elements seen of each `[[array]]`. */
  readonly #counts = new Map<string, number>();

  constructor(private readonly text: string) {}

  sections(): [Section, ...Section[]] {
    const top: OpenSection = { path: [], isElement: false, start: 0, end: 0, pairs: [] };
    const sections: [OpenSection, ...OpenSection[]] = [top];
    let open = top;
    for (;;) {
      this.#skipBlank(true);
      if (this.#at >= this.text.length) return sections;
      if (this.#peek() === "[") {
        open = this.#header();
        sections.push(open);
      } else open.pairs.push(this.#pair());
    }
  }

  #peek(): string {
    return this.text[this.#at] ?? "";
  }

  #header(): OpenSection {
    const start = this.#at;
    const isElement = this.text.startsWith("[[", start);
    this.#at += isElement ? 2 : 1;
    const keys = this.#dottedKey();
    this.#skipBlank(false);
    this.#at += isElement ? 2 : 1;
    const path = this.#throughArrays(keys.slice(0, -1));
    path.push(keys.at(-1) ?? "");
    if (isElement) {
      const index = this.#counts.get(keyOf(path)) ?? 0;
      this.#counts.set(keyOf(path), index + 1);
      path.push(String(index));
    }
    return { path, isElement, start, end: this.#at, pairs: [] };
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

  #pair(): Pair {
    const start = this.#at;
    const keys = this.#dottedKey();
    const keyEnd = this.#at;
    this.#skipBlank(false);
    this.#at += 1; // the equals sign
    this.#skipBlank(false);
    return { keys, start, keyEnd, value: this.#value() };
  }

  #dottedKey(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skipBlank(false);
      keys.push(this.#simpleKey());
      const end = this.#at;
      this.#skipBlank(false);
      if (this.#peek() !== ".") {
        // Blanks behind the last key belong to nobody.
        this.#at = end;
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

  #value(): ValueNode {
    const start = this.#at;
    const first = this.#peek();
    if (first === "[") {
      const items = this.#list("]", () => this.#value());
      return { start, end: this.#at, kind: "array", items, pairs: [] };
    }
    if (first === "{") {
      const pairs = this.#list("}", () => this.#pair());
      return { start, end: this.#at, kind: "inline_table", items: [], pairs };
    }
    if (first === '"' || first === "'") this.#string();
    else {
      while (this.#at < this.text.length && !/[,\]}\r\n#]/.test(this.#peek())) this.#at += 1;
      while (this.#at > start && /[ \t]/.test(this.text[this.#at - 1] ?? "")) this.#at -= 1;
    }
    return { start, end: this.#at, kind: "scalar", items: [], pairs: [] };
  }

  #list<T>(bracket: string, element: () => T): T[] {
    const found: T[] = [];
    this.#at += 1;
    for (;;) {
      this.#skipBlank(true);
      if (this.#at >= this.text.length || this.#peek() === bracket) break;
      const before = this.#at;
      found.push(element());
      this.#skipBlank(true);
      if (this.#peek() === ",") this.#at += 1;
      if (this.#at === before) this.#at += 1;
    }
    this.#at += 1;
    return found;
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
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path);

function unescape(raw: string): string {
  return raw.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/g, (_, code: string) => {
    if (/^[uU]./.test(code)) return String.fromCodePoint(parseInt(code.slice(1), 16));
    return { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" }[code] ?? code;
  });
}
