import type { AbsolutePath } from "../protocol/mod.ts";
import { ConfigError, reasonOf } from "./error.ts";

/** Far more than anybody writes; what is larger was meant to be something else. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The bytes of a config file; `null` = there is none. Waits for nobody: a pipe or a device in its place would hold the
 * program up, or never end, and a project that somebody else wrote may have one.
 *
 * @throws ConfigError `unreadable_file`
 */
export async function readConfigBytes(file: AbsolutePath): Promise<Uint8Array | null> {
  try {
    const info = await Deno.stat(file);
    if (info.isFile && info.size > MAX_BYTES) {
      throw new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    }
    if (info.isFile || info.isDirectory) return await Deno.readFile(file);
    throw new Error("it is not a regular file");
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
