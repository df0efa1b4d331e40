/**
 * A lint plugin with the house rules that can be judged from one file alone. `deno lint` runs it in the editor and in
 * CI; the guard test runs it again over the whole tree, where `deno-lint-ignore` has no say. Rules that need the whole
 * tree (import map, cycles, package owners) are in `offences.ts`.
 *
 * @module
 */
import { CAPS, EXEMPTIONS, FRONT_ENDS, PROCESS_STARTERS, WORLD_READERS } from "./map.ts";

type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** Where a file stands in the house, judged from its name alone. */
export interface Place {
  /** From the repository's root, with forward slashes; empty if the file is not part of the product. */
  readonly path: string;
  /** The folder below `src/`, or "main" for `main.ts`; null outside the product. */
  readonly room: string | null;
  readonly isTest: boolean;
}

export function placeOf(filename: string): Place {
  const path = filename.replaceAll("\\", "/").replace(/^file:\/\//, "");
  const inSource = /(?:^|\/)(src\/([^/]+)\/.+)$/.exec(path);
  const isTest = path.endsWith("_test.ts");
  if (inSource?.[1] && inSource[2]) return { path: inSource[1], room: inSource[2], isTest };
  const elsewhere = /(?:^|\/)((?:tests|scripts)\/.+)$/.exec(path);
  if (elsewhere?.[1]) return { path: elsewhere[1], room: null, isTest };
  const isMain = /(?:^|\/)main\.ts$/.test(path);
  return { path: path.split("/").at(-1) ?? path, room: isMain ? "main" : null, isTest };
}

/** Product code: what ships. Tests beside it may touch the world as they like. */
function ships(place: Place): place is Place & { room: string } {
  return place.room !== null && !place.isTest;
}

function isExempt(path: string, rule: string): boolean {
  return EXEMPTIONS.some((exemption) => exemption.path === path && exemption.rule === rule);
}

function lineCount(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

/** `globalThis.Deno.exit` and `Deno["exit"]` are `Deno.exit`; null for anything that is not a plain chain of names. */
function chainOf(node: Deno.lint.Node): string | null {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return null;
  const object = chainOf(node.object);
  if (object === null) return null;
  const property = node.property;
  const name = property.type === "Identifier" && !node.computed
    ? property.name
    : property.type === "Literal" && typeof property.value === "string"
    ? property.value
    : null;
  if (name === null) return null;
  return object === "globalThis" ? name : `${object}.${name}`;
}

/** Forbids member chains such as `Deno.exit` outside the rooms that may use them. */
function forbidsChains(
  chains: readonly string[],
  mayUse: (room: string) => boolean,
  advice: string,
): Deno.lint.Rule {
  const forbidden = new Set(chains);
  return {
    create(context: Context): Visitor {
      const place = placeOf(context.filename);
      if (!ships(place) || mayUse(place.room)) return {};
      return {
        // `const { exit } = Deno` comes to the same as `Deno.exit`.
        VariableDeclarator(node) {
          const object = node.init && node.id.type === "ObjectPattern" ? chainOf(node.init) : null;
          if (object === null || node.id.type !== "ObjectPattern") return;
          for (const property of node.id.properties) {
            if (property.type !== "Property" || property.key.type !== "Identifier") continue;
            const chain = `${object}.${property.key.name}`;
            if (!forbidden.has(chain)) continue;
            context.report({ node, message: `${chain} is out of bounds here: ${advice}` });
          }
        },
        MemberExpression(node) {
          const chain = chainOf(node);
          if (chain === null || !forbidden.has(chain)) return;
          context.report({ node, message: `${chain} is out of bounds here: ${advice}` });
        },
      };
    },
  };
}

const output: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!ships(place) || place.room === "main" || FRONT_ENDS.includes(place.room)) return {};
    const advice = "only front ends write to the terminal; return a value or use the logger";
    const streams = new Set([
      "Deno.stdout",
      "Deno.stderr",
      "process.stdout",
      "process.stderr",
      "alert",
      "prompt",
      "confirm",
    ]);
    return {
      MemberExpression(node) {
        const chain = chainOf(node);
        if (chain === null) return;
        if (!streams.has(chain) && chain.split(".")[0] !== "console") return;
        // `console.log` inside `console.log.bind` is reported once, as the inner chain.
        if (node.parent?.type === "MemberExpression" && chain.startsWith("console.")) {
          if (chain.split(".").length > 2) return;
        }
        context.report({ node, message: `${chain} is out of bounds here: ${advice}` });
      },
    };
  },
};

