import type { SyntaxNode, SyntaxTree } from "./grammar.ts";
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

/** Words of the shell's own syntax, where the grammar takes them for names. */
const RESERVED = new Set([
  ...["if", "then", "elif", "else", "fi", "for", "in", "while", "until", "do", "done", "case"],
  ...["esac", "select", "function", "time", "coproc", "[[", "]]", "{", "}", "!"],
]);

const BLANK = /^(?:[ \t\n]|\\\n)*$/;

/** White space to one of grammar and shell, an ordinary character to the other. */
// deno-lint-ignore no-control-regex
const DISPUTED = /[\x00-\x08\x0b-\x1f\x7f]|[^\S \t\n]/;

/**
 * The commands of a script that consists of plain commands joined by `&&`, `||`, `;`, `|` and line ends, in order.
 * `null` = it is anything else. `[]` = there are none.
 */
export function plainCommands(script: string, tree: SyntaxTree): readonly PlainCommand[] | null {
  if (tree.broken || DISPUTED.test(script)) return null;
  const { start, text } = tree.root;
  if (!BLANK.test(script.slice(0, start) + script.slice(start + text.length))) return null;
  const commands: PlainCommand[] = [];
  return collect(tree.root, commands) ? commands : null;
}

function collect(node: SyntaxNode, commands: PlainCommand[]): boolean {
  if (!node.named) return TOKENS.has(node.type) || node.text.trim() === "";
  if (node.type === "command") {
    const command = readCommand(node);
    if (command === null) return false;
    commands.push(command);
    return true;
  }
  return STRUCTURE.has(node.type) && hasNoHoles(node) &&
    node.children.every((child) => collect(child, commands));
}

/**
 * The grammar passes over what it takes for blank, an escaped blank too, which is a word to the shell; and it ends
 * words where the shell does not.
 */
function hasNoHoles(node: SyntaxNode): boolean {
  let at = node.start;
  for (const [index, { start, text }] of node.children.entries()) {
    const gap = node.text.slice(at - node.start, start - node.start);
    const glued = node.type === "command" && index > 0 && !/[ \t]/.test(gap);
    if (glued || !BLANK.test(gap)) return false;
    at = start + text.length;
  }
  return BLANK.test(node.text.slice(at - node.start));
}

function readCommand(node: SyntaxNode): PlainCommand | null {
  const words: Word[] = [];
  if (!hasNoHoles(node)) return null;
  for (const child of node.children) {
    const word = child.type === "command_name" ? readName(child) : readArgument(child);
    if (word === null) return null;
    words.push(word);
  }
  return node.children[0]?.type === "command_name" ? words : null;
}

/** The name has to be bare: quotes around it are a way to hide from rules. */
function readName(node: SyntaxNode): Word | null {
  const [only, more] = node.children;
  if (only === undefined || more !== undefined || only.type !== "word") return null;
  // `%` asks for a job of the shell.
  if (RESERVED.has(only.text) || only.text.startsWith("%")) return null;
  return readArgument(only);
}

function readArgument(node: SyntaxNode): Word | null {
  const parts = wordParts(node);
  if (parts === null) return null;
  const word = readWord(parts);
  return word === null || (node.type === "concatenation" && word.text === "") ? null : word;
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
