/**
 * What one file imports and declares, read from the syntax tree that Deno's linter builds.
 *
 * `Deno.lint.runPlugin` exists under `deno test` only, which is the one place this module is used.
 *
 * @module
 */

export interface ImportFact {
  readonly specifier: string;
  /** "type" leaves no trace at run time; "lazy" is an `import()` call; "static" is everything else. */
  readonly kind: "static" | "type" | "lazy";
}

export interface FileFacts {
  readonly path: string;
  readonly imports: readonly ImportFact[];
  /** Functions, classes, types and constants at the top level, and methods as `Class.method`. */
  readonly declared: ReadonlySet<string>;
  /** Text of the comment that opens the file, or an empty string. */
  readonly opening: string;
}

function isErased(node: Deno.lint.ImportDeclaration): boolean {
  if (node.importKind === "type") return true;
  const { specifiers } = node;
  return specifiers.length > 0 &&
    specifiers.every((each) => each.type === "ImportSpecifier" && each.importKind === "type");
}

/** The specifier inside `import("./x.ts").T`, whose tree differs between Deno versions: read from its text. */
function specifierOfTypeImport(text: string): string | null {
  return /import\s*\(\s*["']([^"']+)["']/.exec(text)?.[1] ?? null;
}

function memberNames(node: Deno.lint.ClassDeclaration): string[] {
  const className = node.id?.name ?? "default";
  const names: string[] = [];
  for (const member of node.body.body) {
    if (member.type !== "MethodDefinition" && member.type !== "PropertyDefinition") continue;
    if (member.key.type === "Identifier") names.push(`${className}.${member.key.name}`);
  }
  return names;
}

function interfaceMemberNames(node: Deno.lint.TSInterfaceDeclaration): string[] {
  const names: string[] = [];
  for (const member of node.body.body) {
    if (member.type !== "TSMethodSignature" && member.type !== "TSPropertySignature") continue;
    if (member.key.type === "Identifier") names.push(`${node.id.name}.${member.key.name}`);
  }
  return names;
}

/** @throws SyntaxError (from the parser) if `source` is not TypeScript. */
export function readFacts(path: string, source: string): FileFacts {
  const imports: ImportFact[] = [];
  const declared = new Set<string>();
  const plugin: Deno.lint.Plugin = {
    name: "facts",
    rules: {
      all: {
        create(context): Deno.lint.LintVisitor {
          return {
            ImportDeclaration(node) {
              imports.push({
                specifier: node.source.value,
                kind: isErased(node) ? "type" : "static",
              });
            },
            ExportNamedDeclaration(node) {
              if (!node.source) return;
              const kind = node.exportKind === "type" ? "type" : "static";
              imports.push({ specifier: node.source.value, kind });
            },
            ExportAllDeclaration(node) {
              imports.push({ specifier: node.source.value, kind: "static" });
            },
            ImportExpression(node) {
              if (node.source.type !== "Literal") return;
              imports.push({ specifier: String(node.source.value), kind: "lazy" });
            },
            TSImportType(node) {
              const specifier = specifierOfTypeImport(context.sourceCode.getText(node));
              if (specifier !== null) imports.push({ specifier, kind: "type" });
            },
            FunctionDeclaration(node) {
              if (node.id) declared.add(node.id.name);
            },
            ClassDeclaration(node) {
              if (node.id) declared.add(node.id.name);
              for (const name of memberNames(node)) declared.add(name);
            },
            TSInterfaceDeclaration(node) {
              declared.add(node.id.name);
              for (const name of interfaceMemberNames(node)) declared.add(name);
            },
            TSTypeAliasDeclaration(node) {
              declared.add(node.id.name);
            },
            VariableDeclarator(node) {
              if (node.id.type === "Identifier") declared.add(node.id.name);
            },
          };
        },
      },
    },
  };
  Deno.lint.runPlugin(plugin, path, source);
  const opening = /^\s*\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "";
  return { path, imports, declared, opening };
}