const exit = forbidsChains(
  ["Deno.exit", "Deno.exitCode", "process.exit", "process.exitCode"],
  (room) => room === "main",
  "return an exit code; main.ts alone ends the process",
);

const environment: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!ships(place) || place.room === "main" || WORLD_READERS.includes(place.room)) return {};
    if (isExempt(place.path, "environment")) return {};
    const advice = "cli reads the world once and passes it down";
    const chains = forbidsChains(
      [
        "Deno.env",
        "Deno.cwd",
        "Deno.chdir",
        "Deno.args",
        "process.env",
        "process.cwd",
        "process.chdir",
        "process.argv",
        "process.argv0",
        "os.homedir",
      ],
      (room) => WORLD_READERS.includes(room) || room === "main",
      advice,
    ).create(context);
    return {
      ...chains,
      ImportSpecifier(node) {
        if (node.imported.type !== "Identifier" || node.imported.name !== "homedir") return;
        context.report({ node, message: `homedir is out of bounds here: ${advice}` });
      },
    };
  },
};

const processes: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!ships(place) || PROCESS_STARTERS.includes(place.room)) return {};
    const advice = "what starts programs is named in tests/guard/map.ts; use the process room";
    return {
      ...forbidsChains(["Deno.Command"], () => false, advice).create(context),
      ImportDeclaration(node) {
        if (!/^(?:node:)?child_process$/.test(node.source.value)) return;
        context.report({ node, message: `${node.source.value} is out of bounds here: ${advice}` });
      },
    };
  },
};

/** An empty collection at module level is there to be written to. */
function isEmptyCollection(node: Deno.lint.Node | null): boolean {
  if (node === null) return false;
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") {
    return isEmptyCollection(node.expression);
  }
  if (node.type === "ArrayExpression") return node.elements.length === 0;
  if (node.type === "ObjectExpression") return node.properties.length === 0;
  if (node.type !== "NewExpression" || node.callee.type !== "Identifier") return false;
  const growing = ["Map", "Set", "WeakMap", "WeakSet", "Array"];
  return growing.includes(node.callee.name) && node.arguments.length === 0;
}

const moduleState: Deno.lint.Rule = {
  create(context) {
    if (!ships(placeOf(context.filename))) return {};
    const check = (node: Deno.lint.VariableDeclaration) => {
      if (node.kind === "let" || node.kind === "var") {
        context.report({ node, message: `module-level ${node.kind}: state needs an owner` });
        return;
      }
      for (const declarator of node.declarations) {
        if (!isEmptyCollection(declarator.init)) continue;
        if (context.sourceCode.getText(declarator.id).includes("readonly")) continue;
        if (/Readonly(?:Map|Set|Array)?\b/.test(context.sourceCode.getText(declarator.id))) {
          continue;
        }
        context.report({
          node: declarator,
          message: "an empty collection at module level is state: give it an owner",
        });
      }
    };
    return {
      "Program > VariableDeclaration": check,
      "Program > ExportNamedDeclaration > VariableDeclaration": check,
    };
  },
};

const lazyLiteral: Deno.lint.Rule = {
  create(context) {
    if (!ships(placeOf(context.filename))) return {};
    return {
      ImportExpression(node) {
        if (node.source.type === "Literal" && typeof node.source.value === "string") return;
        const message = "a lazy import needs a string literal, else the compiled program lacks it";
        context.report({ node, message });
      },
    };
  },
};

