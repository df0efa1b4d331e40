import type { ExecIo, ExecSignal } from "./args.ts";

/** What a shell expects of a program that a signal has ended: 128 and its number. */
const EXIT_CODES: Readonly<Record<ExecSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** As if SIGPIPE had ended the program: nobody reads what it prints. */
const OUTPUT_CLOSED = 141;

/** A turn that was asked to stop and has not stopped by then is left behind. Milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Whether this run has been asked to stop, and how urgently. The first signal asks the turn to stop, in order and
 * with its last events; the second one, or a first one while nothing runs yet, ends the program at once.
 */
export class StopRequest implements Disposable {
  readonly #gentle = new AbortController();
  readonly #forced = Promise.withResolvers<void>();
  readonly #signals: Disposable;
  #exitCode: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #underway = false;

  constructor(io: Pick<ExecIo, "onSignal">) {
    this.#signals = io.onSignal((signal) => this.#ask(EXIT_CODES[signal]));
  }

  /** Aborted as soon as the run should stop in order. */
  get signal(): AbortSignal {
    return this.#gentle.signal;
  }

  /** Settles when there is no more waiting. */
  get forced(): Promise<void> {
    return this.#forced.promise;
  }

  /** What the program then exits with; `null` = nobody asked. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** From here on there is a turn that can be stopped in order. */
  turnBegins(): void {
    this.#underway = true;
  }

  outputClosed(): void {
    if (this.#exitCode === null) this.#ask(OUTPUT_CLOSED);
  }

  #ask(exitCode: number): void {
    const again = this.#exitCode !== null;
    this.#exitCode ??= exitCode;
    if (again || !this.#underway) this.#forced.resolve();
    else this.#wait();
    this.#gentle.abort();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => this.#forced.resolve(), PATIENCE_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signals[Symbol.dispose]();
  }
}
