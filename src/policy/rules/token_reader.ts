import type { Budget } from "./budget.ts";
import { Fault, type Span } from "./error.ts";
import { Lexer, type Token } from "./lexer.ts";

/** Tokens with one to look at before it is taken. */
export class TokenReader {
  #current: Token;
  #lastEnd = 0;
  readonly #lexer: Lexer;

  constructor(text: string, readonly budget: Budget) {
    this.#lexer = new Lexer(text, budget);
    this.#current = this.#lexer.next();
  }

  get current(): Token {
    return this.#current;
  }

  /** Where the token that was taken last ends. */
  get lastEnd(): number {
    return this.#lastEnd;
  }

  take(): Token {
    const token = this.#current;
    this.#lastEnd = token.end;
    if (token.type !== "end") this.#current = this.#lexer.next();
    return token;
  }

  /** Whether the current token is this sign or keyword. */
  at(text: string): boolean {
    const token = this.#current;
    return (token.type === "sign" || token.type === "keyword") && token.text === text;
  }

  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.take();
    return true;
  }

  acceptLayout(type: "newline" | "indent" | "dedent"): boolean {
    if (this.#current.type !== type) return false;
    this.take();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.unexpected(`"${text}"`);
  }

  expectName(): string {
    const token = this.#current;
    if (token.type !== "name") throw this.unexpected("a name");
    this.take();
    return token.text;
  }

  /** Everything inside `work` counts as one level deeper. */
  nested<T>(work: () => T): T {
    this.budget.enterText();
    const result = work();
    this.budget.leaveText();
    return result;
  }

  spanFrom(start: number): Span {
    return { start, end: Math.max(this.#lastEnd, start) };
  }

  unexpected(wanted: string): Fault {
    const { start, end } = this.#current;
    return new Fault("syntax", `expected ${wanted}, not ${describe(this.#current)}`, {
      start,
      end: Math.max(end, start + 1),
    });
  }
}

function describe(token: Token): string {
  switch (token.type) {
    case "name":
    case "keyword":
    case "sign":
      return `"${token.text}"`;
    case "integer":
      return "a number";
    case "string":
    case "format":
      return "a string";
    case "newline":
      return "the end of the line";
    case "indent":
      return "a deeper indentation";
    case "dedent":
      return "the end of the block";
    case "end":
      return "the end of the file";
  }
}
