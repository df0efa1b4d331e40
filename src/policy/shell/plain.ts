import type { SyntaxNode, SyntaxTree } from "./grammar.ts";
import { splitScript, type WrittenWord } from "./split_script.ts";
import { readWord, type Word, type WordPart } from "./word.ts";

/** A command of nothing but words: no expansion of values, no redirection, no assignment. */
export type PlainCommand = readonly Word[];

const STRUCTURE = new Set(["program", "list", "pipeline", "command", "command_name"]);
const WORDS = new Set([
  "word",
  "string",
  "string_content",
  "raw_string",
  "number",
  "concatenation",
]);
const TOKENS = new Set(["&&", "||", ";", "|", '"', "'"]);

/** Words of a shell's own syntax, where the grammar takes them for names; the last are those of zsh. */
const RESERVED = new Set([
  ...["if", "then", "elif", "else", "fi", "for", "in", "while", "until", "do", "done", "case"],
  ...["esac", "select", "function", "time", "coproc", "[[", "]]", "{", "}", "!"],
  ...["-", "nocorrect", "repeat", "foreach", "end"],
]);

/**
 * The commands of a script that consists of plain commands joined by `&&`, `||`, `;`, `|` and line ends, in order.
 * `null` = it is anything else. `[]` = there are none.
 *
 * The grammar tells what stands where; where words and commands end is read a second time by the rules of shells,
 * since the grammar passes over some line ends and blanks that are none. Where the two differ, nothing is plain.
 */
export function plainCommands(script: string, tree: SyntaxTree): readonly PlainCommand[] | null {
  if (tree.broken) return null;
  const seen: SyntaxNode[] = [];
  if (!collect(tree.root, seen)) return null;
  const written = splitScript(script);
  if (written === null || written.length !== seen.length) return null;
  const commands: PlainCommand[] = [];
  for (const [index, words] of written.entries()) {
    const command = readCommand(seen[index]!, words);
    if (command === null) return null;
    commands.push(command);
  }
  return commands;
}

function collect(node: SyntaxNode, commands: SyntaxNode[]): boolean {
  if (!node.named) return TOKENS.has(node.type) || node.text.trim() === "";
  if (node.type !== "command") {
    return STRUCTURE.has(node.type) && node.children.every((child) => collect(child, commands));
  }
  commands.push(node);
  return node.children.every((child, index) =>
    index === 0 ? isBareName(child) : wordParts(child) !== null
  );
}

/** The name has to be bare: quotes around it are a way to hide from rules. */
function isBareName(node: SyntaxNode): boolean {
  const [only, more] = node.children;
  if (node.type !== "command_name" || only?.type !== "word" || more !== undefined) return false;
  // `%` asks for a job of the shell.
  return only.children.length === 0 && !RESERVED.has(only.text) && !only.text.startsWith("%");
}

function readCommand(node: SyntaxNode, written: readonly WrittenWord[]): PlainCommand | null {
  if (written.length !== node.children.length) return null;
  const words: Word[] = [];
  for (const [index, { start, end, parts }] of written.entries()) {
    const seen = node.children[index]!;
    if (seen.start !== start || seen.text.length !== end - start) return null;
    const word = readWord(parts);
    if (word === null || (seen.type === "concatenation" && word.text === "")) return null;
    words.push(word);
  }
  return words;
}

/** The stretches that a word is made of. `null` = it holds an expansion. */
export function wordParts(node: SyntaxNode): readonly WordPart[] | null {
  switch (node.type) {
    case "word":
    case "number":
      return node.children.length === 0 ? [{ quoting: "none", source: node.text }] : null;
    case "raw_string":
      return [{ quoting: "single", source: node.text.slice(1, -1) }];
    case "string": {
      const content = node.children.filter(({ type }) => type !== '"');
      if (!content.every(({ type }) => type === "string_content")) return null;
      return [{ quoting: "double", source: node.text.slice(1, -1) }];
    }
    case "concatenation": {
      const parts: WordPart[] = [];
      for (const child of node.children) {
        if (!child.named || !WORDS.has(child.type)) return null;
        const read = wordParts(child);
        if (read === null) return null;
        parts.push(...read);
      }
      return parts;
    }
    default:
      return null;
  }
}
