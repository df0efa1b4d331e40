import { baseName } from "../shell/wrapper.ts";
import type { Decision, RuleMatch, RuleSet } from "../types.ts";

/** What `codex execpolicy check` prints, in wire form. */
export interface CheckReport {
  readonly matchedRules: readonly {
    readonly prefixRuleMatch: {
      readonly matchedPrefix: readonly string[];
      readonly decision: Decision;
      readonly justification?: string;
    };
  }[];
  /** The strictest; absent when nothing matched. */
  readonly decision?: Decision;
}

const STRICTNESS: readonly Decision[] = ["allow", "prompt", "forbidden"];

/**
 * What rules say of the words of one command. A program called by its path meets the rules of its name, too,
 * unless they allow: to write the path out is no way around a rule, nor does it lend an allowed name to another
 * program.
 */
export function matchingRules(words: readonly string[], rules: RuleSet): readonly RuleMatch[] {
  const found = rules.match(words);
  const [program = "", ...rest] = words;
  const name = baseName(program);
  if (name === program) return found;
  const strict = rules.match([name, ...rest]).filter(({ decision }) => decision !== "allow");
  return [...found, ...strict];
}

export function checkReport(words: readonly string[], rules: RuleSet): CheckReport {
  const matches = matchingRules(words, rules);
  const matchedRules = matches.map(({ matchedPrefix, decision, justification }) => ({
    prefixRuleMatch: {
      matchedPrefix,
      decision,
      ...(justification === null ? {} : { justification }),
    },
  }));
  const decision = STRICTNESS.findLast((each) => matches.some((match) => match.decision === each));
  return { matchedRules, ...(decision === undefined ? {} : { decision }) };
}
