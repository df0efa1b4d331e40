import type { Confined } from "../sandbox/mod.ts";
import { findProgram } from "./find_program.ts";
import type { SpawnFailure } from "./types.ts";

export type Spawned =
  | { readonly ok: true; readonly child: Deno.ChildProcess }
  | { readonly ok: false; readonly error: SpawnFailure };

export type Prepared =
  | { readonly ok: true; readonly program: string }
  | { readonly ok: false; readonly error: SpawnFailure };

/**
 * Starts a command on pipes, in a session and process group of its own. The program is searched on the PATH that the
 * command gets, never on ours. A program that cannot be started is a value, not an exception.
 */
export async function spawnPiped(command: Confined, stdin: "null" | "piped"): Promise<Spawned> {
  const prepared = await prepare(command);
  if (!prepared.ok) return prepared;
  try {
    const child = new Deno.Command(prepared.program, {
      args: command.argv.slice(1),
      cwd: command.cwd,
      clearEnv: true,
      env: { ...command.env },
      stdin,
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    return { ok: true, child };
  } catch (error) {
    return { ok: false, error: await explain(command, error) };
  }
}

/** Finds the program and checks the folder; what is left to fail is the start itself. */
export async function prepare(command: Confined): Promise<Prepared> {
  const name = command.argv[0];
  if (name === undefined) return failure("empty_argv", "the command is empty");
  const strings = [...command.argv, ...Object.entries(command.env).flat()];
  if (strings.some((string) => string.includes("\0"))) {
    return failure("other", "an argument or a variable holds a NUL, which no command can receive");
  }
  const cwdProblem = await folderProblem(command.cwd);
  if (cwdProblem !== null) return { ok: false, error: cwdProblem };
  if (Deno.build.os === "windows") return { ok: true, program: name };
  const program = await findProgram(name, command.env["PATH"], command.cwd);
  if (program === null) return failure("not_found", `no program named "${name}" was found`);
  return { ok: true, program };
}

async function explain(command: Confined, error: unknown): Promise<SpawnFailure> {
  const name = command.argv[0] ?? "";
  const message = error instanceof Error ? error.message : String(error);
  const cwdProblem = await folderProblem(command.cwd);
  if (cwdProblem !== null) return cwdProblem;
  if (error instanceof Deno.errors.NotFound) {
    // The file is there, so what is missing is the interpreter that it names.
    return { code: "not_found", message: `"${name}" could not be started: ${message}` };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return { code: "permission_denied", message: `"${name}" may not be executed: ${message}` };
  }
  return { code: "other", message: `"${name}" could not be started: ${message}` };
}

/** Error numbers of Linux, as `posix_spawn` returns them. */
export function explainErrno(command: Confined, errno: number): SpawnFailure {
  const name = command.argv[0] ?? "";
  const message = `"${name}" could not be started (error ${errno})`;
  if (errno === 2) return { code: "not_found", message };
  if (errno === 13) return { code: "permission_denied", message };
  return { code: "other", message };
}

async function folderProblem(cwd: string): Promise<SpawnFailure | null> {
  try {
    // The dot makes the system check that the folder may be entered, not only seen.
    const info = await Deno.stat(`${cwd}/.`);
    if (info.isDirectory) return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { code: "bad_cwd", message: `the working folder ${cwd} does not exist` };
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      return { code: "bad_cwd", message: `the working folder ${cwd} may not be entered` };
    }
  }
  return { code: "bad_cwd", message: `${cwd} is not a folder` };
}

function failure(code: SpawnFailure["code"], message: string): Prepared {
  return { ok: false, error: { code, message } };
}
