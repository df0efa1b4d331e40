import type { FeatureStage } from "../src/config/features.ts";

/** How the reference page is divided. Every key at the top of config.toml is in one area. */
export const AREAS: readonly { readonly title: string; readonly keys: readonly string[] }[] = [
  {
    title: "Model",
    keys: [
      "model",
      "model_provider",
      "model_reasoning_effort",
      "model_reasoning_summary",
      "model_verbosity",
      "personality",
      "web_search",
      "hide_agent_reasoning",
      "show_raw_agent_reasoning",
      "model_context_window",
      "model_auto_compact_token_limit",
      "tool_output_token_limit",
      "model_supports_reasoning_summaries",
      "review_model",
    ],
  },
  { title: "Providers", keys: ["model_providers", "oss_provider", "chatgpt_base_url"] },
  {
    title: "Approvals and sandbox",
    keys: [
      "approval_policy",
      "sandbox_mode",
      "sandbox_workspace_write",
      "shell_environment_policy",
      "projects",
      "windows",
      "windows_wsl_setup_acknowledged",
      "zsh_path",
    ],
  },
  {
    title: "Instructions",
    keys: [
      "developer_instructions",
      "model_instructions_file",
      "project_doc_max_bytes",
      "project_doc_fallback_filenames",
      "project_root_markers",
      "compact_prompt",
      "experimental_compact_prompt_file",
      "commit_attribution",
      "instructions",
      "experimental_instructions_file",
    ],
  },
  {
    title: "Login",
    keys: ["cli_auth_credentials_store", "forced_login_method", "forced_chatgpt_workspace_id"],
  },
  {
    title: "Profiles and features",
    keys: [
      "profile",
      "profiles",
      "features",
      "suppress_unstable_features_warning",
      "tools",
      "experimental_use_unified_exec_tool",
      "experimental_use_freeform_apply_patch",
    ],
  },
  {
    title: "MCP servers",
    keys: ["mcp_servers", "mcp_oauth_credentials_store", "mcp_oauth_callback_port"],
  },
  {
    title: "The program",
    keys: [
      "notify",
      "hooks",
      "history",
      "log_dir",
      "check_for_update_on_startup",
      "analytics",
      "feedback",
      "otel",
    ],
  },
  { title: "Terminal interface", keys: ["tui", "notice", "file_opener", "disable_paste_burst"] },
  {
    title: "Agents, memories, skills and connectors",
    keys: [
      "agents",
      "memories",
      "skills",
      "apps",
      "ghost_snapshot",
      "js_repl_node_path",
      "js_repl_node_module_dirs",
    ],
  },
];

/** Features that do something in this version; the others are accepted. */
export const EFFECTIVE_FEATURES: readonly string[] = [
  "shell_tool",
  "unified_exec",
  "shell_snapshot",
  "web_search_request",
  "web_search_cached",
  "apply_patch_freeform",
  "enable_request_compression",
  "hooks",
  "collaboration_modes",
  "personality",
];

/** What differs between systems, so that the page is the same wherever it is made. */
export const BY_SYSTEM: Readonly<
  Record<
    string,
    { readonly stage?: SystemValues<FeatureStage>; readonly on?: SystemValues<boolean> }
  >
> = {
  unified_exec: { on: { usual: true, windows: false } },
  use_linux_sandbox_bwrap: { stage: { usual: "under development", linux: "experimental" } },
  powershell_utf8: {
    stage: { usual: "under development", windows: "stable" },
    on: { usual: false, windows: true },
  },
  prevent_idle_sleep: { stage: { usual: "under development", darwin: "experimental" } },
};

export interface SystemValues<T> {
  readonly usual: T;
  readonly linux?: T;
  readonly darwin?: T;
  readonly windows?: T;
}
