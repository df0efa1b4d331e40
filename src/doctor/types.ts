import type { AbsolutePath } from "../protocol/mod.ts";

/** Parts of an installation, in the order in which they are told. */
export const AREAS = [
  "install",
  "config",
  "auth",
  "provider",
  "sandbox",
  "network",
  "terminal",
  "git",
  "shell",
  "disk",
  "locale",
] as const;

export type Area = typeof AREAS[number];

export type CheckStatus = "ok" | "warning" | "problem" | "skipped";

/** What one look found out. */
export interface Finding {
  readonly status: CheckStatus;
  /** One line. */
  readonly summary: string;
  /** Further lines. */
  readonly details: readonly string[];
  /** What a person can do, in one sentence; every problem has one. */
  readonly remedy: string | null;
}

/** A finding and whose it is: what is printed, and the entries of the JSON document. */
export interface CheckResult extends Finding {
  /** Stable, such as `sandbox.backend`. */
  readonly id: string;
  readonly area: Area;
}

/** Everything of the process and its surroundings that the checks look at. */
export interface Surroundings {
  /** With `.env` laid over it, where there is one. */
  readonly env: Readonly<Record<string, string>>;
  /** `null` = the working directory has been removed. */
  readonly cwd: AbsolutePath | null;
  /** `null` = the system does not tell. */
  readonly home: AbsolutePath | null;
  /** How this program starts itself again. */
  readonly self: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
  readonly version: string;
  /** True for the compiled executable, false when run from source. */
  readonly isCompiled: boolean;
  readonly terminal: TerminalFacts;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface TerminalFacts {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** `null` = there is no terminal. */
  readonly size: { readonly columns: number; readonly rows: number } | null;
}

/** What the command line asked for. */
export interface DoctorArgs {
  readonly json: boolean;
  /** No connection is made. */
  readonly offline: boolean;
  /** Keys that nobody knows are a problem. */
  readonly strict: boolean;
  readonly profile: string | null;
  /** `key=value`. */
  readonly configOverrides: readonly string[];
}
