import type { AbsolutePath } from "../protocol/mod.ts";

export type SandboxSystem = "linux" | "macos" | "windows";

/** What the command line asked for. */
export interface SandboxArgs {
  readonly system: SandboxSystem;
  /** `workspace-write` instead of `read-only`. */
  readonly fullAuto: boolean;
  /** macOS: list what was refused. */
  readonly logDenials: boolean;
  /** Tell which sandbox it is, and what it leaves open. */
  readonly explain: boolean;
  /** Empty only together with `explain`. */
  readonly command: readonly string[];
  readonly profile: string | null;
  /** Further folders for `workspace-write`; relative ones count from the working directory. */
  readonly addDirs: readonly string[];
  /** `key=value`. */
  readonly configOverrides: readonly string[];
  /** Keys that nobody knows are an error. */
  readonly strictConfig: boolean;
}

/** What the command may touch of the process. */
export interface SandboxIo {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: AbsolutePath;
  readonly home: AbsolutePath;
  readonly codexHome: AbsolutePath;
  readonly self: {
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
  readonly stdout: { write(text: string): Promise<boolean> };
  readonly stderr: { write(text: string): Promise<boolean> };
}
