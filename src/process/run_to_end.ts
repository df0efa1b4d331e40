import { capturedOutput, StreamCapture } from "./captured_output.ts";
import { ABANDON_MS, readUntilEnd } from "./drain.ts";
import { killSession } from "./process_group.ts";
import { spawnPiped } from "./spawn.ts";
import type { ExecOutcome, RunOptions, RunResult } from "./types.ts";
import { CharacterCarry, MAX_PIECES, plainPieces } from "./utf8_pieces.ts";

/** Longest delay that timers can count, in ms; beyond it there is no limit. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a command until it has ended. The command is alone in its session; on timeout and on abort all of the session
 * is killed. Output that came before the end is in the result whatever the outcome is. Does not wait for background
 * children that hold the pipes, but for what they print in the first moments.
 */
export async function runToEnd(options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const stdout = new OutputStream("stdout", options.onChunk);
  const stderr = new OutputStream("stderr", options.onChunk);
  const result = (outcome: ExecOutcome): RunResult => ({
    outcome,
    output: capturedOutput(stdout.capture, stderr.capture),
    durationMs: performance.now() - started,
  });
  if (options.signal.aborted) return result({ kind: "aborted" });
  const spawned = await spawnPiped(options.command, options.stdin === undefined ? "null" : "piped");
  if (!spawned.ok) return result({ kind: "not_started", error: spawned.error });
  const { child } = spawned;

  let cut: ExecOutcome | null = null;
  const abandoned = Promise.withResolvers<void>();
  let abandonTimer: ReturnType<typeof setTimeout> | undefined;
  const kill = (outcome: ExecOutcome): void => {
    cut ??= outcome;
    killSession(child.pid);
    abandonTimer ??= setTimeout(abandoned.resolve, ABANDON_MS);
  };
  const onAbort = (): void => kill({ kind: "aborted" });
  const timer = startTimer(options.timeoutMs, () => {
    kill({ kind: "timed_out", afterMs: performance.now() - started });
  });
  const disarm = (): void => {
    clearTimeout(timer);
    clearTimeout(abandonTimer);
    options.signal.removeEventListener("abort", onAbort);
  };
  options.signal.addEventListener("abort", onAbort, { once: true });
  // It may have been aborted while the command was being started.
  if (options.signal.aborted) onAbort();
  try {
    const input = options.stdin === undefined ? null : feed(child, options.stdin);
    const sink = (stream: "stdout" | "stderr", bytes: Uint8Array): void => {
      (stream === "stdout" ? stdout : stderr).push(bytes);
    };
    const status = await readUntilEnd(child, sink, disarm, abandoned.promise);
    input?.stop();
    stdout.end();
    stderr.end();
    if (status === null) return result(cut ?? { kind: "aborted" });
    return result(cut ?? statusOutcome(status));
  } finally {
    disarm();
  }
}

function startTimer(
  ms: number | null,
  onEnd: () => void,
): ReturnType<typeof setTimeout> | undefined {
  return ms === null || ms > MAX_TIMER_MS ? undefined : setTimeout(onEnd, ms);
}

function statusOutcome(status: Deno.CommandStatus): ExecOutcome {
  return status.signal === null
    ? { kind: "exited", code: status.code }
    : { kind: "signaled", signal: status.signal };
}

/** Writes all of stdin. A command need not read it, so nobody waits for this; `stop` gives up what is unread. */
function feed(child: Deno.ChildProcess, bytes: Uint8Array): { stop(): void } {
  const writer = child.stdin.getWriter();
  const ignore = (): void => {};
  writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close()).catch(ignore);
  return { stop: () => void writer.abort().catch(ignore) };
}

class OutputStream {
  readonly capture = new StreamCapture();
  readonly #name: "stdout" | "stderr";
  readonly #onChunk: RunOptions["onChunk"];
  readonly #carry = new CharacterCarry();
  #piecesLeft = MAX_PIECES;

  constructor(name: "stdout" | "stderr", onChunk: RunOptions["onChunk"]) {
    this.#name = name;
    this.#onChunk = onChunk;
  }

  push(bytes: Uint8Array): void {
    this.capture.push(bytes);
    if (this.#onChunk !== undefined && this.#piecesLeft > 0) this.#deliver(this.#carry.take(bytes));
  }

  end(): void {
    if (this.#piecesLeft > 0) this.#deliver(this.#carry.rest());
  }

  #deliver(bytes: Uint8Array): void {
    for (const piece of plainPieces(bytes)) {
      if (this.#piecesLeft-- <= 0) return;
      this.#onChunk?.(this.#name, piece);
    }
  }
}
