import { normalizePath } from "../../files/mod.ts";
import type { BashGrammar } from "../shell/grammar.ts";
import { plainCommands } from "../shell/plain.ts";
import { exactWord, type Word } from "../shell/word.ts";
import { baseName, shellScript } from "../shell/wrapper.ts";
import { isSafeGit } from "./git.ts";
import { isSafePowerShell } from "./powershell.ts";
import { ripgrepOption } from "./ripgrep.ts";
import { isShadowed, type ProgramSearch } from "./shadowed.ts";
import { isOwnRepository } from "./own_repository.ts";
import { isTrustedPlace, programName } from "./trusted_place.ts";

/** Scripts within scripts are followed this far. */
const MAX_DEPTH = 8;

/** What a judgement depends on beside the command. */
export interface SafetyFacts {
  readonly grammar: BashGrammar;
  readonly os: typeof Deno.build.os;
  /** The user's own shell, which counts wherever it is installed. */
  readonly userShell: string | null;
  /** How names of programs are looked up; `null` = as the system's owner has set it up. */
  readonly search: ProgramSearch | null;
  /**
   * Whether git may meet a repository whose settings a command has written: they name programs that it starts. Absent
   * = as far as the folder shows.
   */
  readonly foreignGit?: boolean;
}

/** Only print, whatever their arguments. */
const PRINTERS: ReadonlySet<string> = new Set([
  ...["cat", "cd", "cut", "echo", "expr", "false", "grep", "head", "id", "ls", "nl", "paste"],
  ...["pwd", "rev", "seq", "stat", "tail", "tr", "true", "uname", "wc", "which", "whoami"],
]);
const LINUX_PRINTERS: ReadonlySet<string> = new Set(["numfmt", "tac"]);

const FIND_ACTIONS: ReadonlySet<string> = new Set(
  ["-exec", "-execdir", "-ok", "-okdir", "-delete", "-fls", "-fprint", "-fprint0", "-fprintf"],
);

/** By program, whether it only reads with these arguments, each of which is known or starts as an operand. */
const CONDITIONS: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  // Letters may be joined, and long names shortened.
  base64: (args) => !args.some((arg) => /^(?:-[^-]*o|--o)/.test(arg)),
  find: (args) => !args.some((arg) => FIND_ACTIONS.has(arg)),
  git: isSafeGit,
  rg: (args) => !args.some((arg) => ripgrepOption(arg) === "starts_programs"),
  sed: isSafeSed,
  uniq: isSafeUniq,
};

/** Here the number of operands matters, and one word may become several. */
const COUNTED: ReadonlySet<string> = new Set(["sed", "uniq"]);

/**
 * Whether a command, or every command of a shell's script, is known to do no more than read and print. What is
 * not understood is not safe.
 */
export function isKnownSafe(argv: readonly string[], facts: SafetyFacts): boolean {
  return areSafeWords(argv.map(exactWord), facts, 0);
}

/** The same for a command taken out of a script. */
export function isSafeCommand(words: readonly Word[], facts: SafetyFacts): boolean {
  return areSafeWords(words, facts, 0);
}

function areSafeWords(words: readonly Word[], facts: SafetyFacts, depth: number): boolean {
  const exact = words.map((word) => word.exact).filter((word) => word !== null);
  const known = exact.length === words.length;
  if (known && isTrustedShell(exact[0] ?? "", facts) && isSafePowerShell(exact)) {
    return !exact.some((word) => /\bgit\b/i.test(word)) || mayUseGit(facts);
  }
  if (isDirectlySafe(words, facts)) return true;
  if (!known || depth > MAX_DEPTH) return false;
  return isSafeScript(exact, facts, depth);
}

