import type { RuleMatch, RuleSet } from "../types.ts";
import { coversRest, type PrefixRule, toMatch } from "./prefix_rule.ts";

/**
 * Rules of all files together, in the order in which they were written. Never changes: an amendment makes a new
 * one.
 */
export class Rules implements RuleSet {
  readonly #byProgram = new Map<string, { readonly at: number; readonly rule: PrefixRule }[]>();

  constructor(private readonly rules: readonly PrefixRule[]) {
    rules.forEach((rule, at) => {
      const others = this.#byProgram.get(rule.program);
      if (others === undefined) this.#byProgram.set(rule.program, [{ at, rule }]);
      else others.push({ at, rule });
    });
  }

  get size(): number {
    return this.rules.length;
  }

  /**
   * A program named by a path, such as `/usr/bin/git`, also meets the rules of its name, unless they allow: to
   * write the path out must not be a way around a rule, nor may it lend an allowed name to another program.
   */
  match(argv: readonly string[]): RuleMatch[] {
    const program = argv[0];
    if (program === undefined) return [];
    const exact = this.#byProgram.get(program) ?? [];
    const name = programName(program);
    const byName = name === program
      ? []
      : (this.#byProgram.get(name) ?? []).filter(({ rule }) => rule.decision !== "allow");
    const candidates = byName.length === 0
      ? exact
      : [...exact, ...byName].toSorted((a, b) => a.at - b.at);
    return candidates
      .filter(({ rule }) => coversRest(rule, argv))
      .map(({ rule }) => toMatch(rule, argv));
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

/** The last part of a path, without the ending of Windows programs. */
function programName(program: string): string {
  return program.split(/[\\/]/).at(-1)!.replace(/\.exe$/i, "");
}
