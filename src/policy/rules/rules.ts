import type { RuleMatch, RuleSet } from "../types.ts";
import { coversRest, type PrefixRule, toMatch } from "./prefix_rule.ts";

/**
 * Rules of all files together, in the order in which they were written. Never changes: an amendment makes a new
 * one.
 */
export class Rules implements RuleSet {
  readonly #byProgram = new Map<string, PrefixRule[]>();

  constructor(private readonly rules: readonly PrefixRule[]) {
    for (const rule of rules) {
      const others = this.#byProgram.get(rule.program);
      if (others === undefined) this.#byProgram.set(rule.program, [rule]);
      else others.push(rule);
    }
  }

  get size(): number {
    return this.rules.length;
  }

  /** Words are compared as they are: `/usr/bin/git` is not `git` here. */
  match(argv: readonly string[]): RuleMatch[] {
    const program = argv[0];
    if (program === undefined) return [];
    return (this.#byProgram.get(program) ?? [])
      .filter((rule) => coversRest(rule, argv))
      .map((rule) => toMatch(rule, argv));
  }

  /** These rules and further ones behind them. */
  with(more: readonly PrefixRule[]): Rules {
    return more.length === 0 ? this : new Rules([...this.rules, ...more]);
  }

  /** Beginnings of commands that run without a question, alternatives as `[a|b]`; each once. */
  allowedPrefixes(): string[][] {
    const prefixes = new Map<string, string[]>();
    for (const { program, rest, decision } of this.rules) {
      if (decision !== "allow") continue;
      const prefix = [
        program,
        ...rest.map((word) => typeof word === "string" ? word : `[${word.join("|")}]`),
      ];
      prefixes.set(JSON.stringify(prefix), prefix);
    }
    return [...prefixes.values()];
  }
}