function isSafeScript(argv: readonly string[], facts: SafetyFacts, depth: number): boolean {
  const wrapped = shellScript(argv);
  if (wrapped === null) return false;
  if (!isTrustedShell(wrapped.shell, facts)) return false;
  const tree = facts.grammar.parse(wrapped.script);
  const commands = tree === null ? null : plainCommands(wrapped.script, tree);
  if (commands === null || commands.length === 0) return false;
  const places = placesOf(commands, facts);
  return commands.every((words, i) => areSafeWords(words, places[i] ?? facts, depth + 1));
}

/** What each command of a script is judged by: a `cd` before it has led it somewhere else. */
export function placesOf(
  commands: readonly (readonly Word[])[],
  facts: SafetyFacts,
): readonly SafetyFacts[] {
  let here = facts;
  return commands.map(([program, operand, more]) => {
    const present = here;
    if (program?.text === "cd") here = led(here, more === undefined ? operand?.exact ?? "" : "");
    return present;
  });
}

function led(facts: SafetyFacts, folder: string): SafetyFacts {
  const { search } = facts;
  if (search === null || !/^[^-~]/.test(folder)) return { ...facts, foreignGit: true };
  return { ...facts, search: { ...search, cwd: normalizePath(folder, search.cwd) } };
}

function mayUseGit({ search, foreignGit }: SafetyFacts): boolean {
  if (foreignGit === true) return false;
  return search === null || isOwnRepository(search.cwd, search.session);
}

/** Where Windows keeps its programs, and those of its store. */
const WINDOWS_FOLDERS =
  /^[a-z]:\\(?:program files(?: \(x86\))?|windows|users\\[^\\]+\\appdata\\local\\microsoft\\windowsapps)\\(?!.*\.\.)/i;

/** Whether a shell reads scripts as shells do, and not as somebody's program of that name does. */
export function isTrustedShell(shell: string, facts: SafetyFacts): boolean {
  return shell === facts.userShell || isTrustedProgram(shell, facts) ||
    (facts.os === "windows" && WINDOWS_FOLDERS.test(shell));
}

/** Whether a program is the one of that name which everybody means. */
function isTrustedProgram(program: string, facts: SafetyFacts): boolean {
  return isTrustedPlace(program) && !isShadowedName(program, facts);
}

function isShadowedName(program: string, { search }: SafetyFacts): boolean {
  return search !== null && baseName(program) === program && isShadowed(program, search);
}

function isDirectlySafe(words: readonly Word[], facts: SafetyFacts): boolean {
  const { os } = facts;
  const program = words[0]?.exact ?? null;
  // A name with a backslash in it is written so as to be overlooked.
  if (program === null || program !== words[0]?.text) return false;
  if (!isTrustedProgram(program, facts)) return false;
  const name = programName(program, os);
  if (PRINTERS.has(name)) return true;
  if (LINUX_PRINTERS.has(name)) return os === "linux";
  if (name === "git" && !mayUseGit(facts)) return false;
  const condition = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
  if (condition === undefined) return false;
  if (COUNTED.has(name) && words.some(({ exact }) => exact === null)) return false;
  const args = words.slice(1).map(soundArgument).filter((arg) => arg !== null);
  return args.length === words.length - 1 && condition(args);
}

/** An argument whose kind is certain: known, or an operand that only expands to operands. */
function soundArgument(word: Word): string | null {
  if (word.exact !== null) return word.exact;
  return word.prefix === "" || word.prefix.startsWith("-") ? null : word.text;
}

/** A second operand would be written to; some take whatever stands behind the first one for it. */
function isSafeUniq(args: readonly string[]): boolean {
  const options = args.findIndex((arg) => !/^-./.test(arg) || arg === "--");
  if (options < 0) return true;
  const operands = args.slice(args[options] === "--" ? options + 1 : options);
  return operands.length <= 1;
}

/** Prints a range of lines; anything that could be an option, or another script, is not that. */
function isSafeSed([option, script, file, more]: readonly string[]): boolean {
  return option === "-n" && more === undefined && /^(?:\d+,)?\d+p$/.test(script ?? "") &&
    !(file ?? "").startsWith("-");
}
