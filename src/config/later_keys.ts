import { isTable, type TomlTable } from "./toml.ts";

/**
 * Keys and features that this version does not have and later ones do, by the table they stand in (`*` = any name). People
 * share one config file between versions: these keys are passed over without a word, and count for nothing.
 */
export const LATER_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": [
    "allow_login_shell",
    "approvals_reviewer",
    "apps_mcp_product_sku",
    "audio",
    "auto_review",
    "background_terminal_max_timeout",
    "browser_use",
    "client_search_provider",
    "computer_use",
    "debug",
    "default_permissions",
    "desktop",
    "experimental_realtime_start_instructions",
    "experimental_realtime_ws_backend_prompt",
    "experimental_realtime_ws_base_url",
    "experimental_realtime_ws_model",
    "experimental_realtime_ws_startup_context",
    "experimental_thread_config_endpoint",
    "experimental_thread_store",
    "goals",
    "include_apps_instructions",
    "include_collaboration_mode_instructions",
    "include_environment_context",
    "include_permissions_instructions",
    "marketplaces",
    "mcp_oauth_callback_url",
    "model_auto_compact_token_limit_scope",
    "model_catalog_json",
    "openai_base_url",
    "permissions",
    "plan_mode_reasoning_effort",
    "plugins",
    "realtime",
    "service_tier",
    "sqlite_home",
    "tool_suggest",
  ],
  "profiles.*": [
    "approvals_reviewer",
    "include_apps_instructions",
    "include_collaboration_mode_instructions",
    "include_environment_context",
    "include_permissions_instructions",
    "model_catalog_json",
    "plan_mode_reasoning_effort",
    "service_tier",
    "tools",
    "tui",
  ],
  features: [
    "apply_patch_streaming_events",
    "apps_mcp_path_override",
    "auth_elicitation",
    "browser_use",
    "browser_use_external",
    "chronicle",
    "code_mode",
    "code_mode_only",
    "computer_use",
    "default_mode_request_user_input",
    "enable_fanout",
    "enable_mcp_apps",
    "exec_permission_approvals",
    "external_migration",
    "fast_mode",
    "goals",
    "guardian_approval",
    "image_detail_original",
    "image_generation",
    "imagegenext",
    "in_app_browser",
    "local_thread_store_compression",
    "memories",
    "mentions_v2",
    "multi_agent_v2",
    "network_proxy",
    "non_prefixed_mcp_tool_names",
    "plugin_hooks",
    "plugin_sharing",
    "plugins",
    "realtime_conversation",
    "remote_compaction_v2",
    "remote_control",
    "remote_plugin",
    "request_permissions",
    "request_permissions_tool",
    "responses_websocket_response_processed",
    "standalone_web_search",
    "telepathy",
    "terminal_resize_reflow",
    "tool_call_mcp_elicitation",
    "tool_search",
    "tool_search_always_defer_mcp_tools",
    "tool_suggest",
    "tui_app_server",
    "unavailable_dummy_tools",
    "unified_exec_zsh_fork",
    "use_legacy_landlock",
    "workspace_dependencies",
    "workspace_owner_usage_nudge",
  ],
  agents: [
    "interrupt_message",
    "job_max_runtime_seconds",
    "max_concurrent_threads_per_session",
    "max_depth",
  ],
  "agents.*": ["nickname_candidates"],
  "apps.*": [
    "approvals_reviewer",
    "default_tools_approval_mode",
    "default_tools_enabled",
    "destructive_enabled",
    "links",
    "omit_tools_from",
    "open_world_enabled",
    "tools",
  ],
  "mcp_servers.*": [
    "auth",
    "default_tools_approval_mode",
    "environment_id",
    "name",
    "oauth",
    "oauth_resource",
    "supports_parallel_tool_calls",
    "tools",
  ],
  memories: [
    "consolidation_model",
    "extract_model",
    "generate_memories",
    "max_raw_memories_for_consolidation",
    "max_unused_days",
    "use_memories",
  ],
  "model_providers.*": ["auth", "aws", "websocket_connect_timeout_ms"],
  notice: ["external_config_migration_prompts", "fast_default_opt_out"],
  otel: ["span_attributes", "tracestate"],
  skills: ["bundled", "include_instructions"],
  "skills.config.*": ["name"],
  tools: ["experimental_request_user_input"],
  tui: [
    "keymap",
    "model_availability_nux",
    "notification_condition",
    "pet",
    "pet_anchor",
    "raw_output_mode",
    "session_picker_view",
    "show_mcp_startup_status",
    "status_line_use_colors",
    "terminal_resize_reflow_max_rows",
    "terminal_title",
    "theme",
    "vim_mode_default",
  ],
  windows: ["sandbox_private_desktop"],
};

/**
 * Those that people rely on for their safety: what a command may touch, and who is told everything. They are not passed over
 * without a word.
 */
export const LATER_SAFETY_KEYS: readonly string[] = ["default_permissions", "openai_base_url"];

/** Whether the key at `path` is one that only later versions have. */
export function isLaterKey(path: readonly string[]): boolean {
  const key = path.at(-1) ?? "";
  const table = path.slice(0, -1);
  // A profile has its own `[features]` and `[windows]`.
  const places = table[0] === "profiles" && table.length > 2 ? [table, table.slice(2)] : [table];
  return places.some((place) =>
    LATER_KEYS[place.join(".")]?.includes(key) === true ||
    place.length > 0 && LATER_KEYS[[...place.slice(0, -1), "*"].join(".")]?.includes(key) === true
  );
}

/** A table without those later keys that would be taken for something else: roles of agents, and features that are tables. */
export function withoutLaterKeys(config: TomlTable): TomlTable {
  const result = pruned(config, [], "features", isTable);
  const roles = pruned(result, [], "agents", () => true);
  const profiles = roles["profiles"];
  if (!isTable(profiles)) return roles;
  const entries = Object.entries(profiles).map(([name, profile]) => [
    name,
    isTable(profile) ? pruned(profile, ["profiles", name], "features", isTable) : profile,
  ]);
  return { ...roles, profiles: Object.fromEntries(entries) };
}

function pruned(
  parent: TomlTable,
  path: readonly string[],
  key: string,
  drop: (value: unknown) => boolean,
): TomlTable {
  const table = parent[key];
  if (!isTable(table)) return parent;
  const isForeign = (name: string) => isLaterKey([...path, key, name]) && drop(table[name]);
  if (!Object.keys(table).some(isForeign)) return parent;
  const kept = Object.entries(table).filter(([name]) => !isForeign(name));
  return { ...parent, [key]: Object.fromEntries(kept) };
}
