import type { AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { LiveProcess } from "./live_process.ts";
import { startPiped } from "./piped_child.ts";
import { ProcessError } from "./process_error.ts";
import { TerminalHost } from "./terminal_host.ts";
import type { StartedChild } from "./running_child.ts";
import type { OpenProcessOptions, OpenProcessResult, SpawnFailure, WriteResult } from "./types.ts";

const FIRST_ID = 1000;
const LAST_ID = 99_999;
const DEFAULT_LIMIT = 64;
/** So many of the most recently used are never evicted. */
const PROTECTED = 8;
/** After bytes were sent, the collecting starts with the first answer, or after this time without one. */
const ANSWER_MS = 100;

export interface ProcessTableOptions {
  /** Stored processes; one more evicts one. */
  readonly limit?: number;
  /** In [0, 1); for ids. */
  readonly random?: () => number;
  readonly logger?: Logger;
  /** For native code, out of reach of commands; absent: wherever the runtime puts it. */
  readonly privateFolder?: AbsolutePath;
}

interface Start {
  readonly live: LiveProcess;
  /** `onStart` threw this. */
  readonly failure: { readonly cause: unknown } | null;
}

/**
 * Commands that may outlive the call that started them (unified exec). A process is stored, and counts against the
 * limit, once a call returned before its end. Stored processes stay until a look saw their end, they are evicted, or
 * all are terminated.
 */
export class ProcessTable implements AsyncDisposable {
  readonly #limit: number;
  readonly #random: () => number;
  readonly #logger: Logger;
  readonly #terminals: TerminalHost;
  /** Ids that are taken, from before the start. */
  readonly #reserved = new Set<string>();
  /** Started and not yet finished, whether stored or not. */
  readonly #live = new Set<LiveProcess>();
  readonly #stored = new Map<string, LiveProcess>();
  /** Starts under way: they end when the process is in `#live` or did not start. */
  readonly #starting = new Set<Promise<unknown>>();
  /** Counts terminations: a start that saw one begin must not leave a process behind. */
  #terminations = 0;
  #uses = 0;
  #disposed = false;

  constructor(options: ProcessTableOptions = {}) {
    this.#limit = options.limit ?? DEFAULT_LIMIT;
    this.#random = options.random ?? Math.random;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#terminals = new TerminalHost(this.#logger, options.privateFolder ?? null);
  }

  /** Stored processes. */
  get size(): number {
    return this.#stored.size;
  }

  list(): { readonly processId: string; readonly callId: string }[] {
    return [...this.#stored.values()].map(({ processId, callId }) => ({ processId, callId }));
  }

  /**
   * Starts a command and returns when it has ended and its output is drained, or after `yieldMs`. Early output is
   * never lost. An abort kills the process and its group; one that came before the start throws its reason.
   */
  async open(callId: string, options: OpenProcessOptions): Promise<OpenProcessResult> {
    if (this.#disposed) {
      await options.command[Symbol.asyncDispose]();
      throw new ProcessError("disposed", "the process table is closed");
    }
    const processId = this.#reserve();
    try {
      return await this.#open(processId, callId, options);
    } finally {
      if (!this.#stored.has(processId)) this.#reserved.delete(processId);
    }
  }

  async #open(
    processId: string,
    callId: string,
    options: OpenProcessOptions,
  ): Promise<OpenProcessResult> {
    const starting = this.#start(processId, callId, options);
    this.#starting.add(starting);
    let started: Awaited<typeof starting>;
    try {
      started = await starting;
    } finally {
      this.#starting.delete(starting);
    }
    if ("error" in started) return { kind: "not_started", error: started.error };
    const { live, failure } = started;
    if (failure !== null) {
      await live.finished;
      throw failure.cause;
    }
    const poll = await live.collect(options.yieldMs, options.signal);
    if (!poll.exited) this.#store(live);
    return { kind: "opened", processId, poll, tty: live.tty };
  }

  /** Starts the command, tells `onStart`, and only then lets output flow. */
  async #start(
    processId: string,
    callId: string,
    options: OpenProcessOptions,
  ): Promise<Start | { readonly error: SpawnFailure }> {
    const { command, onChunk, onExit } = options;
    const terminations = this.#terminations;
    const startedAt = performance.now();
    let started: StartedChild;
    try {
      options.signal.throwIfAborted();
      started = options.tty ? await this.#terminals.start(command) : await startPiped(command);
    } catch (error) {
      await command[Symbol.asyncDispose]();
      throw error;
    }
    if (!started.ok) {
      await command[Symbol.asyncDispose]();
      return { error: started.error };
    }
    const { child } = started;
    let failure: Start["failure"] = null;
    try {
      await options.onStart(processId);
    } catch (cause) {
      failure = { cause };
    }
    const logger = this.#logger;
    const live = new LiveProcess(
      { processId, callId, child, command, startedAt, onChunk, onExit, logger },
    );
    this.#live.add(live);
    void live.finished.then(() => this.#live.delete(live));
    if (failure !== null || terminations !== this.#terminations) live.kill();
    return { live, failure };
  }

  /** Sends `chars` (none = only a look) and collects what is printed until the end or for `yieldMs`. */
  async write(
    processId: string,
    chars: string,
    options: { readonly yieldMs: number; readonly signal: AbortSignal },
  ): Promise<WriteResult> {
    const live = this.#stored.get(processId);
    if (live === undefined) return { kind: "unknown_process" };
    live.lastUsed = ++this.#uses;
    if (chars !== "") {
      if (!live.tty) return { kind: "stdin_closed" };
      // One that has ended meanwhile still has last words and an exit code to tell.
      if (!live.exited) {
        if (!live.write(new TextEncoder().encode(chars))) return { kind: "write_failed" };
        await live.nextOutput(ANSWER_MS, options.signal);
      }
    }
    const poll = await live.collect(options.yieldMs, options.signal);
    if (poll.exited) this.#forget(live);
    return { kind: "polled", poll, processId, callId: live.callId };
  }

  /** Kills one process with its group; its end is told as any other. */
  terminate(processId: string): void {
    for (const live of this.#live) if (live.processId === processId) live.kill();
  }

  /** Kills every process with its group, those too whose first call is still waiting, and waits for all of them. */
  async terminateAll(): Promise<void> {
    this.#terminations++;
    await Promise.allSettled(this.#starting);
    for (const live of [...this.#stored.values()]) this.#forget(live);
    const ending = [...this.#live];
    for (const live of ending) live.kill();
    await Promise.all(ending.map((live) => live.finished));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.terminateAll();
    await this.#terminals.close();
  }

  #store(live: LiveProcess): void {
    while (this.#stored.size >= this.#limit) {
      const victim = this.#victim();
      if (victim === null) break;
      this.#forget(victim);
      victim.kill();
    }
    live.lastUsed = ++this.#uses;
    this.#stored.set(live.processId, live);
  }

  /** The least recently used that has ended, else the least recently used; never one of the newest. */
  #victim(): LiveProcess | null {
    const byUse = [...this.#stored.values()].sort((a, b) => a.lastUsed - b.lastUsed);
    const open = byUse.slice(0, Math.max(0, byUse.length - PROTECTED));
    return open.find((live) => live.exited) ?? open[0] ?? null;
  }

  #forget(live: LiveProcess): void {
    this.#stored.delete(live.processId);
    this.#reserved.delete(live.processId);
  }

  #reserve(): string {
    const count = LAST_ID - FIRST_ID + 1;
    if (this.#reserved.size >= count) throw new ProcessError("no_free_id", "all ids are in use");
    let number = Math.floor(this.#random() * count);
    while (this.#reserved.has(String(FIRST_ID + number))) number = (number + 1) % count;
    const id = String(FIRST_ID + number);
    this.#reserved.add(id);
    return id;
  }
}
