import type { SyntaxNode, SyntaxTree } from "./grammar.ts";

/** Belongs to a command without being a word of it. What is left out here makes a command more than its words. */
const LEFT_OUT = new Set([
  "variable_assignment",
  "comment",
  "heredoc_body",
  "simple_heredoc_body",
  "heredoc_redirect",
  "herestring_redirect",
  "file_redirect",
  "redirected_statement",
]);

function commandsIn(node: SyntaxNode, found: SyntaxNode[]): void {
  if (node.type === "command") found.push(node);
  for (const child of node.children) commandsIn(child, found);
}

/**
 * The words of a script's only command, without its redirections, assignments and here-documents. `null` where
 * there is more than one command, a substitution included, or where a word is not plain.
 */
export function soleCommand(tree: SyntaxTree): readonly string[] | null {
  if (tree.broken) return null;
  const found: SyntaxNode[] = [];
  commandsIn(tree.root, found);
  const [command, second] = found;
  if (command === undefined || second !== undefined) return null;
  const words: string[] = [];
  for (const child of command.children) {
    if (!child.named || LEFT_OUT.has(child.type)) continue;
    const word = child.type === "command_name" ? child.children[0] : child;
    const bare = word !== undefined && word.children.length === 0 &&
      (word.type === "word" || word.type === "number");
    if (!bare) return null;
    words.push(word.text);
  }
  return words.length === 0 ? null : words;
}
