import type {
  AbsolutePath,
  ApprovalPolicy,
  ModelProvider,
  Personality,
  ReasoningEffort,
  ReasoningSummary,
  SandboxPolicy,
  Verbosity,
  WebSearchMode,
} from "../protocol/mod.ts";
import type { Requirements } from "./requirements/types.ts";

/** `[shell_environment_policy]`. */
export interface EnvironmentPolicy {
  readonly inherit: "all" | "core" | "none";
  /** False drops names that look like secrets. */
  readonly ignoreDefaultExcludes: boolean;
  readonly exclude: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly includeOnly: readonly string[];
}

/** Everything that config files, profile and flags decide, typed, with defaults filled in. */
export interface Config {
  readonly codexHome: AbsolutePath;
  readonly cwd: AbsolutePath;
  /** Name of the active profile. */
  readonly profile: string | null;
  /** `null` = the catalogue's default. */
  readonly model: string | null;
  readonly provider: ModelProvider;
  readonly providers: Readonly<Record<string, ModelProvider>>;
  readonly modelContextWindow: number | null;
  readonly modelAutoCompactTokenLimit: number | null;
  readonly toolOutputTokenLimit: number | null;
  readonly modelSupportsReasoningSummaries: boolean | null;
  readonly reasoningEffort: ReasoningEffort | null;
  readonly reasoningSummary: ReasoningSummary;
  readonly verbosity: Verbosity | null;
  readonly personality: Personality | null;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly environmentPolicy: EnvironmentPolicy;
  readonly webSearchMode: WebSearchMode;
  readonly developerInstructions: string | null;
  /** Text of `model_instructions_file`. */
  readonly baseInstructions: string | null;
  readonly compactPrompt: string | null;
  readonly notify: readonly string[] | null;
  readonly hooks: HookSettings;
  readonly projectDocMaxBytes: number;
  readonly projectDocFallbackFilenames: readonly string[];
  readonly projectRootMarkers: readonly string[];
  /** Where `.rules` files may lie: beside each layer that counts. An untrusted project has none. */
  readonly ruleFolders: RuleFolders;
  readonly hideAgentReasoning: boolean;
  readonly showRawAgentReasoning: boolean;
  readonly chatgptBaseUrl: string;
  readonly forcedLoginMethod: "chatgpt" | "api" | null;
  /** The only workspace that a ChatGPT login may be for; `null` = any. */
  readonly forcedChatgptWorkspaceId: string | null;
  readonly credentialsStore: "file" | "keyring" | "auto" | "ephemeral";
  readonly suppressUnstableFeaturesWarning: boolean;
  /** Registry key → on or off, every registry entry present. */
  readonly features: Readonly<Record<string, boolean>>;
  /** Keys of features in the stage "experimental" that are on. */
  readonly experimentalFeatures: readonly string[];
  readonly logDir: AbsolutePath;
  /** What an administrator requires. The values above obey it; what changes them later has to ask it. */
  readonly requirements: Requirements;
  /** Shown once after the session starts. */
  readonly startupNotices: readonly StartupNotice[];
}

/** Folders that may be missing, in the order in which their rules count. */
export interface RuleFolders {
  readonly all: readonly AbsolutePath[];
  /** Commands may write there: only rules count that forbid or ask. */
  readonly strict: readonly AbsolutePath[];
}

/** Where hooks may be written down, and what people decided about single ones. */
export interface HookSettings {
  /** One for each layer that counts, lowest precedence first. Hooks of all of them run. */
  readonly sources: readonly HookSource[];
  /** By key; what a project says about its own does not count. */
  readonly state: Readonly<Record<string, HookState>>;
  /** The user's `config.toml`. */
  readonly userFile: AbsolutePath;
  /** What is wrong is an error, in place of a warning. */
  readonly strict: boolean;
  /** Hooks of trusted projects run unreviewed. */
  readonly reviewed: boolean;
}

export interface HookSource {
  /** An administrator's: people cannot switch single ones off. */
  readonly isManaged: boolean;
  /** Written by somebody else perhaps: each hook has to be reviewed. */
  readonly isProject: boolean;
  /** A project's folder below its root, which commands of other sessions may have written: nothing of it counts. */
  readonly isNested: boolean;
  /** The layer's `config.toml`; `null` = it has none. */
  readonly file: AbsolutePath | null;
  /** Its table `[hooks]`; `undefined` = it has none. */
  readonly inline: unknown;
  /** There or not; `null` = the layer cannot have one. */
  readonly jsonFile: AbsolutePath | null;
  /** Text of `file`, and where in it the value at a path stands. */
  readonly text: string | null;
  placeOf(path: readonly string[]): number | null;
}

export interface HookState {
  /** False = it does not run. */
  readonly enabled?: boolean;
  /** What a project's hook has to be for it to run: `sha256:` and 64 hexadecimal digits. */
  readonly trusted_hash?: string;
}

export type StartupNotice =
  | { readonly type: "warning"; readonly message: string }
  | {
    readonly type: "deprecation_notice";
    readonly summary: string;
    readonly details: string | null;
  };

/** What dedicated flags say; beats profile and files. Absent = not given. */
export interface ConfigOverrides {
  readonly model?: string;
  readonly provider?: string;
  readonly profile?: string;
  readonly cwd?: AbsolutePath;
  readonly approvalPolicy?: ApprovalPolicy;
  readonly sandboxMode?: "read-only" | "workspace-write" | "danger-full-access";
  readonly addDirs?: readonly string[];
  readonly showRawAgentReasoning?: boolean;
  /**
   * `--oss`: use a local provider, its default model, and show raw reasoning. The provider is the one
   * named here, else `oss_provider` of the profile or the files; with none, loading fails with
   * `no_local_provider`.
   */
  readonly oss?: { readonly localProvider: string | null };
}

/** A managed preference of this machine by its key, in base64 as it is kept; `null` = there is none. */
export type ManagedPreference = (key: string) => Promise<string | null>;

export interface LoadConfigOptions {
  readonly codexHome: AbsolutePath;
  /** Working directory of the process, for relative paths in `-c` and flags. */
  readonly processCwd: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  /** Home folder of the user, for `~`. */
  readonly home: AbsolutePath;
  /** `key=value` strings from `-c`, then `--enable` and `--disable` in that form, in order. */
  readonly cliOverrides: readonly string[];
  readonly overrides: ConfigOverrides;
  /** Keys that nobody knows are an error, in place of a warning. */
  readonly strict?: boolean;
  /** `--dangerously-bypass-hook-trust`: hooks of trusted projects need no review. */
  readonly bypassHookTrust?: boolean;
  /** Folder of machine-wide files; `/etc/codex` but for tests. */
  readonly systemDir?: AbsolutePath;
  /** Where macOS keeps managed preferences; absent = the system has none. */
  readonly managedPreference?: ManagedPreference;
  /** The `requirements.toml` that the vendor's service has for this login. */
  readonly cloudRequirements?: string | null;
}
