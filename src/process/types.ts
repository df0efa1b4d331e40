import type { AbsolutePath } from "../protocol/mod.ts";
import type { Confined } from "../sandbox/mod.ts";

export type ShellType = "zsh" | "bash" | "sh" | "powershell" | "cmd";

export interface Shell {
  readonly type: ShellType;
  readonly path: string;
}

/** How a command ended. */
export type ExecOutcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "timed_out"; readonly afterMs: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "not_started"; readonly error: SpawnFailure };

export interface SpawnFailure {
  readonly code: "not_found" | "permission_denied" | "bad_cwd" | "empty_argv" | "other";
  readonly message: string;
}

/** Captured output, capped in bytes; `dropped` counts what the cap left out. */
export interface CapturedOutput {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** stdout then stderr, capped together by the rule of the spec. */
  readonly aggregated: Uint8Array;
  readonly droppedBytes: number;
}

export interface RunOptions {
  /** Stays the caller's: dispose it after `runToEnd` has returned. */
  readonly command: Confined;
  /** `null` = no limit. */
  readonly timeoutMs: number | null;
  /** Aborting kills the whole process group. */
  readonly signal: AbortSignal;
  readonly stdin?: Uint8Array;
  /** Pieces of at most 8192 bytes, not cut inside a character, at most 10 000 a stream; each is the receiver's to keep. */
  readonly onChunk?: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

export interface RunResult {
  readonly outcome: ExecOutcome;
  readonly output: CapturedOutput;
  readonly durationMs: number;
}

/** What one look at a unified-exec process gave. */
export interface PollResult {
  /** Collected since the last look; first and last part kept when it was too much. */
  readonly output: Uint8Array;
  /** Bytes collected before the cap. */
  readonly totalBytes: number;
  /** Null while it runs. */
  readonly exitCode: number | null;
  readonly exited: boolean;
  /** What `onExit` returned, with the look that sees the end. */
  readonly remark: string | null;
  readonly wallMs: number;
}

export interface OpenProcessOptions {
  /** Taken over: disposed when the process has ended, before `onExit`, and also when it did not start. */
  readonly command: Confined;
  readonly tty: boolean;
  readonly yieldMs: number;
  readonly signal: AbortSignal;
  /** Called right after the spawn succeeded and before any output is delivered. */
  readonly onStart: (processId: string) => void | Promise<void>;
  /** Pieces of at most 8192 bytes, cut at UTF-8 boundaries, at most 10 000 of them. */
  readonly onChunk: (chunk: Uint8Array) => void;
  /**
   * Called exactly once, after exit and after the output is drained, whenever that is. Returns what is to be said to
   * whoever sees the end; `null` or nothing = nothing.
   */
  readonly onExit: (end: ProcessEnd) => string | null | void | Promise<string | null | void>;
}

export interface ProcessEnd {
  readonly processId: string;
  /** −1 = unknown. */
  readonly exitCode: number;
  readonly durationMs: number;
  /** Head and tail of everything printed, at most 1 MiB. */
  readonly transcript: Uint8Array;
}

export type OpenProcessResult =
  | {
    readonly kind: "opened";
    readonly processId: string;
    readonly poll: PollResult;
    /** Has a terminal. False although one was asked for = none could be made here: pipes, no stdin. */
    readonly tty: boolean;
  }
  | { readonly kind: "not_started"; readonly error: SpawnFailure };

export type WriteResult =
  | {
    readonly kind: "polled";
    readonly poll: PollResult;
    readonly processId: string;
    readonly callId: string;
  }
  | { readonly kind: "unknown_process" }
  | { readonly kind: "stdin_closed" }
  | { readonly kind: "write_failed" };

/** What `[shell_environment_policy]` says about the environment of commands. */
export interface EnvironmentPolicyLike {
  readonly inherit: "all" | "core" | "none";
  /** False drops names that look like secrets. */
  readonly ignoreDefaultExcludes: boolean;
  /** Patterns of names: `*` any run, `?` one character, case-insensitive. */
  readonly exclude: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  /** Empty = no filter. */
  readonly includeOnly: readonly string[];
}

export type { AbsolutePath };
