import { resolve } from "node:path/win32";

/** One word as programs of Windows take their command line apart again. */
export function quoteWord(word: string): string {
  if (word !== "" && !/[\s"]/.test(word)) return word;
  // Backslashes count only in front of a quote.
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

export function commandLine(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

export type FoundProgram =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "not_found" }
  /** A batch file: its interpreter takes words apart by rules of its own, which no quoting gets around. */
  | { readonly kind: "batch"; readonly path: string };

export interface SearchOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly isFile: (path: string) => boolean;
}

/** Looks for a program by search path and endings, in the working directory only when the name says so. */
export function findProgram(name: string, { cwd, env, isFile }: SearchOptions): FoundProgram {
  const folders = /[\\/]/.test(name) || /^[a-z]:/i.test(name)
    ? [""]
    : (variable(env, "PATH") ?? "").split(";").filter((folder) => folder !== "");
  const endings = (variable(env, "PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").split(";")
    .filter((ending) => /^\.(com|exe|bat|cmd)$/i.test(ending));
  const hasEnding = /\.(com|exe|bat|cmd)$/i.test(name);
  for (const folder of folders) {
    const base = resolve(cwd, folder, name);
    for (const path of hasEnding ? [base] : endings.map((ending) => base + ending.toLowerCase())) {
      if (!isFile(path)) continue;
      return /\.(bat|cmd)$/i.test(path) ? { kind: "batch", path } : { kind: "found", path };
    }
  }
  return { kind: "not_found" };
}

/** Names of variables know no case here. */
export function variable(
  env: Readonly<Record<string, string>>,
  name: string,
): string | undefined {
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1];
}
