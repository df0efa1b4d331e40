import { shlexJoin, shlexSplit } from "../shlex.ts";
import type { Decision } from "../types.ts";
import type { Budget } from "./budget.ts";
import { asList, asString, takeArguments } from "./functions.ts";
import { coversRest, type PatternWord, type PrefixRule, rulesOfPattern } from "./prefix_rule.ts";
import { Callable, type CallArguments, fault, ListValue, typeName, type Value } from "./values.ts";

const PARAMETERS = ["pattern", "decision", "match", "not_match", "justification"];

/** The function `prefix_rule`, which hands every rule that it makes to `add`. */
export function prefixRuleFunction(budget: Budget, add: (rule: PrefixRule) => void): Callable {
  return new Callable("prefix_rule", (args) => {
    for (const rule of rulesOfCall(args, budget)) {
      budget.rule();
      add(rule);
    }
    return null;
  });
}

function rulesOfCall(args: CallArguments, budget: Budget): PrefixRule[] {
  const [pattern, decision, match, notMatch, justification] = takeArguments(
    "prefix_rule",
    PARAMETERS,
    1,
    args,
  );
  const reason = justification === undefined ? null : asString(justification, "justification");
  if (reason !== null && reason.trim() === "") {
    throw fault("invalid rule: justification cannot be empty");
  }
  const words = patternOf(asList(pattern, "pattern"), budget);
  const rules = rulesOfPattern(words, decisionOf(decision), reason);
  const forbidden = examplesOf(notMatch, "not_match", budget);
  const wanted = examplesOf(match, "match", budget);
  checkExamples(rules, wanted, forbidden, budget);
  return rules;
}

function decisionOf(value: Value | undefined): Decision {
  const text = value === undefined ? "allow" : asString(value, "decision");
  if (text === "allow" || text === "prompt" || text === "forbidden") return text;
  throw fault(`invalid decision: ${text}`);
}

function patternOf(list: ListValue, budget: Budget): [PatternWord, ...PatternWord[]] {
  budget.cells(list.items.length);
  const [first, ...rest] = list.items.map((item) => wordOf(item, budget));
  if (first === undefined) throw invalidPattern("pattern cannot be empty");
  return [first, ...rest];
}

function wordOf(item: Value, budget: Budget): PatternWord {
  if (typeof item === "string") return item;
  if (!(item instanceof ListValue)) {
    throw invalidPattern(
      `pattern element must be a string or list of strings (got ${typeName(item)})`,
    );
  }
  budget.cells(item.items.length);
  const words = item.items.map((word) => {
    if (typeof word === "string") return word;
    throw invalidPattern(`pattern alternative must be a string (got ${typeName(word)})`);
  });
  const [only, ...others] = words;
  if (only === undefined) throw invalidPattern("pattern alternatives cannot be empty");
  return others.length === 0 ? only : words;
}

function invalidPattern(message: string) {
  return fault(`invalid pattern element: ${message}`);
}

function examplesOf(value: Value | undefined, name: string, budget: Budget): string[][] {
  if (value === undefined) return [];
  return asList(value, name).items.map((item) => exampleOf(item, budget));
}

function exampleOf(item: Value, budget: Budget): string[] {
  if (typeof item === "string") {
    budget.cells(item.length);
    const words = shlexSplit(item);
    if (words === null) throw invalidExample("example string has invalid shell syntax");
    if (words.length === 0) throw invalidExample("example cannot be an empty string");
    return words;
  }
  if (!(item instanceof ListValue)) {
    throw invalidExample(`example must be a string or list of strings (got ${typeName(item)})`);
  }
  if (item.items.length === 0) throw invalidExample("example cannot be an empty list");
  budget.cells(item.items.length);
  return item.items.map((word) => {
    if (typeof word === "string") return word;
    throw invalidExample(`example tokens must be strings (got ${typeName(word)})`);
  });
}

function invalidExample(message: string) {
  return fault(`invalid example: ${message}`);
}

/** A rule's own tests. Programs are compared as written here, paths are not looked into. */
function checkExamples(
  rules: readonly PrefixRule[],
  wanted: readonly string[][],
  forbidden: readonly string[][],
  budget: Budget,
): void {
  const matches = (example: readonly string[]) =>
    rules.some((rule) => {
      budget.step(1 + rule.rest.length);
      return rule.program === example[0] && coversRest(rule, example);
    });
  const caught = forbidden.find(matches);
  if (caught !== undefined) {
    throw fault(`expected example to not match rule: ${shlexJoin(caught)}`);
  }
  const missed = wanted.filter((example) => !matches(example));
  if (missed.length > 0) {
    const shown = missed.slice(0, 5).map((example) => shlexJoin(example)).join("; ");
    const more = missed.length > 5 ? ` and ${missed.length - 5} more` : "";
    throw fault(`expected every example to match at least one rule; unmatched: ${shown}${more}`);
  }
}
