import type { Confined } from "../sandbox/mod.ts";
import type { Logger } from "../telemetry/mod.ts";
import type { StreamName } from "./drain.ts";
import { HeadTailBuffer } from "./head_tail_buffer.ts";
import type { RunningChild } from "./running_child.ts";
import type { OpenProcessOptions, PollResult } from "./types.ts";
import { CharacterCarry, MAX_PIECES, validPieces } from "./utf8_pieces.ts";

const BUFFER_BYTES = 1024 * 1024;

export interface LiveProcessOptions {
  readonly processId: string;
  readonly callId: string;
  readonly child: RunningChild;
  readonly command: Confined;
  readonly startedAt: number;
  readonly onChunk: OpenProcessOptions["onChunk"];
  readonly onExit: OpenProcessOptions["onExit"];
  readonly logger: Logger;
}

/**
 * One process of the table from its start until its end was told: feeds the poll buffer, the transcript and the
 * pieces, and lets callers wait.
 */
export class LiveProcess {
  readonly processId: string;
  readonly callId: string;
  /** Orders processes by use; the table sets it. */
  lastUsed = 0;
  /** Resolves after `onExit` has returned. Never rejects. */
  readonly finished: Promise<void>;
  readonly #options: LiveProcessOptions;
  readonly #poll = new HeadTailBuffer(BUFFER_BYTES);
  readonly #transcript = new HeadTailBuffer(BUFFER_BYTES);
  readonly #carries = { stdout: new CharacterCarry(), stderr: new CharacterCarry() };
  #piecesLeft = MAX_PIECES;
  /** Set when the process has ended and its output is drained. */
  #exitCode: number | null = null;
  #remark: string | null = null;
  #onOutput: (() => void) | null = null;

  /** Output starts to flow with this call: `onStart` must have returned. */
  constructor(options: LiveProcessOptions) {
    this.processId = options.processId;
    this.callId = options.callId;
    this.#options = options;
    this.finished = this.#live();
  }

  get exited(): boolean {
    return this.#exitCode !== null;
  }

  get tty(): boolean {
    return this.#options.child.tty;
  }

  write(bytes: Uint8Array): boolean {
    return this.#options.child.write(bytes);
  }

  kill(): void {
    this.#options.child.kill();
  }

  /** Resolves with the next output, the end of the process, the signal, or after `ms`. */
  async nextOutput(ms: number, signal: AbortSignal): Promise<void> {
    const output = Promise.withResolvers<void>();
    this.#onOutput = output.resolve;
    try {
      await this.#firstOf([output.promise, this.finished], ms, signal);
    } finally {
      this.#onOutput = null;
    }
  }

  /**
   * What was printed since the last look, after waiting for the end, but at most `yieldMs`. An abort ends the waiting
   * and kills the process; its last words are still collected.
   */
  async collect(yieldMs: number, signal: AbortSignal): Promise<PollResult> {
    const started = performance.now();
    await this.#firstOf([this.finished], yieldMs, signal);
    if (signal.aborted) {
      this.kill();
      await this.finished;
    }
    // Then only its end is still to be told, and what is said of it.
    if (this.exited) await this.finished;
    const { bytes, total } = this.#poll.drain();
    return {
      output: bytes,
      totalBytes: total,
      exitCode: this.#exitCode,
      exited: this.exited,
      remark: this.#remark,
      wallMs: performance.now() - started,
    };
  }

  async #firstOf(
    events: readonly Promise<void>[],
    ms: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const stop = Promise.withResolvers<void>();
    const timer = setTimeout(stop.resolve, ms);
    const onAbort = (): void => stop.resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([...events, stop.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #live(): Promise<void> {
    const { child, command, logger, onExit, processId, startedAt } = this.#options;
    let exitCode = -1;
    try {
      exitCode = await child.run((stream, bytes) => this.#take(stream, bytes));
    } catch (error) {
      logger.error("reading the output of a process failed", { processId, error: String(error) });
      child.kill();
    }
    this.#deliver(this.#carries.stdout.rest());
    this.#deliver(this.#carries.stderr.rest());
    this.#exitCode = exitCode;
    const durationMs = performance.now() - startedAt;
    const transcript = this.#transcript.drain().bytes;
    try {
      await command[Symbol.asyncDispose]();
    } catch (error) {
      logger.error("cleaning up after a process failed", { processId, error: String(error) });
    }
    try {
      this.#remark = await onExit({ processId, exitCode, durationMs, transcript }) ?? null;
    } catch (error) {
      logger.error("telling the end of a process failed", { processId, error: String(error) });
    }
  }

  #take(stream: StreamName, bytes: Uint8Array): void {
    this.#deliver(this.#carries[stream].take(bytes));
    this.#onOutput?.();
  }

  #deliver(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#poll.push(bytes);
    this.#transcript.push(bytes);
    if (this.#piecesLeft <= 0) return;
    for (const piece of validPieces(bytes)) {
      if (this.#piecesLeft-- <= 0) return;
      this.#options.onChunk(piece);
    }
  }
}
