import { RulesError } from "./error.ts";
import { type PatternWord, type PrefixRule, rulesOfPattern } from "./prefix_rule.ts";

/**
 * The rules of a managed `requirements.toml`, key `rules`:
 * `{ prefix_rules = [ { pattern = [ {token="rm"}, {any_of=["-r","-f"]} ], decision = "forbidden" } ] }`. They can
 * only make things stricter, so `allow` is a mistake.
 *
 * @param table the value of the key, as TOML gives it
 * @param source named in errors
 * @throws RulesError
 */
export function requiredRules(table: unknown, source: string): PrefixRule[] {
  const entries = isRecord(table) ? table["prefix_rules"] : undefined;
  if (!Array.isArray(entries) || entries.length === 0) {
    throw mistake(source, "rules.prefix_rules must be a list that is not empty");
  }
  return entries.flatMap((entry: unknown, index) =>
    rulesOfEntry(entry, source, `rules.prefix_rules[${index}]`)
  );
}

function rulesOfEntry(entry: unknown, source: string, place: string): PrefixRule[] {
  if (!isRecord(entry)) throw mistake(source, `${place} must be a table`);
  const { pattern, decision, justification } = entry;
  if (decision === "allow") {
    throw mistake(source, `${place}.decision: "allow" is not possible, rules here only restrict`);
  }
  if (decision !== "prompt" && decision !== "forbidden") {
    throw mistake(source, `${place}.decision must be "prompt" or "forbidden"`);
  }
  if (justification !== undefined && isBlank(justification)) {
    throw mistake(source, `${place}.justification must not be empty`);
  }
  const words = Array.isArray(pattern)
    ? pattern.map((word: unknown, index) => wordOf(word, source, `${place}.pattern[${index}]`))
    : [];
  const [first, ...rest] = words;
  if (first === undefined) throw mistake(source, `${place}.pattern must not be empty`);
  return rulesOfPattern(
    [first, ...rest],
    decision,
    typeof justification === "string" ? justification : null,
  );
}

function wordOf(word: unknown, source: string, place: string): PatternWord {
  const { token, any_of: anyOf } = isRecord(word) ? word : {};
  if ((token === undefined) === (anyOf === undefined)) {
    throw mistake(source, `${place} needs either token or any_of`);
  }
  const words: readonly unknown[] = anyOf === undefined
    ? [token]
    : Array.isArray(anyOf)
    ? anyOf
    : [];
  if (words.length === 0 || words.some(isBlank)) {
    throw mistake(source, `${place} must hold words that are not empty`);
  }
  const texts = words.map(String);
  return texts.length === 1 ? texts[0]! : texts;
}

function isBlank(value: unknown): boolean {
  return typeof value !== "string" || value.trim() === "";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mistake(source: string, message: string): RulesError {
  return new RulesError("rule", `${source}: ${message}`, source);
}
