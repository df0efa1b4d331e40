import { resolve } from "node:path";
import type { AbsolutePath } from "../protocol/mod.ts";

export type FoundCommand = "found" | "not_found" | "not_executable";

/** Linux reads no more of a first line. */
const INTERPRETER_BYTES = 256;

/**
 * Looks for a program as `execvp` will. A sandbox that fails to start a command has an exit code of its own for that;
 * people and scripts expect that of a shell.
 */
export async function findCommand(
  program: string,
  { cwd, path }: { readonly cwd: AbsolutePath; readonly path: string },
): Promise<FoundCommand> {
  const places = program.includes("/")
    ? [program]
    : path.split(":").map((dir) => `${dir || "."}/${program}`);
  let best: FoundCommand = "not_found";
  for (const place of program === "" ? [] : places) {
    const found = await lookAt(resolve(cwd, place));
    if (found === "found") return found;
    if (found === "not_executable") best = found;
  }
  return best;
}

async function lookAt(path: AbsolutePath): Promise<FoundCommand> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile || ((info.mode ?? 0) & 0o111) === 0) return "not_executable";
    return await hasInterpreter(path) ? "found" : "not_found";
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return "not_executable";
    return "not_found";
  }
}

/** Whether the program that a script names in its first line is there. True for what is no script. */
async function hasInterpreter(path: AbsolutePath): Promise<boolean> {
  let start: string;
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(INTERPRETER_BYTES);
    start = new TextDecoder().decode(bytes.subarray(0, await file.read(bytes) ?? 0));
  } catch {
    // A program can be executable and not readable.
    return true;
  }
  const interpreter = /^#![ \t]*(\/[^\s\0]+)/.exec(start)?.[1];
  return interpreter === undefined ||
    await Deno.stat(interpreter).then((info) => info.isFile, () => false);
}
