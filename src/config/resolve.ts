import { join, resolve } from "node:path";
import type { AbsolutePath, SandboxMode, SandboxPolicy, WebSearchMode } from "../protocol/mod.ts";
import { ConfigError } from "./error.ts";
import { featureNotices, type FeatureState, resolveFeatures } from "./feature_state.ts";
import { FEATURES } from "./features.ts";
import { readInstructions } from "./instructions.ts";
import { allProviders, chooseProvider, LOCAL_PROVIDERS } from "./providers.ts";
import { applyRequirements, type Wishes } from "./requirements/apply.ts";
import type { Requirements } from "./requirements/types.ts";
import type { ConfigTable, ProfileTable } from "./schema.ts";
import type { TrustLevel } from "./trust.ts";
import type {
  Config,
  EnvironmentPolicy,
  HookSettings,
  LoadConfigOptions,
  RuleFolders,
  StartupNotice,
} from "./types.ts";

/** What `config.toml` says after all layers were merged and checked, and what else decides. */
export interface ResolveInput {
  readonly options: LoadConfigOptions;
  readonly cwd: AbsolutePath;
  readonly table: ConfigTable;
  readonly profileName: string | null;
  readonly profile: ProfileTable;
  /** Of the working directory. */
  readonly trust: TrustLevel | null;
  /** Taken from the layers that do not belong to the project. */
  readonly rootMarkers: readonly string[];
  readonly requirements: Requirements;
  readonly ruleFolders: RuleFolders;
  readonly hooks: HookSettings;
  /** Notices about the layers themselves. */
  readonly notices: readonly StartupNotice[];
}

/**
 * Fills in the defaults. For keys that a profile may set the order is: flag, profile, merged files and
 * `-c`, default.
 */
export async function resolveConfig(input: ResolveInput): Promise<Config> {
  const { options, cwd, table, profile } = input;
  const { overrides, codexHome } = options;
  const features = withRequired(resolveFeatures(table, profile), input.requirements);
  const providers = allProviders(table.model_providers, options.env);
  const local = localProvider(input);
  const provider = chooseProvider(
    providers,
    overrides.provider ?? local ?? profile.model_provider ?? table.model_provider ?? "openai",
  );
  const granted = applyRequirements(wishes(input, features), input.requirements);
  return {
    codexHome,
    cwd,
    profile: input.profileName,
    model: overrides.model ?? (local === null ? null : LOCAL_PROVIDERS[local]?.model) ??
      profile.model ?? table.model ?? null,
    provider,
    providers,
    modelContextWindow: table.model_context_window ?? null,
    modelAutoCompactTokenLimit: table.model_auto_compact_token_limit ?? null,
    toolOutputTokenLimit: table.tool_output_token_limit ?? null,
    modelSupportsReasoningSummaries: table.model_supports_reasoning_summaries ?? null,
    reasoningEffort: profile.model_reasoning_effort ?? table.model_reasoning_effort ?? null,
    reasoningSummary: profile.model_reasoning_summary ?? table.model_reasoning_summary ?? "auto",
    verbosity: profile.model_verbosity ?? table.model_verbosity ?? null,
    personality: profile.personality ?? table.personality ??
      (features.enabled["personality"] ? "pragmatic" : null),
    approvalPolicy: granted.approvalPolicy,
    sandboxPolicy: sandboxPolicy(input, granted.sandboxMode),
    environmentPolicy: environmentPolicy(table),
    webSearchMode: granted.webSearchMode,
    developerInstructions: table.developer_instructions ?? null,
    ...await readInstructions(table, profile),
    notify: table.notify === undefined || table.notify.length === 0 ? null : table.notify,
    hooks: input.hooks,
    projectDocMaxBytes: table.project_doc_max_bytes ?? 32_768,
    projectDocFallbackFilenames: (table.project_doc_fallback_filenames ?? [])
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    projectRootMarkers: input.rootMarkers,
    ruleFolders: input.ruleFolders,
    hideAgentReasoning: table.hide_agent_reasoning ?? false,
    showRawAgentReasoning: table.show_raw_agent_reasoning ?? overrides.showRawAgentReasoning ??
      local !== null,
    chatgptBaseUrl: profile.chatgpt_base_url ?? table.chatgpt_base_url ??
      "https://chatgpt.com/backend-api/",
    forcedLoginMethod: table.forced_login_method ?? null,
    forcedChatgptWorkspaceId: table.forced_chatgpt_workspace_id?.trim() || null,
    credentialsStore: table.cli_auth_credentials_store ?? "file",
    suppressUnstableFeaturesWarning: table.suppress_unstable_features_warning ?? false,
    features: features.enabled,
    experimentalFeatures: FEATURES
      .filter(({ key, stage }) => stage === "experimental" && features.enabled[key])
      .map(({ key }) => key),
    logDir: table.log_dir ?? join(codexHome, "log"),
    requirements: input.requirements,
    startupNotices: [
      ...input.notices,
      ...granted.notices,
      ...notices(input, features, granted.approvalPolicy),
    ],
  };
}

