/**
 * The programs that are timed beside each other.
 *
 * @module
 */
import { basename, join, resolve } from "node:path";
import { DIST, ENGINE_FLAGS, ROOT } from "../project.ts";
import { executableName, hostTarget } from "../targets.ts";

export interface Program {
  readonly name: string;
  /** The program and the arguments that stand before the scenario's own. */
  readonly argv: readonly string[];
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Ours, in each form that is there: from source, compiled, and as the npm package once it was tried out. */
export async function ownPrograms(): Promise<Program[]> {
  const programs: Program[] = [{
    name: "source",
    argv: [
      Deno.execPath(),
      "run",
      "-q",
      "--no-prompt",
      `--config=${join(ROOT, "deno.json")}`,
      ...ENGINE_FLAGS,
      "-P=codex",
      join(ROOT, "main.ts"),
    ],
  }];
  const target = hostTarget();
  if (target !== null) {
    const compiled = join(DIST, executableName(target));
    if (await exists(compiled)) programs.push({ name: "compiled", argv: [compiled] });
  }
  const installed = join(DIST, "npm", "trial", "node_modules", ".bin", "codex");
  if (await exists(installed)) programs.push({ name: "npm", argv: [installed] });
  return programs;
}

/** `name=/path/to/binary`, or a path alone. */
export function namedProgram(argument: string): Program {
  const at = argument.indexOf("=");
  if (at <= 0) return { name: basename(argument), argv: [resolve(argument)] };
  return { name: argument.slice(0, at), argv: [resolve(argument.slice(at + 1))] };
}

/** What the runtime alone takes: an empty file. */
export async function bareRuntime(folder: string): Promise<Program> {
  const empty = join(folder, "empty.ts");
  await Deno.writeTextFile(empty, "");
  return { name: "bare deno", argv: [Deno.execPath(), "run", "-q", "--no-config", empty] };
}
