import type { AbsolutePath } from "../protocol/mod.ts";

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** A stream to write to. */
export interface TextSink {
  readonly isTerminal: boolean;
  /**
   * Resolves when the whole text has been handed to the operating system, in the order of the calls. `false`
   * = the reader has gone (closed pipe), which is not an error.
   */
  write(text: string | Uint8Array): Promise<boolean>;
}

/** Everything of the process and its surroundings that a command may touch. */
export interface World {
  /** Without the program's own name. */
  readonly args: readonly string[];
  /** The name under which the program was started; `null` when the system does not tell. */
  argv0(): Promise<string | null>;
  readonly env: Readonly<Record<string, string>>;
  /** Working directory. Throws when it has been removed. */
  cwd(): AbsolutePath;
  /** Home folder of the user; `null` when the system does not tell. */
  home(): Promise<AbsolutePath | null>;
  /** How this program starts itself again. */
  readonly self: {
    readonly argv: readonly string[];
    /** Variables without which it does not start. */
    readonly env: Readonly<Record<string, string>>;
  };
  /** Process id of a program that stands for this one and is to take it along when it ends; `null` = there is none. */
  readonly launcher: number | null;
  /** True for the compiled executable, false when run from source. */
  readonly isCompiled: boolean;
  readonly stdin: {
    readonly isTerminal: boolean;
    /** Everything up to the end; `null` = that is more than `maxBytes`, and no more was read. */
    read(maxBytes: number): Promise<Uint8Array | null>;
    /** Piece by piece, as they come. Either this or `read`, and only once. */
    stream(): ReadableStream<Uint8Array>;
  };
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Width of the terminal in characters; `null` = there is none. */
  columns(): number | null;
  /** Calls `handler` at each of these signals until the result is disposed. */
  onSignal(handler: (signal: Signal) => void): Disposable;
  /** Calls `handler` for each error that nobody caught, until the result is disposed. */
  onUncaught(handler: (error: unknown) => void): Disposable;
  /** Milliseconds since the epoch. */
  now(): number;
}