/** What people say about hooks does not count where an administrator does. */
function withRequired(features: FeatureState, { hooksFeature }: Requirements): FeatureState {
  if (hooksFeature === null) return features;
  return { ...features, enabled: { ...features.enabled, hooks: hooksFeature.value } };
}

/** The provider that `--oss` means; `null` = no `--oss`. */
function localProvider({ options, profile, table }: ResolveInput): string | null {
  const { oss } = options.overrides;
  if (oss === undefined) return null;
  const id = oss.localProvider ?? profile.oss_provider ?? table.oss_provider;
  if (id !== undefined) return id;
  throw new ConfigError(
    "no_local_provider",
    `--oss needs a local provider: give --local-provider or set oss_provider in config.toml (${
      Object.keys(LOCAL_PROVIDERS).join(" or ")
    })`,
    { key: "oss_provider" },
  );
}

/** What was chosen, or else follows from the trust in the folder, before anybody else has a say. */
function wishes({ options, table, profile, trust }: ResolveInput, features: FeatureState): Wishes {
  const { overrides } = options;
  const approval = overrides.approvalPolicy ?? profile.approval_policy ?? table.approval_policy;
  const sandbox = overrides.sandboxMode ?? profile.sandbox_mode ?? table.sandbox_mode;
  const search = profile.web_search ?? table.web_search;
  return {
    approvalPolicy: {
      value: approval ?? (trust === "untrusted" ? "untrusted" : "on-request"),
      explicit: approval !== undefined,
    },
    sandboxMode: {
      value: sandbox ?? (trust === null ? "read-only" : "workspace-write"),
      explicit: sandbox !== undefined,
    },
    webSearchMode: {
      value: search ?? defaultWebSearch(features),
      explicit: search !== undefined,
    },
  };
}

function sandboxPolicy(
  { options, cwd, table }: ResolveInput,
  mode: SandboxMode,
): SandboxPolicy {
  switch (mode) {
    case "danger-full-access":
      return { type: "danger-full-access" };
    case "read-only":
      return { type: "read-only", access: { type: "full-access" } };
    case "workspace-write": {
      const details = table.sandbox_workspace_write ?? {};
      const added = (options.overrides.addDirs ?? []).map((dir) => resolve(cwd, dir));
      return {
        type: "workspace-write",
        writableRoots: [...new Set([...details.writable_roots ?? [], ...added])],
        readOnlyAccess: { type: "full-access" },
        networkAccess: details.network_access ?? false,
        excludeTmpdirEnvVar: details.exclude_tmpdir_env_var ?? false,
        excludeSlashTmp: details.exclude_slash_tmp ?? false,
        ...(details.git_writable ? { gitWritable: true } : {}),
      };
    }
    default:
      return mode satisfies never;
  }
}

function environmentPolicy({ shell_environment_policy: table }: ConfigTable): EnvironmentPolicy {
  return {
    inherit: table?.inherit ?? "all",
    ignoreDefaultExcludes: table?.ignore_default_excludes ?? true,
    exclude: table?.exclude ?? [],
    set: table?.set ?? {},
    includeOnly: table?.include_only ?? [],
  };
}

/** That full access prefers `live` is decided turn by turn. */
function defaultWebSearch(features: FeatureState): WebSearchMode {
  if (features.enabled["web_search_cached"]) return "cached";
  return features.enabled["web_search_request"] ? "live" : "cached";
}

function notices(
  { options, table, profile }: ResolveInput,
  features: FeatureState,
  approvalPolicy: Config["approvalPolicy"],
): StartupNotice[] {
  const userFile = join(options.codexHome, "config.toml");
  const result = featureNotices(features, table, userFile);
  if (
    (profile.experimental_instructions_file ?? table.experimental_instructions_file) !== undefined
  ) {
    result.push({
      type: "deprecation_notice",
      summary:
        "`experimental_instructions_file` is ignored. Use `model_instructions_file` instead.",
      details: "Be aware that replacing the base instructions may make the model work worse.",
    });
  }
  if (approvalPolicy === "on-failure") {
    result.push({
      type: "warning",
      message:
        'The approval policy "on-failure" is deprecated. Use "on-request" when a person is ' +
        'there to answer, or "never".',
    });
  }
  return result;
}
