import { Budget } from "./budget.ts";
import { builtins } from "./builtins.ts";
import { Fault, locateFault } from "./error.ts";
import { runStatements } from "./evaluate.ts";
import { parseRules } from "./parse.ts";
import type { PrefixRule } from "./prefix_rule.ts";
import { prefixRuleFunction } from "./prefix_rule_call.ts";

/**
 * The rules that the text of a file makes. A file computes, and does nothing else: it cannot read, write, load or
 * ask for the time, and what it may cost is bounded by `budget`, which several files may share.
 *
 * @throws RulesError whose message shows the place in the file
 */
export function parseRulesFile(
  file: string,
  text: string,
  budget: Budget = new Budget(),
): PrefixRule[] {
  const rules: PrefixRule[] = [];
  try {
    const statements = parseRules(text, budget);
    const globals = builtins(budget);
    globals.set("prefix_rule", prefixRuleFunction(budget, (rule) => rules.push(rule)));
    runStatements(statements, globals, budget);
  } catch (error) {
    if (error instanceof Fault) throw locateFault(error, file, text);
    // The engine's own stack or string limit, should a file find a way past the budget.
    if (error instanceof RangeError) {
      throw locateFault(new Fault("too_costly", "rules are nested too deeply"), file, text);
    }
    throw error;
  }
  return rules;
}
