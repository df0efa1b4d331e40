import { join } from "node:path";
import { readWhole } from "../../files/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { Budget } from "./budget.ts";
import { RulesError } from "./error.ts";
import type { PrefixRule } from "./prefix_rule.ts";
import { Rules } from "./rules.ts";

const ENDING = ".rules";
/** Largest file that is read, in bytes. */
const MAX_BYTES = 4_000_000;
const MAX_FILES = 10_000;

/** Where rules come from. */
export interface RuleSources {
  /** Folders with `.rules` files, in the order in which their rules count; each may be missing. */
  readonly folders: readonly AbsolutePath[];
  /** Rules of an administrator, behind all others. */
  readonly required?: readonly PrefixRule[];
}

/**
 * Reads the rules of all folders: the files that lie directly in them and end in `.rules`, by name; links are
 * passed over. Rules of different folders do not replace each other, the strictest that matches wins.
 *
 * @throws RulesError
 */
export async function loadRules({ folders, required = [] }: RuleSources): Promise<Rules> {
  const files = (await Promise.all(folders.map(ruleFiles))).flat();
  return await readRuleFiles(files, required);
}

/** Rules of folders that commands may write to. */
export interface StrictRules {
  /** Those that forbid or ask. */
  readonly rules: readonly PrefixRule[];
  /** Files with rules that would have allowed something. */
  readonly allowing: readonly AbsolutePath[];
}

/**
 * Reads the rules of folders from which only such count that forbid or ask.
 *
 * @throws RulesError
 */
export async function loadStrictRules(folders: readonly AbsolutePath[]): Promise<StrictRules> {
  const rules: PrefixRule[] = [];
  const allowing: AbsolutePath[] = [];
  const budget = new Budget();
  for (const file of (await Promise.all(folders.map(ruleFiles))).flat()) {
    const all = await rulesOf(file, budget);
    const strict = all.filter(({ decision }) => decision !== "allow");
    if (strict.length < all.length) allowing.push(file);
    for (const rule of strict) rules.push(rule);
  }
  return { rules, allowing };
}

/**
 * Reads the rules of these files, in order.
 *
 * @throws RulesError
 */
export async function readRuleFiles(
  files: readonly string[],
  required: readonly PrefixRule[] = [],
): Promise<Rules> {
  if (files.length === 0) return new Rules(required);
  const budget = new Budget();
  const rules: PrefixRule[] = [];
  for (const file of files) {
    for (const rule of await rulesOf(file, budget)) rules.push(rule);
  }
  for (const rule of required) rules.push(rule);
  return new Rules(rules);
}

async function rulesOf(file: string, budget: Budget): Promise<PrefixRule[]> {
  const { parseRulesFile } = await import("./parse_rules_file.ts");
  return parseRulesFile(file, await readText(file), budget);
}

async function ruleFiles(folder: AbsolutePath): Promise<AbsolutePath[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(ENDING) && name !== ENDING) names.push(name);
      if (names.length > MAX_FILES) {
        throw new RulesError("too_costly", `${folder}: too many files of rules`, folder);
      }
    }
  } catch (error) {
    if (error instanceof RulesError) throw error;
    if (error instanceof Deno.errors.NotFound) return [];
    throw unreadable(folder, error);
  }
  return names.sort().map((name) => join(folder, name));
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await Deno.stat(file);
    if (size > MAX_BYTES) {
      throw new RulesError("too_costly", `${file}: larger than ${MAX_BYTES} bytes`, file);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(await readWhole(file));
  } catch (error) {
    throw error instanceof RulesError ? error : unreadable(file, error);
  }
}

function unreadable(path: string, error: unknown): RulesError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RulesError("unreadable", `${path}: ${reason}`, path, null, null, { cause: error });
}
