import { join } from "node:path";
import type { FileLocks } from "../../platform/mod.ts";
import type { AbsolutePath } from "../../protocol/mod.ts";
import { SandboxError } from "../error.ts";

/**
 * A pipe with a name that this process holds open for the time of one command. Who reads from it comes to its end when
 * this process lets go or is gone, however it was ended. A shell beside the command does.
 */
export interface Lifeline extends Disposable {
  readonly path: AbsolutePath;
}

/** The same values on x86_64 and aarch64. Both ends at once: nobody is waited for. */
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

/** @param locks must stay open until the result is disposed of */
export function openLifeline(stateDir: AbsolutePath, locks: FileLocks): Lifeline {
  const path = join(stateDir, `command-${crypto.randomUUID()}`);
  const descriptor = locks.makePipe(path) ? locks.open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
  if (descriptor < 0) throw new SandboxError("setup_failed", `cannot make the pipe ${path}`);
  return {
    path,
    [Symbol.dispose]() {
      // While the shell still waits: it leaves alone what is gone.
      Deno.removeSync(path);
      locks.close(descriptor);
    },
  };
}

/**
 * Opens the pipe `$lifeline` for reading as descriptor 7 without waiting for a writer, who may be gone by now; to be
 * followed by what reads, and by `RELEASE_LIFELINE`.
 */
export const GRASP_LIFELINE = 'exec 8<>"$lifeline" 7<"$lifeline" 8>&-';
export const RELEASE_LIFELINE = "exec 7<&-";
