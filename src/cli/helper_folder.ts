import { join } from "node:path";
import { openLockedFolder } from "../files/mod.ts";
import type { AbsolutePath } from "../protocol/mod.ts";
import { RUN_AS } from "./dispatch.ts";
import type { World } from "./world.ts";

/** A folder with programs for the commands of a session. Removed at the end. */
export interface HelperFolder extends AsyncDisposable {
  /** A search path with this folder in front. */
  prependedTo(path: string | undefined): string;
}

const PREFIX = "codex-arg0";
/** Names under which commands find this program as a patch tool, and others find its sandbox. */
const NAMES = [
  "apply_patch",
  "applypatch",
  ...(Deno.build.os === "linux" ? ["codex-linux-sandbox"] : []),
];

/**
 * Makes the folder that gives the commands of one session `apply_patch` and its relatives: `$CODEX_HOME/tmp/arg0/codex-arg0…`,
 * locked for the life of the process. Folders that an earlier process left behind are removed. `null` after
 * a failure, which is reported on stderr and stops nothing.
 */
export async function openHelperFolder(
  { codexHome, world }: {
    codexHome: AbsolutePath;
    world: Pick<World, "self" | "isCompiled" | "stderr">;
  },
): Promise<HelperFolder | null> {
  const root = join(codexHome, "tmp", "arg0");
  try {
    await Deno.mkdir(root, { recursive: true, mode: 0o700 });
    return await makeFolder(root, world);
  } catch (error) {
    await world.stderr.write(
      `WARNING: proceeding, even though we could not update PATH: ${reasonOf(error)}\n`,
    );
    return null;
  }
}

async function makeFolder(
  root: AbsolutePath,
  world: Pick<World, "self" | "isCompiled" | "stderr">,
): Promise<HelperFolder> {
  const folder = await openLockedFolder(root, PREFIX, async (error) => {
    const reason = reasonOf(error);
    await world.stderr.write(`WARNING: old helper folders could not be removed: ${reason}\n`);
  });
  try {
    for (const name of NAMES) await addHelper(folder.path, name, world);
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  const separator = Deno.build.os === "windows" ? ";" : ":";
  return {
    prependedTo: (path) => path ? `${folder.path}${separator}${path}` : folder.path,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function addHelper(
  folder: AbsolutePath,
  name: string,
  { self, isCompiled }: Pick<World, "self" | "isCompiled">,
): Promise<void> {
  if (Deno.build.os === "windows") {
    const variables = Object.entries(self.env).map(([key, value]) => `set "${key}=${value}"\r\n`);
    const command = self.argv.map((word) => `"${word}"`).join(" ");
    const text = `@echo off\r\nsetlocal\r\n${
      variables.join("")
    }${command} ${RUN_AS} ${name} %*\r\n`;
    await Deno.writeTextFile(join(folder, `${name}.bat`), text);
  } else if (isCompiled) {
    await Deno.symlink(self.argv[0]!, join(folder, name));
  } else {
    // The executable is the runtime, which would not look at its own name.
    const variables = Object.entries(self.env).map(([key, value]) => `${key}=${quoted(value)} `);
    const command = self.argv.map(quoted).join(" ");
    const text = `#!/bin/sh\n${variables.join("")}exec ${command} ${RUN_AS} ${name} "$@"\n`;
    await Deno.writeTextFile(join(folder, name), text, { mode: 0o700 });
  }
}

/** One word of a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
