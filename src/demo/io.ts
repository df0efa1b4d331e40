/** The part of the world that the demonstration touches. `ExecIo` of `exec/` fits it. */
export interface DemoIo {
  readonly env: Readonly<Record<string, string>>;
  /** How this program starts itself again. Fits `SelfCommand` of `sandbox/`. */
  readonly self: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
  readonly version: string;
  readonly stdout: {
    readonly isTerminal: boolean;
    /** `false` = the reader has gone. */
    write(text: string): Promise<boolean>;
  };
  /** Calls `handler` at each signal that asks the program to end, until the result is disposed. */
  onSignal(handler: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void): Disposable;
  /** Milliseconds since the epoch. */
  now(): number;
}
