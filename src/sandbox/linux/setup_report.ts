import type { AbsolutePath } from "../../protocol/mod.ts";

/**
 * Whether a command of a sandbox has begun, by the report of bubblewrap (`--json-status-fd`): it writes the exit code of a
 * command that it has started, and nothing of one that it could not. True when there is no report to read.
 */
export async function commandBegan(report: AbsolutePath): Promise<boolean> {
  try {
    return (await Deno.readTextFile(report)).includes('"exit-code"');
  } catch {
    return true;
  }
}
