/**
 * What the scripts need to know about this project, read from `deno.json`: the one place where it is written down.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../", import.meta.url));
export const DIST = join(ROOT, "dist");

/** The Deno this project is tested with, and that the npm package brings along. A test keeps README and CI in step. */
export const DENO_VERSION = "2.9.6";

/**
 * How the engine is to be started. The parser of shell scripts is WebAssembly that runs for moments: optimising it in
 * the background would cost 80 MB and a quarter of a second of processor time, and never pay.
 */
export const ENGINE_FLAGS: readonly string[] = ["--v8-flags=--liftoff-only"];

type PermissionName = "read" | "write" | "net" | "env" | "run" | "sys" | "ffi" | "import";

interface ProjectFile {
  readonly version: string;
  readonly license: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly permissions: { readonly codex: Readonly<Record<PermissionName, boolean>> };
}

export async function readProject(): Promise<ProjectFile> {
  return JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
}

/**
 * The `codex` permission set as command-line flags, for where `-P` is not read (`deno compile`, installed launchers).
 *
 * The program starts with all eight: only then does Deno open anything below `/proc`, `/sys` and `/dev/fd`, which the
 * sandbox, the ending of process groups and `-o /dev/stdout` need. Each command then gives back what it does not use.
 */
export function permissionFlags(project: ProjectFile): string[] {
  return Object.entries(project.permissions.codex)
    .filter(([, granted]) => granted)
    .map(([name]) => `--allow-${name}`);
}
