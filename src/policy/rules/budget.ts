import { Fault } from "./error.ts";

/** Limits for all rule files of one load together. Real files stay below a hundredth of them. */
export interface Limits {
  /** Words and signs of source text. */
  readonly tokens: number;
  /** Things done: an expression, a round of a loop, a comparison of a word. */
  readonly steps: number;
  /** Characters and elements ever made. */
  readonly cells: number;
  /** Expressions and blocks inside one another in the text. */
  readonly textDepth: number;
  /** Expressions, blocks, calls and values inside one another while it runs. */
  readonly runDepth: number;
  readonly rules: number;
}

export const LIMITS: Limits = {
  tokens: 1_000_000,
  steps: 3_000_000,
  cells: 8_000_000,
  textDepth: 100,
  runDepth: 500,
  rules: 100_000,
};

/** What rules may still cost. A file that does not end, or eats memory, ends here with an error. */
export class Budget {
  #tokens: number;
  #steps: number;
  #cells: number;
  #rules: number;
  #textDepth = 0;
  #runDepth = 0;

  constructor(private readonly limits: Limits = LIMITS) {
    this.#tokens = limits.tokens;
    this.#steps = limits.steps;
    this.#cells = limits.cells;
    this.#rules = limits.rules;
  }

  token(): void {
    if (--this.#tokens < 0) throw tooCostly("rules are too long");
  }

  step(count = 1): void {
    this.#steps -= count;
    if (!(this.#steps >= 0)) throw tooCostly("rules take too many steps");
  }

  /** To be called before the thing is made. */
  cells(count: number): void {
    this.#cells -= count;
    if (!(this.#cells >= 0)) throw tooCostly("rules take too much memory");
  }

  rule(): void {
    if (--this.#rules < 0) throw tooCostly("there are too many rules");
  }

  enter(): void {
    if (++this.#runDepth > this.limits.runDepth) throw tooCostly("rules are nested too deeply");
  }

  leave(): void {
    this.#runDepth -= 1;
  }

  enterText(): void {
    if (++this.#textDepth > this.limits.textDepth) throw tooCostly("rules are nested too deeply");
  }

  leaveText(): void {
    this.#textDepth -= 1;
  }
}

function tooCostly(message: string): Fault {
  return new Fault("too_costly", message);
}
