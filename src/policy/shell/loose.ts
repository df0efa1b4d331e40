import type { BashGrammar, SyntaxNode } from "./grammar.ts";
import { shlexSplit } from "../shlex.ts";
import { type PlainCommand, wordParts } from "./plain.ts";
import { readWord, type Word } from "./word.ts";

/** A command wherever it stands in a script. A word that only the running shell could tell is `null`. */
export interface LooseCommand {
  readonly words: readonly (string | null)[];
  /** Here-document or here-string that it reads, as far as it is fixed text. */
  readonly input: string | null;
}

const NOT_WORDS = new Set([
  "variable_assignment",
  "comment",
  "heredoc_redirect",
  "herestring_redirect",
  "file_redirect",
]);

/** Between these, commands of a script that the grammar does not understand are looked for. */
const SEPARATORS: readonly RegExp[] = [/[;&|\n()`]+/, /[;&|\n(){}`]+/];
/** What may stand before the name of a command. */
const BEFORE_NAME = /^(?:!|if|then|elif|else|while|until|do|time|\w+=.*)$/;

/**
 * Every command of a script, in loops, functions, substitutions and here-documents too, and as much as can be
 * recognised where the script is broken. For finding what is dangerous; proves nothing harmless.
 */
export function looseCommands(script: string, grammar: BashGrammar): readonly LooseCommand[] {
  const sound = withoutEmptyLines(script);
  const tree = grammar.parse(sound);
  const found: LooseCommand[] = [];
  if (tree !== null) visit(tree.root, null, found);
  if (tree === null || tree.broken) found.push(...crudeCommands(sound));
  const apart = withSubshells(sound);
  const other = apart === null ? null : grammar.parse(apart);
  if (other !== null) visit(other.root, null, found);
  return found;
}

/** Where a command is given a document, and the line that will end it. */
const DOCUMENT = /<<-?[ \t]*(['"\\]?)(\w+)/;

/** A script without the documents of which no shell runs anything. */
function withoutDocuments(script: string): string {
  const lines = script.split("\n");
  const last = new Map(lines.map((line, at) => [line.trim(), at]));
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    kept.push(line);
    const [, quote, mark = ""] = DOCUMENT.exec(line) ?? [];
    if (mark === "" || (last.get(mark) ?? 0) <= at) continue;
    const start = at + 1;
    while (lines[at + 1]!.trim() !== mark) at++;
    const text = lines.slice(start, at + 1);
    if (quote === "" && text.some((each) => /\$\(|`/.test(each))) kept.push(...text);
    at++;
  }
  return kept.join("\n");
}

/** Whatever stands between separators, as if it were a command, quoted or not. */
function crudeCommands(script: string): LooseCommand[] {
  const text = withoutDocuments(script);
  const stretches = new Set(SEPARATORS.flatMap((separator) => text.split(separator)));
  return [...stretches].map((stretch) => {
    const words = shlexSplit(stretch) ?? stretch.replaceAll(/['"\\]/g, "").split(/\s+/);
    const name = words.findIndex((word) => word !== "" && !BEFORE_NAME.test(word));
    const command = words.slice(name < 0 ? words.length : name);
    return { words: command.flatMap(alternatives), input: null };
  });
}

/**
 * The script as the grammar reads it rightly: without lines that are empty but for going on in the next one, since it
 * takes the line end before them for a blank, so that a command there would seem to be arguments.
 */
export function withoutEmptyLines(script: string): string {
  return script.replaceAll(/\n(?:[ \t]*\\\n)+/g, "\n");
}

/** The script with commands where the grammar sees arithmetic, if there may be any: `((a) | b)`. */
function withSubshells(script: string): string | null {
  const apart = script.replaceAll(/(?<!\$)\(\(/g, "( (");
  return apart === script ? null : apart;
}

/** A plain command by what a shell makes of its words. */
export function looseCommand(command: PlainCommand): LooseCommand {
  return { words: command.flatMap(knownWords), input: null };
}

function visit(node: SyntaxNode, input: string | null, found: LooseCommand[]): void {
  const given = node.children.map(fixedInput).find((text) => text !== null) ?? input;
  if (node.type === "command") {
    const words = node.children.filter((child) => child.named && !NOT_WORDS.has(child.type))
      .flatMap(looseWords);
    found.push({ words, input: given });
  }
  for (const child of node.children) visit(child, given, found);
}

function looseWords(node: SyntaxNode): readonly (string | null)[] {
  const word = node.type === "command_name" ? node.children[0] : node;
  if (word === undefined) return [null];
  if (word.type === "ansi_c_string") return [unescaped(word.text.slice(2, -1))];
  if (word.type === "translated_string") return looseWords(word.children.at(-1) ?? word);
  const parts = wordParts(word);
  const read = parts === null ? null : readWord(parts);
  return read === null ? [null] : knownWords(read);
}

const MAX_ALTERNATIVES = 100;

/** The words that a shell makes of one. A pattern that looks like an option fits no file as a rule, and stays one. */
function knownWords({ exact, text }: Word): readonly (string | null)[] {
  if (exact !== null) return [exact];
  return alternatives(text).map((word) =>
    /[\\*?[\]{}~^]/.test(word) && !word.startsWith("-") ? null : word
  );
}

/** Several words where braces list them. */
function alternatives(text: string): readonly string[] {
  let words = [text];
  for (let at = 0; at < words.length && words.length < MAX_ALTERNATIVES;) {
    const list = /\{([^{}]*,[^{}]*)\}/.exec(words[at]!);
    if (list === null) at++;
    else words = words.toSpliced(at, 1, ...list[1]!.split(",").map((each) => put(list, each)));
  }
  return words;
}

function put({ 0: found, index, input }: RegExpExecArray, text: string): string {
  return input.slice(0, index) + text + input.slice(index + found.length);
}

/** What `$'…'` stands for, as far as the escapes are those of letters and signs. */
function unescaped(text: string): string | null {
  const plain = text.replaceAll(
    /\\(?:x([\da-f]{1,2})|u([\da-f]{1,4})|U([\da-f]{1,6})|([0-7]{1,3})|([\\'"?]))/gi,
    (_, byte, short, long, octal, sign) =>
      sign ?? String.fromCodePoint(
        octal === undefined
          ? Math.min(parseInt(byte ?? short ?? long, 16), 0x10ffff)
          : parseInt(octal, 8),
      ),
  );
  return plain === text && text.includes("\\") ? null : plain;
}

function fixedInput(node: SyntaxNode): string | null {
  if (node.type === "heredoc_redirect") {
    return node.children.find(({ type }) => type === "heredoc_body")?.text ?? null;
  }
  if (node.type !== "herestring_redirect") return null;
  const word = node.children.find(({ named }) => named);
  const [only, more] = word === undefined ? [] : looseWords(word);
  return more === undefined ? only ?? null : null;
}
