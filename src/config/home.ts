import { join } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError, reasonOf } from "./error.ts";

/**
 * The folder of everything that is kept: `CODEX_HOME` when set (it must be a folder; links are resolved),
 * else `.codex` in the home folder, which need not exist.
 *
 * @throws ConfigError `codex_home`
 */
export async function findCodexHome(
  { env, home }: { env: Readonly<Record<string, string>>; home: AbsolutePath },
): Promise<AbsolutePath> {
  const wanted = env["CODEX_HOME"] ?? "";
  if (wanted === "") return join(home, ".codex");
  try {
    const info = await Deno.stat(wanted);
    if (info.isDirectory) return await Deno.realPath(wanted);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new ConfigError(
        "codex_home",
        `CODEX_HOME points to ${JSON.stringify(wanted)}, but that path does not exist`,
        { file: wanted },
        { cause: error },
      );
    }
    throw new ConfigError(
      "codex_home",
      `failed to read CODEX_HOME ${JSON.stringify(wanted)}: ${reasonOf(error)}`,
      { file: wanted },
      { cause: error },
    );
  }
  throw new ConfigError(
    "codex_home",
    `CODEX_HOME points to ${JSON.stringify(wanted)}, but that path is not a directory`,
    { file: wanted },
  );
}
