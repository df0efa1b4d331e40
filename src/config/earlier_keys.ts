/** Keys at the top of the file that earlier versions had and none has any more. */
const EARLIER_KEYS: readonly string[] = [
  "disable_response_storage",
  "experimental_resume",
  "experimental_use_exec_command_tool",
  "experimental_use_rmcp_client",
  "include_plan_tool",
  "include_view_image_tool",
  "model_max_output_tokens",
  "model_reasoning_summary_format",
  "preferred_auth_method",
  "responses_originator_header_internal_override",
  "use_experimental_reasoning_summary",
];

/** Features of earlier versions that are on for everybody by now, or gone. */
const EARLIER_FEATURES: readonly string[] = [
  "exec_policy",
  "ghost_commit",
  "parallel",
  "plan_tool",
  "remote_compaction",
  "rmcp_client",
  "skills",
  "streamable_shell",
  "tui2",
  "view_image_tool",
];

/** What to tell of a key or feature that only earlier versions had; `null` for any other. */
export function earlierKeyHint(path: readonly string[]): string | null {
  const known = path.at(-2) === "features"
    ? EARLIER_FEATURES
    : path.length === 1
    ? EARLIER_KEYS
    : [];
  return known.includes(path.at(-1) ?? "")
    ? "only earlier versions knew it, and it can be removed."
    : null;
}
