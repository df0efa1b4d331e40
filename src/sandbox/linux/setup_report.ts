import { join } from "node:path";
import type { AbsolutePath } from "../../protocol/mod.ts";

/** The file in which bubblewrap notes what becomes of one command (`--json-status-fd`). The launching shell makes it. */
export interface SetupReport extends Disposable {
  readonly path: AbsolutePath;
  /** See `Confined.began`. Also to be asked after disposing. */
  began(exitCode: number): boolean;
}

/** @param stateDir where commands cannot write */
export function openReport(stateDir: AbsolutePath): SetupReport {
  const path = join(stateDir, `report-${crypto.randomUUID()}`);
  let kept: string | null = null;
  return {
    path,
    began: (exitCode) => commandBegan(kept ?? textOf(path), exitCode),
    [Symbol.dispose]() {
      kept ??= textOf(path);
      removeIfThere(path);
    },
  };
}

/** Bubblewrap could not be started by the shell, or was ended by a filter around it (128 + SIGSYS). */
const ENDED_EARLY: ReadonlySet<number> = new Set([126, 127, 159]);

/**
 * Bubblewrap notes that it has a child, later the exit code of a command that it has started. When it gives up before
 * that it exits with 1. `null` = there is no report: nothing is certain then.
 */
export function commandBegan(report: string | null, exitCode: number): boolean {
  if (report === null || report.includes('"exit-code"')) return true;
  return exitCode !== 1 && !(ENDED_EARLY.has(exitCode) && !report.includes('"child-pid"'));
}

function textOf(path: AbsolutePath): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}

function removeIfThere(path: AbsolutePath): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Nothing was started, or the shell beside the command was quicker.
  }
}
