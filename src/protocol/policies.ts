import type { AbsolutePath } from "./ids.ts";

/** When a person is asked before a command runs. The same words in TOML, JSON and on the command line. */
export type ApprovalPolicy = "untrusted" | "on-failure" | "on-request" | "never";

/** Which files a confined command may read. */
export type ReadAccess =
  | { readonly type: "full-access" }
  | {
    readonly type: "restricted";
    /** Adds the folders that programs of the operating system need. */
    readonly includePlatformDefaults: boolean;
    readonly readableRoots: readonly AbsolutePath[];
  };

/** What a command started for the model may touch. */
export type SandboxPolicy =
  | { readonly type: "danger-full-access" }
  | { readonly type: "read-only"; readonly access: ReadAccess }
  | { readonly type: "external-sandbox"; readonly networkAccess: "restricted" | "enabled" }
  | WorkspaceWritePolicy;

export interface WorkspaceWritePolicy {
  readonly type: "workspace-write";
  /** Roots besides the working directory, `/tmp` and `$TMPDIR`. `[]` = none besides those. */
  readonly writableRoots: readonly AbsolutePath[];
  readonly readOnlyAccess: ReadAccess;
  readonly networkAccess: boolean;
  readonly excludeTmpdirEnvVar: boolean;
  readonly excludeSlashTmp: boolean;
  /** `git commit` works: objects, references and index are writable, hooks and configuration are not. */
  readonly gitWritable?: boolean;
}

/** The three policies that have a flag and a config value. */
export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";

export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh";
export type ReasoningSummary = "auto" | "concise" | "detailed" | "none";
export type Verbosity = "low" | "medium" | "high";
export type Personality = "none" | "friendly" | "pragmatic";
export type WebSearchMode = "disabled" | "cached" | "live";
export type CollaborationModeKind = "plan" | "default";

/** Mode of work, with the model settings that belong to it. */
export interface CollaborationMode {
  readonly mode: CollaborationModeKind;
  readonly settings: {
    readonly model: string;
    readonly reasoningEffort: ReasoningEffort | null;
    readonly developerInstructions: string | null;
  };
}

/** How much of one tool output may stay in the history. */
export interface TruncationPolicy {
  readonly mode: "bytes" | "tokens";
  /** In the unit that `mode` names; a token counts as four bytes. */
  readonly limit: number;
}

/** A person's answer to an approval request. */
export type ReviewDecision =
  | { readonly type: "approved" }
  | { readonly type: "approved_execpolicy_amendment"; readonly prefix: readonly string[] }
  | { readonly type: "approved_for_session" }
  | { readonly type: "denied" }
  | { readonly type: "abort" };

/** A person's answer to a question of an MCP server, by the words of that protocol. */
export type ElicitationAction = "accept" | "decline" | "cancel";

/** Who started the thread. */
export type SessionSource =
  | "cli"
  | "vscode"
  | "exec"
  | "mcp"
  | "unknown"
  | { readonly subagent: SubAgentSource };

export type SubAgentSource =
  | "review"
  | "compact"
  | "memory_consolidation"
  | {
    readonly threadSpawn: { readonly parentThreadId: string; readonly depth: number };
  }
  | { readonly other: string };
