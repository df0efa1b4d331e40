import { fileURLToPath } from "node:url";

/** How the program under test is started: a built one that `CODEX_BIN` names, else this source tree. */
export interface Program {
  readonly argv: readonly string[];
  /** Variables that it needs whatever else its environment holds. */
  readonly env: Readonly<Record<string, string>>;
}

/** A test's HOME is a folder of its own, so a program run from source is told where Deno's cache is. */
export function denoCache(): string {
  const given = Deno.env.get("DENO_DIR");
  if (given !== undefined) return given;
  const home = Deno.env.get("HOME") ?? "";
  switch (Deno.build.os) {
    case "windows":
      return `${Deno.env.get("LOCALAPPDATA")}\\deno`;
    case "darwin":
      return `${home}/Library/Caches/deno`;
    default:
      return `${Deno.env.get("XDG_CACHE_HOME") ?? `${home}/.cache`}/deno`;
  }
}

export function programUnderTest(): Program {
  const binary = Deno.env.get("CODEX_BIN");
  if (binary) return { argv: [binary], env: {} };
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  return {
    argv: [Deno.execPath(), "run", "--quiet", "--no-lock", "-A", main],
    env: { DENO_DIR: denoCache(), DENO_NO_UPDATE_CHECK: "1" },
  };
}