const namedExports: Deno.lint.Rule = {
  create(context) {
    if (placeOf(context.filename).room === null) return {};
    return {
      ExportAllDeclaration(node) {
        context.report({ node, message: "export * hides what a module offers: name each export" });
      },
      ExportDefaultDeclaration(node) {
        context.report({ node, message: "a default export has no name: export it by name" });
      },
    };
  },
};

const fileSize: Deno.lint.Rule = {
  create(context) {
    const { path } = placeOf(context.filename);
    if (isExempt(path, "file_size")) return {};
    return {
      Program(node) {
        const lines = lineCount(context.sourceCode.text);
        if (lines <= CAPS.fileLines) return;
        const message = `${lines} lines; a file has at most ${CAPS.fileLines}: one idea a file`;
        // A whole-file range would paint the editor red from top to bottom.
        context.report({ range: [node.range[0], node.range[0] + 1], message });
      },
    };
  },
};

const functionSize: Deno.lint.Rule = {
  create(context) {
    const { path } = placeOf(context.filename);
    if (isExempt(path, "function_size")) return {};
    const check = (node: Deno.lint.Node) => {
      const lines = lineCount(context.sourceCode.getText(node));
      if (lines <= CAPS.functionLines) return;
      const message = `${lines} lines; a function has at most ${CAPS.functionLines}`;
      context.report({ range: [node.range[0], node.range[0] + 1], message });
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
    };
  },
};

const importCount: Deno.lint.Rule = {
  create(context) {
    const { path } = placeOf(context.filename);
    if (isExempt(path, "import_count")) return {};
    const modules = new Set<string>();
    return {
      ImportDeclaration(node) {
        modules.add(node.source.value);
        if (modules.size !== CAPS.imports + 1) return;
        const message = `more than ${CAPS.imports} imports: this file knows too many others`;
        context.report({ node, message });
      },
    };
  },
};

const VAGUE_NAMES = ["utils", "util", "helpers", "helper", "misc", "common"];

const fileName: Deno.lint.Rule = {
  create(context) {
    const { path } = placeOf(context.filename);
    const base = path.split("/").at(-1) ?? path;
    const stem = base.replace(/\.(?:d\.)?[jt]s$/, "");
    return {
      Program(node) {
        const range: Deno.lint.Range = [node.range[0], node.range[0] + 1];
        if (!/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(stem)) {
          context.report({ range, message: `${base}: file names are snake_case` });
        }
        if (VAGUE_NAMES.includes(stem.replace(/_test$/, ""))) {
          context.report({ range, message: `${base} says nothing: name the file after its idea` });
        }
      },
    };
  },
};

const comments: Deno.lint.Rule = {
  create(context) {
    return {
      "Program:exit"() {
        for (const comment of context.sourceCode.getAllComments()) {
          const { value, range } = comment;
          if (/(?:^|\n)\s*\*?\s*[-=*#~─━═]{6,}/.test(value)) {
            const message = "a banner comment asks for a second file";
            context.report({ range, message });
          }
          if (/\b(?:TODO|FIXME)\b/.test(value)) {
            context.report({ range, message: "finish it now, or open an issue" });
          }
          if (/deno-lint-ignore(?:-file)?[^\n]*\bhouse\//.test(value)) {
            const message = "house rules are not switched off in a comment: use the exemption list";
            context.report({ range, message });
          }
        }
      },
    };
  },
};

/** Every rule, by the name it is reported under: `house/exit` and so on. */
export const RULES = {
  "comments": comments,
  "environment": environment,
  "exit": exit,
  "file-name": fileName,
  "file-size": fileSize,
  "function-size": functionSize,
  "import-count": importCount,
  "lazy-literal": lazyLiteral,
  "module-state": moduleState,
  "named-exports": namedExports,
  "output": output,
  "processes": processes,
} satisfies Record<string, Deno.lint.Rule>;

// `deno lint` asks for the plugin as the default export.
const plugin: Deno.lint.Plugin = { name: "house", rules: RULES };
export default plugin;
