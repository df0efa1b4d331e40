import type { StreamName } from "./drain.ts";
import type { SpawnFailure } from "./types.ts";

/** SIGSYS, as a shell reports it: a filter ended the command for a system call. What else ends one is not told apart. */
export const ENDED_BY_FILTER = 128 + 31;

/** A child of the process table that has been started, on pipes or on a terminal. */
export interface RunningChild {
  readonly pid: number;
  readonly tty: boolean;
  /**
   * Hands every read to `sink` until the child has ended and its output is drained, and kills what it left behind in
   * its group. Nothing that was printed before this call is lost. Called once. Resolves to the exit code as unified
   * exec reports it; −1 = unknown.
   */
  run(sink: (stream: StreamName, bytes: Uint8Array) => void): Promise<number>;
  /** Queues bytes for the terminal. False = they can no longer arrive. */
  write(bytes: Uint8Array): boolean;
  /** Kills the whole session. `run` then resolves. */
  kill(): void;
}

export type StartedChild =
  | { readonly ok: true; readonly child: RunningChild }
  | { readonly ok: false; readonly error: SpawnFailure };
