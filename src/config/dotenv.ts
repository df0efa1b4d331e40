import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";

/**
 * Variables of `$CODEX_HOME/.env`, for laying over the environment. A missing or unreadable file is empty,
 * a bad line is skipped, and names that begin with `CODEX_` in any case are never taken from it.
 */
export async function loadDotEnv(codexHome: AbsolutePath): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(join(codexHome, ".env")).catch(() => "");
  const values = text === "" ? {} : parseDotEnv(text);
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !name.toUpperCase().startsWith("CODEX_")),
  );
}

/** `KEY=value` lines with optional `export`, comments, and single or double quotes over several lines. */
export function parseDotEnv(text: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  const statement =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*(?:'([^']*)'|"((?:[^"\\]|\\[^])*)"|([^\r\n'"#][^\r\n]*?)?)[ \t]*(?:(?<=[ \t'"=])#[^\r\n]*)?\r?$/gm;
  for (const [, name, single, double, bare] of text.matchAll(statement)) {
    if (name === undefined) continue;
    if (single !== undefined) values[name] = single;
    else if (double !== undefined) values[name] = unescape(double);
    else values[name] = unescape((bare ?? "").replace(/[ \t]#.*$/, "").trimEnd());
  }
  return values;
}

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (_, c: string) => c === "n" ? "\n" : c);
}
