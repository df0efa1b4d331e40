import {
  bool,
  choice,
  count,
  list,
  map,
  path,
  port,
  positive,
  string,
  table,
  type TableOf,
} from "./shape.ts";
import {
  AGENTS,
  APPS,
  GHOST_SNAPSHOT,
  MCP_SERVER,
  MEMORIES,
  NOTICE,
  OTEL,
  PROVIDER,
  SANDBOX_WORKSPACE_WRITE,
  SHELL_ENVIRONMENT_POLICY,
  SKILLS,
  TUI,
} from "./schema_tables.ts";

const SANDBOX_MODE = choice("read-only", "workspace-write", "danger-full-access");

/** Keys that may stand at the top and in `[profiles.<name>]`. */
const SHARED_FIELDS = {
  model: { shape: string, doc: "Model to use.", initial: "chosen from the catalogue" },
  model_provider: { shape: string, doc: "Key of the provider.", initial: "openai" },
  model_reasoning_effort: {
    shape: choice("none", "minimal", "low", "medium", "high", "xhigh"),
    doc: "How long the model thinks.",
    initial: "the model's",
  },
  model_reasoning_summary: {
    shape: choice("auto", "concise", "detailed", "none"),
    doc: "Summaries of the model's reasoning.",
    initial: "auto",
  },
  model_verbosity: { shape: choice("low", "medium", "high"), doc: "Length of answers." },
  personality: {
    shape: choice("none", "friendly", "pragmatic"),
    doc: "Tone of answers.",
    initial: "pragmatic",
  },
  approval_policy: {
    shape: choice("untrusted", "on-failure", "on-request", "never"),
    doc: "When a person is asked before a command runs.",
    initial: "by the trust of the folder",
  },
  sandbox_mode: {
    shape: SANDBOX_MODE,
    doc: "What commands may touch.",
    initial: "by the trust of the folder",
  },
  web_search: {
    shape: choice("disabled", "cached", "live"),
    doc: "Web search of the model.",
    initial: "cached",
  },
  model_instructions_file: { shape: path, doc: "Replaces the base instructions." },
  experimental_compact_prompt_file: { shape: path, doc: "Prompt for compaction, from a file." },
  experimental_instructions_file: { shape: path, doc: "Ignored; use model_instructions_file." },
  chatgpt_base_url: {
    shape: string,
    doc: "Address of the ChatGPT backend.",
    initial: "https://chatgpt.com/backend-api/",
  },
  oss_provider: { shape: string, doc: "Local provider for `--oss`." },
  analytics: {
    shape: table({ enabled: { shape: bool, doc: "Send usage data." } }),
    doc: "Usage data.",
  },
  js_repl_node_path: { shape: path, doc: "Node for the JavaScript tool." },
  js_repl_node_module_dirs: { shape: list(path), doc: "Module folders of that tool." },
  zsh_path: { shape: path, doc: "Patched zsh of the exec bridge." },
  windows: {
    shape: table({ sandbox: { shape: choice("elevated", "unelevated"), doc: "Which sandbox." } }),
    doc: "Windows only.",
  },
  experimental_use_unified_exec_tool: { shape: bool, doc: "Older form of a feature." },
  experimental_use_freeform_apply_patch: { shape: bool, doc: "Older form of a feature." },
  features: { shape: map(bool), doc: "Features switched on or off." },
} as const;

const PROFILE = table({
  ...SHARED_FIELDS,
  include_apply_patch_tool: { shape: bool, doc: "Older form of a feature." },
  tools_web_search: { shape: bool, doc: "Older form of web_search." },
  tools_view_image: { shape: bool, doc: "Accepted, without effect." },
});

