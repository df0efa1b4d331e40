import { join, resolve } from "node:path";
import { type LockedFolder, openLockedFolder } from "../files/mod.ts";
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
 * @param memory where Linux keeps memory that is shared under names
 * @throws SandboxError where none can be made
 */
export async function openStateFolder(
  { codexHome, env }: Pick<SandboxIo, "codexHome" | "env">,
  memory = "/dev/shm",
): Promise<StateFolder> {
  const path = join(codexHome, "tmp");
  if (await Deno.stat(path).then((info) => info.isDirectory, () => false)) {
    return { path, isKept: true, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const folder = await outOfReach(memory) ?? await openTemporary(temporaryFolder(env));
  return {
    path: folder.path,
    isKept: false,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const PREFIX = "codex-sandbox-";

/**
 * In the memory that everybody shares, which no sandbox of ours lets its commands write to: in a folder for temporary files
 * they could change what the next sandbox is built from. `null` where there is none.
 */
async function outOfReach(memory: AbsolutePath): Promise<LockedFolder | null> {
  if (Deno.build.os !== "linux") return null;
  return await openLockedFolder(memory, PREFIX, () => {}).catch(() => null);
}

async function openTemporary(root: AbsolutePath): Promise<LockedFolder> {
  return await openLockedFolder(root, PREFIX, () => {}).catch((cause) => {
    throw new SandboxError(
      "setup_failed",
      `no folder can be made in ${root}, which the sandbox needs for a time; TMPDIR may name another`,
      { cause },
    );
  });
}

/** As the runtime finds it, too. */
function temporaryFolder(env: Readonly<Record<string, string>>): AbsolutePath {
  if (Deno.build.os === "windows") return env["TEMP"] || env["TMP"] || "C:\\Windows\\Temp";
  return resolve(env["TMPDIR"] || "/tmp");
}
