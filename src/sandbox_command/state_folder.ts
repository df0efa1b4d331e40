import { join, resolve } from "node:path";
import { openLockedFolder } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { SandboxError } from "../sandbox/mod.ts";
import type { SandboxIo } from "./args.ts";

export interface StateFolder extends AsyncDisposable {
  readonly path: AbsolutePath;
  /** It was there before and stays. */
  readonly isKept: boolean;
}

/**
 * Where a session keeps such files, if there has been one; this command by itself leaves nothing behind. What one left
 * behind that was killed goes with the next.
 *
 * @throws SandboxError where none can be made
 */
export async function openStateFolder(
  { codexHome, env }: Pick<SandboxIo, "codexHome" | "env">,
): Promise<StateFolder> {
  const path = join(codexHome, "tmp");
  if (await Deno.stat(path).then((info) => info.isDirectory, () => false)) {
    return { path, isKept: true, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const root = temporaryFolder(env);
  const folder = await openLockedFolder(root, "codex-sandbox-", () => {}).catch((cause) => {
    throw new SandboxError(
      "setup_failed",
      `no folder can be made in ${root}, which the sandbox needs for a time; TMPDIR may name another`,
      { cause },
    );
  });
  return {
    path: folder.path,
    isKept: false,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** As the runtime finds it, too. */
function temporaryFolder(env: Readonly<Record<string, string>>): AbsolutePath {
  if (Deno.build.os === "windows") return env["TEMP"] || env["TMP"] || "C:\\Windows\\Temp";
  return resolve(env["TMPDIR"] || "/tmp");
}
