import type { SyntaxNode, SyntaxTree } from "./grammar.ts";
import { wordParts } from "./plain.ts";
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

/**
 * Every command of a script, in loops, functions, substitutions and here-documents too, and as much as can be
 * recognised where the script is broken. For finding what is dangerous; proves nothing harmless.
 */
export function looseCommands(tree: SyntaxTree): readonly LooseCommand[] {
  const found: LooseCommand[] = [];
  visit(tree.root, null, found);
  return found;
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