/** `config.toml`, whole. The one description: types, checks and the reference page come from here. */
export const CONFIG_SCHEMA = table({
  ...SHARED_FIELDS,
  review_model: { shape: string, doc: "Model for reviews." },
  model_context_window: { shape: positive, doc: "Tokens.", initial: "the model's" },
  model_auto_compact_token_limit: {
    shape: positive,
    doc: "Tokens past which the history is compacted.",
    initial: "the model's",
  },
  model_supports_reasoning_summaries: { shape: bool, doc: "Overrides the catalogue." },
  tool_output_token_limit: { shape: count, doc: "Tokens of one tool output that are kept." },
  sandbox_workspace_write: { shape: SANDBOX_WORKSPACE_WRITE, doc: "Details of workspace-write." },
  shell_environment_policy: { shape: SHELL_ENVIRONMENT_POLICY, doc: "Environment of commands." },
  tools: {
    shape: table({
      web_search: { shape: bool, aliases: ["web_search_request"], doc: "Older web_search." },
      view_image: { shape: bool, doc: "Accepted, without effect." },
    }),
    doc: "Older switches.",
  },
  instructions: { shape: string, doc: "Accepted, without effect." },
  developer_instructions: { shape: string, doc: "An extra message of the developer." },
  compact_prompt: { shape: string, doc: "Prompt for compaction." },
  commit_attribution: { shape: string, doc: "Trailer for commits; blank = none." },
  notify: { shape: list(string), doc: "Program run after each turn, with one JSON argument." },
  profile: { shape: string, doc: "Active profile; `-p` wins." },
  profiles: { shape: map(PROFILE), doc: "Named sets of keys." },
  model_providers: { shape: map(PROVIDER), doc: "Model servers." },
  mcp_servers: { shape: map(MCP_SERVER), doc: "Servers that offer tools." },
  mcp_oauth_credentials_store: {
    shape: choice("auto", "file", "keyring"),
    doc: "Where MCP logins are kept.",
    initial: "auto",
  },
  mcp_oauth_callback_port: { shape: port, doc: "Port of the login callback." },
  cli_auth_credentials_store: {
    shape: choice("file", "keyring", "auto", "ephemeral"),
    doc: "Where the login is kept.",
    initial: "file",
  },
  forced_login_method: { shape: choice("chatgpt", "api"), doc: "Allow only this login." },
  forced_chatgpt_workspace_id: { shape: string, doc: "Allow only this workspace." },
  project_doc_max_bytes: { shape: count, doc: "Total size of AGENTS.md read.", initial: "32768" },
  project_doc_fallback_filenames: { shape: list(string), doc: "Read when AGENTS.md is missing." },
  project_root_markers: {
    shape: list(string),
    doc: "Names that mark a project's root; `[]` = the working directory is the root.",
    initial: '[".git"]',
  },
  projects: {
    shape: map(table({
      trust_level: { shape: choice("trusted", "untrusted"), doc: "Set when the user decides." },
    })),
    doc: "Trust, by absolute path.",
  },
  history: {
    shape: table({
      persistence: { shape: choice("save-all", "none"), required: true, doc: "Keep prompts." },
      max_bytes: { shape: count, doc: "Size of the file." },
    }),
    doc: "History of prompts.",
  },
  log_dir: { shape: path, doc: "Folder of log files.", initial: "$CODEX_HOME/log" },
  file_opener: {
    shape: choice("vscode", "vscode-insiders", "windsurf", "cursor", "none"),
    doc: "Editor that links open.",
    initial: "vscode",
  },
  hide_agent_reasoning: { shape: bool, doc: "`exec` prints no reasoning.", initial: "false" },
  show_raw_agent_reasoning: { shape: bool, doc: "Print raw reasoning.", initial: "false" },
  check_for_update_on_startup: { shape: bool, doc: "Look for a newer version.", initial: "true" },
  disable_paste_burst: { shape: bool, doc: "No paste detection.", initial: "false" },
  suppress_unstable_features_warning: {
    shape: bool,
    doc: "No warning about features under development.",
    initial: "false",
  },
  feedback: {
    shape: table({ enabled: { shape: bool, doc: "Allow feedback uploads.", initial: "true" } }),
    doc: "Feedback.",
  },
  windows_wsl_setup_acknowledged: { shape: bool, doc: "Written by the program." },
  tui: { shape: TUI, doc: "Terminal interface." },
  notice: { shape: NOTICE, doc: "What the user has seen." },
  otel: { shape: OTEL, doc: "OpenTelemetry." },
  agents: { shape: AGENTS, doc: "Sub-agents and their roles." },
  memories: { shape: MEMORIES, doc: "Memories." },
  skills: { shape: SKILLS, doc: "Skills." },
  apps: { shape: APPS, doc: "Connectors." },
  ghost_snapshot: { shape: GHOST_SNAPSHOT, doc: "Snapshots for undo." },
});

/** A whole, checked `config.toml`. */
export type ConfigTable = TableOf<typeof CONFIG_SCHEMA.fields>;

/** A checked `[profiles.<name>]`. */
export type ProfileTable = TableOf<typeof PROFILE.fields>;

/** Names of the keys that a profile may set. */
export const PROFILE_KEYS: readonly string[] = Object.keys(PROFILE.fields);
