import type { Decision, RuleMatch } from "../types.ts";

/** One word of a pattern: a word, or any of several. */
export type PatternWord = string | readonly string[];

/** Decides about every command that begins with these words. */
export interface PrefixRule {
  /** The first word, without alternatives: rules are looked up by it. */
  readonly program: string;
  readonly rest: readonly PatternWord[];
  readonly decision: Decision;
  readonly justification: string | null;
}

/** The rules of a pattern: one for each alternative of its first word. */
export function rulesOfPattern(
  pattern: readonly [PatternWord, ...PatternWord[]],
  decision: Decision,
  justification: string | null,
): PrefixRule[] {
  const [first, ...rest] = pattern;
  const programs = typeof first === "string" ? [first] : first;
  return programs.map((program) => ({ program, rest, decision, justification }));
}

/** Whether the words behind the first one fit the rule. */
export function coversRest(rule: PrefixRule, argv: readonly string[]): boolean {
  if (argv.length <= rule.rest.length) return false;
  return rule.rest.every((word, index) => {
    const given = argv[index + 1]!;
    return typeof word === "string" ? word === given : word.includes(given);
  });
}

export function toMatch(rule: PrefixRule, argv: readonly string[]): RuleMatch {
  return {
    matchedPrefix: argv.slice(0, rule.rest.length + 1),
    decision: rule.decision,
    justification: rule.justification,
  };
}
