import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ok, problem, reasonOf, skipped, warning } from "../finding.ts";
import type { Check } from "../run_checks.ts";

const MIB = 1024 * 1024;
/** A long session writes some megabytes. */
const TOO_LITTLE = 50 * MIB;
const LITTLE = 500 * MIB;
/** Files that are counted at most: the size is for a person to get an idea. */
const MOST_FILES = 20_000;

const writable: Check = {
  id: "disk.home",
  area: "disk",
  async run({ codexHome }) {
    const found = await codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME to write to");
    const folder = await nearestFolder(found.value);
    const probe = join(folder, `.codex-doctor-${crypto.randomUUID()}`);
    try {
      await Deno.writeTextFile(probe, "", { createNew: true, mode: 0o600 });
    } catch (error) {
      return problem(
        `${folder} cannot be written to: ${reasonOf(error)}`,
        unwritableRemedy(error),
      );
    }
    await Deno.remove(probe);
    return ok(
      folder === found.value
        ? `${folder} can be written to`
        : `${folder}, where the folder will be made, can be written to`,
    );
  },
};

/** What helps depends on what stands in the way. */
export function unwritableRemedy(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const elsewhere = "or set CODEX_HOME to another folder.";
  switch (code) {
    case "EROFS":
      return `It is mounted read-only: mount it for writing, ${elsewhere}`;
    case "ENOSPC":
    case "EDQUOT":
      return `Make room there, ${elsewhere}`;
    default:
      return `Give yourself the right to write there, ${elsewhere}`;
  }
}

const space: Check = {
  id: "disk.space",
  area: "disk",
  async run({ codexHome }) {
    const found = await codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME");
    const folder = await nearestFolder(found.value);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const summary = `${sizeText(free)} free where ${folder} is`;
    const remedy = "Make room, or set CODEX_HOME to a folder on another disk.";
    if (free < TOO_LITTLE) return problem(summary, remedy);
    return free < LITTLE ? warning(summary, remedy) : ok(summary);
  },
};

const sessions: Check = {
  id: "disk.sessions",
  area: "disk",
  async run({ codexHome }, signal) {
    const found = await codexHome();
    if (!found.ok) return skipped("there is no CODEX_HOME");
    const parts: string[] = [];
    for (const name of ["sessions", "archived_sessions", "log"]) {
      const { files, bytes, all } = await measure(join(found.value, name), signal);
      if (files === 0) continue;
      parts.push(`${name}: ${all ? "" : "more than "}${sizeText(bytes)} in ${files} files`);
    }
    return ok(parts.length === 0 ? "no sessions yet" : parts.join("; "));
  },
};

async function measure(folder: string, signal: AbortSignal) {
  const open = [folder];
  let files = 0;
  let bytes = 0;
  for (let dir = open.pop(); dir !== undefined; dir = open.pop()) {
    if (signal.aborted || files >= MOST_FILES) return { files, bytes, all: false };
    try {
      for await (const entry of Deno.readDir(dir)) {
        if (entry.isDirectory) open.push(join(dir, entry.name));
        if (!entry.isFile) continue;
        files++;
        bytes += (await Deno.lstat(join(dir, entry.name))).size;
      }
    } catch {
      // It is not there, or went away meanwhile.
    }
  }
  return { files, bytes, all: true };
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path;; folder = dirname(folder)) {
    const info = await Deno.stat(folder).catch(() => null);
    if (info?.isDirectory || dirname(folder) === folder) return folder;
  }
}

function sizeText(bytes: number): string {
  if (bytes < MIB) return `${Math.ceil(bytes / 1024)} KiB`;
  const gib = bytes / (1024 * MIB);
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${(bytes / MIB).toFixed(1)} MiB`;
}

export const DISK_CHECKS: readonly Check[] = [writable, space, sessions];
