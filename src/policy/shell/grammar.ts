import type { Parser, TreeCursor } from "web-tree-sitter";
import { PolicyError } from "../error.ts";

/**
 * The grammar of bash, compiled to WebAssembly: `tree-sitter-bash.wasm` of the npm package `tree-sitter-bash`
 * 0.25.1, alone, because the rest of that package is 20 MB of native code. The bundle has it beside itself. Not
 * called `.wasm`: `deno compile` would take it for a module of the program.
 */
const GRAMMAR_FILE = "./bash_grammar.bin";

/** Longer scripts are not looked into. */
const MAX_SCRIPT_LENGTH = 256 * 1024;
const MAX_NODES = 100_000;
const MAX_DEPTH = 500;
/** Reports of progress after which parsing is given up; a script within the bounds above needs far fewer. */
const MAX_PROGRESS = 2_000_000;

/** A node of the syntax tree, out of the parser's memory. */
export interface SyntaxNode {
  readonly type: string;
  /** False for operators, quotes and other literal tokens. */
  readonly named: boolean;
  readonly text: string;
  /** Where `text` starts in the script, in UTF-16 units. */
  readonly start: number;
  readonly children: readonly SyntaxNode[];
}

/** The tree of a script. `broken`: it holds something that the grammar does not provide for. */
export interface SyntaxTree {
  readonly root: SyntaxNode;
  readonly broken: boolean;
}

/** Reads bash scripts. Loading takes tens of milliseconds, so whoever needs it keeps one. */
export class BashGrammar {
  readonly #parser: Parser;

  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  static async load(): Promise<BashGrammar> {
    try {
      // Compiled by another thread while this one goes on.
      const grammar = readBeside(GRAMMAR_FILE).then((bytes) => WebAssembly.compile(bytes));
      const [{ Language, Parser }, module] = await Promise.all([loadEngine(), grammar]);
      const parser = new Parser();
      parser.setLanguage(Language.loadSync(module));
      return new BashGrammar(parser);
    } catch (cause) {
      throw new PolicyError("grammar_unavailable", "the grammar of bash cannot be loaded", {
        cause,
      });
    }
  }

  /** `null` = too large to look into. */
  parse(script: string): SyntaxTree | null {
    if (script.length > MAX_SCRIPT_LENGTH) return null;
    let steps = 0;
    const tree = this.#parser.parse(script, null, {
      progressCallback: () => ++steps > MAX_PROGRESS,
    });
    if (tree === null) {
      this.#parser.reset();
      return null;
    }
    const cursor = tree.walk();
    try {
      const root = copyTree(cursor, script);
      return root === null ? null : { root, broken: tree.rootNode.hasError };
    } finally {
      cursor.delete();
      tree.delete();
    }
  }
}

type Engine = typeof import("web-tree-sitter");

async function loadEngine(): Promise<Engine> {
  const [engine, wasmBinary] = await Promise.all([
    import("web-tree-sitter"),
    readBeside(import.meta.resolve("web-tree-sitter/web-tree-sitter.wasm")),
  ]);
  await withoutProcess(() => engine.Parser.init({ wasmBinary }));
  return engine;
}

/**
 * Where it finds Node's `process`, the engine loads all of Node's layer to read one file, which it is given here: more
 * than half of what loading the grammar took. It looks before its first `await`; until then nothing else runs.
 */
function withoutProcess<T>(start: () => T): T {
  const name = "process";
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  if (own?.configurable !== true) return start();
  Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
  try {
    return start();
  } finally {
    Object.defineProperty(globalThis, name, own);
  }
}

function readBeside(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(new URL(file, import.meta.url));
}

interface Growing extends SyntaxNode {
  readonly children: SyntaxNode[];
}

function copyTree(cursor: TreeCursor, script: string): SyntaxNode | null {
  const copyNode = (): Growing => ({
    type: cursor.nodeType,
    named: cursor.nodeIsNamed,
    start: cursor.startIndex,
    text: script.slice(cursor.startIndex, cursor.endIndex),
    children: [],
  });
  const root = copyNode();
  const open: Growing[] = [root];
  for (let count = 0; count < MAX_NODES; count++) {
    const here = open.at(-1) ?? root;
    if (cursor.gotoFirstChild()) {
      if (open.length >= MAX_DEPTH) return null;
      const child = copyNode();
      here.children.push(child);
      open.push(child);
      continue;
    }
    while (!cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) return root;
      open.pop();
    }
    open.pop();
    const sibling = copyNode();
    open.at(-1)?.children.push(sibling);
    open.push(sibling);
  }
  return null;
}
