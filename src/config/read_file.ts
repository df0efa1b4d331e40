import { readWhole } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError, reasonOf } from "./error.ts";

/**
 * The bytes of a config file; `null` = there is none. Waits for nobody: a pipe or a device in its place would hold the
 * program up, or never end, and a project that somebody else wrote may have one.
 *
 * @throws ConfigError `unreadable_file`
 */
export async function readConfigBytes(file: AbsolutePath): Promise<Uint8Array | null> {
  try {
    return await readWhole(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new ConfigError(
      "unreadable_file",
      `Failed to read config file ${file}: ${reasonOf(error)}`,
      { file },
      { cause: error },
    );
  }
}
