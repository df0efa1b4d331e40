import type { SyntaxNode, SyntaxTree } from "./grammar.ts";
import { wordParts } from "./plain.ts";
import { shlexSplit } from "../shlex.ts";
import { readWord } from "./word.ts";

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
const SEPARATORS = /[;&|\n(){}`]+/;
/** What may stand before the name of a command. */
const BEFORE_NAME = /^(?:!|if|then|elif|else|while|until|do|time|\w+=.*)$/;

/**
 * Every command of a script, in loops, functions, substitutions and here-documents too, and as much as can be
 * recognised where the script is broken. For finding what is dangerous; proves nothing harmless.
 *
 * @param script as {@link withoutEmptyLines} leaves it
 * @param tree of that; `null` = too much to look into
 */
export function looseCommands(script: string, tree: SyntaxTree | null): readonly LooseCommand[] {
  const found: LooseCommand[] = [];
  if (tree !== null) visit(tree.root, null, found);
  // What two brackets open is arithmetic to the grammar; to a shell it may be commands.
  if (tree === null || tree.broken || script.includes("((")) found.push(...crudeCommands(script));
  return found;
}

/** Whatever stands between separators, as if it were a command, quoted or not. */
function crudeCommands(script: string): LooseCommand[] {
  return script.split(SEPARATORS).map((stretch) => {
    const words = shlexSplit(stretch) ?? stretch.replaceAll(/['"\\]/g, "").split(/\s+/);
    const name = words.findIndex((word) => word !== "" && !BEFORE_NAME.test(word));
    return { words: words.slice(name < 0 ? words.length : name), input: null };
  });
}

/**
 * The script without lines that are empty but for going on in the next one: the grammar takes the line end before
 * them for a blank, so that a command there would seem to be arguments.
 */
export function withoutEmptyLines(script: string): string {
  return script.replaceAll(/\n(?:[ \t]*\\\n)+/g, "\n");
}

function visit(node: SyntaxNode, input: string | null, found: LooseCommand[]): void {
  const given = node.children.map(fixedInput).find((text) => text !== null) ?? input;
  if (node.type === "command") {
    const words = node.children.filter((child) => child.named && !NOT_WORDS.has(child.type))
      .map(looseWord);
    found.push({ words, input: given });
  }
  for (const child of node.children) visit(child, given, found);
}

function looseWord(node: SyntaxNode): string | null {
  const word = node.type === "command_name" ? node.children[0] : node;
  if (word === undefined) return null;
  if (word.type === "ansi_c_string") return plainEscapes(word.text.slice(2, -1));
  if (word.type === "translated_string") return looseWord(word.children.at(-1) ?? word);
  const parts = wordParts(word);
  return parts === null ? null : readWord(parts)?.exact ?? null;
}

/** `$'…'` as far as it has no escapes. */
function plainEscapes(text: string): string | null {
  return text.includes("\\") ? null : text;
}

function fixedInput(node: SyntaxNode): string | null {
  if (node.type === "heredoc_redirect") {
    return node.children.find(({ type }) => type === "heredoc_body")?.text ?? null;
  }
  if (node.type !== "herestring_redirect") return null;
  const word = node.children.find(({ named }) => named);
  return word === undefined ? null : looseWord(word);
}
