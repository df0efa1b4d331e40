import type { AbsolutePath } from "../../protocol/mod.ts";
import type { Limit } from "../types.ts";
import { findSystemProgram } from "./system_program.ts";

/** What keeps file systems that are mounted later out of a command's view. */
export interface LateMounts {
  /** In front of what starts the sandbox; it becomes that. Empty where nothing is needed, or nothing works. */
  readonly argv: readonly string[];
  readonly limits: readonly Limit[];
}

/** Optional fields of `/proc/self/mountinfo`: this mount takes part in what is mounted elsewhere. A path has no blanks there. */
const FOLLOWS = / (?:shared|master):\d+ /;

const COME_IN: Limit = {
  code: "late_mounts",
  message:
    "Commands can write to file systems that are mounted while they run, by an automounter too: unshare of util-linux, which keeps them out, is missing or may not.",
};

/**
 * Bubblewrap makes read-only what is mounted when it starts, and goes on following the machine: what is mounted later,
 * as by an automounter when a command only looks there, would come in writable. So it gets a copy of the mounts that
 * follows nobody. In most containers none does, and nothing is to be done.
 *
 * @param trial starts bubblewrap once
 */
export function keepLateMountsOut(
  trial: readonly string[],
  mounts = Deno.readTextFileSync("/proc/self/mountinfo"),
): LateMounts {
  if (!FOLLOWS.test(mounts)) return { argv: [], limits: [] };
  const unshare = findSystemProgram("unshare");
  if (unshare === null) return { argv: [], limits: [COME_IN] };
  const argv = [unshare, ...rights(), "--mount", "--propagation", "private"];
  return works(unshare, [...argv.slice(1), ...trial])
    ? { argv, limits: [] }
    : { argv: [], limits: [COME_IN] };
}

/** Root needs no namespace of users for it, and would lose its rights over the files of others in one. */
function rights(): string[] {
  return Deno.uid() === 0 ? [] : ["--user", "--map-current-user"];
}

function works(program: AbsolutePath, args: readonly string[]): boolean {
  const trial = new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return trial.outputSync().success;
}
