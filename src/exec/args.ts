import type { AbsolutePath, SandboxMode } from "../protocol/mod.ts";

/** What the command line of `codex exec` says. Made by `cli/`, read by `exec/`. */
export interface ExecArgs {
  /** The words given; `"-"` = read stdin silently; `null` = none given. May be the empty string. */
  readonly prompt: string | null;
  /** Paths as typed, relative to the process's working directory. */
  readonly images: readonly string[];
  readonly model: string | null;
  readonly oss: boolean;
  readonly localProvider: string | null;
  readonly sandboxMode: SandboxMode | null;
  readonly profile: string | null;
  readonly fullAuto: boolean;
  /** `--dangerously-bypass-approvals-and-sandbox`. */
  readonly bypass: boolean;
  /** `--cd` as typed. */
  readonly cwd: string | null;
  /** `--add-dir` as typed; relative ones count from the working root. */
  readonly addDirs: readonly string[];
  readonly skipGitRepoCheck: boolean;
  readonly ephemeral: boolean;
  readonly json: boolean;
  /** `--output-schema` as typed, relative to the process's working directory. */
  readonly outputSchema: string | null;
  /** `--output-last-message` as typed, relative to the process's working directory. */
  readonly outputLastMessage: string | null;
  readonly color: "always" | "never" | "auto";
  /** `key=value` from `-c`, then `--enable` and `--disable` in that form; outer levels first. */
  readonly configOverrides: readonly string[];
  /** Keys that nobody knows are an error. */
  readonly strictConfig: boolean;
  /** `--dangerously-bypass-hook-trust`. */
  readonly bypassHookTrust: boolean;
  /** Set by `exec resume`. */
  readonly resume: ResumeArgs | null;
}

export interface ResumeArgs {
  /** Continue the newest session. */
  readonly last: boolean;
  /** Look at the sessions of every folder, not only those of this one. */
  readonly all: boolean;
  /** Thread id or thread name. `null` = none given. */
  readonly target: string | null;
}

/** The part of the world that `codex exec` touches; handed in by `main.ts` through `cli/`. */
export interface ExecIo {
  readonly env: Readonly<Record<string, string>>;
  /** Working directory of the process. */
  readonly cwd: AbsolutePath;
  /** Home folder of the user. */
  readonly home: AbsolutePath;
  readonly codexHome: AbsolutePath;
  /** How this program starts itself again. Fits `SelfCommand` of `sandbox/`. */
  readonly self: {
    readonly argv: readonly string[];
    /** Variables without which it does not start, such as where Deno's cache is. */
    readonly env: Readonly<Record<string, string>>;
  };
  /** Version of this program, such as `1.0.0`. */
  readonly version: string;
  readonly stdin: {
    readonly isTerminal: boolean;
    /** Everything up to the end of the stream; `null` = that is more than `maxBytes`, and no more was read. */
    read(maxBytes: number): Promise<Uint8Array | null>;
  };
  readonly stdout: ExecStream;
  readonly stderr: ExecStream;
  /** Calls `handler` at each of these signals until the result is disposed. */
  onSignal(handler: (signal: ExecSignal) => void): Disposable;
  /** Milliseconds since the epoch. */
  now(): number;
}

export type ExecSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface ExecStream {
  readonly isTerminal: boolean;
  /**
   * Resolves when the whole text has been handed to the operating system. `false` = the reader has gone
   * (closed pipe): not an error, but a run that nobody listens to is stopped. Never rejects for that.
   */
  write(text: string): Promise<boolean>;
}
