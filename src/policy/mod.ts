/**
 * Whether a command may start: understands shell scripts, knows harmless and dangerous commands, reads the
 * rules. Decides and explains; never asks anyone and never starts what it judges.
 *
 * Start with `types.ts`, then `decide.ts`; `shell/` understands scripts, `safe/` and `danger/` know commands,
 * `display/` describes them to people, `rules/` reads what users wrote.
 *
 * @module
 */
export {
  type DecideInput,
  type Decision,
  NO_RULES,
  type Requirement,
  type RuleMatch,
  type RuleSet,
  type SandboxPermissions,
} from "./types.ts";
export { shlexJoin, shlexSplit } from "./shlex.ts";
export { allowLine } from "./rules/amend.ts";
export { isBannedPrefix } from "./rules/banned_prefixes.ts";
export { type CheckReport, checkReport } from "./rules/check_report.ts";
export { RulesError, type RulesErrorCode } from "./rules/error.ts";
export { LiveRules } from "./rules/live_rules.ts";
export {
  loadRules,
  loadStrictRules,
  readRuleFiles,
  type RuleSources,
  type StrictRules,
} from "./rules/load_rules.ts";
export type { PatternWord, PrefixRule } from "./rules/prefix_rule.ts";
export { requiredRules } from "./rules/required_rules.ts";
export { Rules } from "./rules/rules.ts";
export { CommandPolicy, type CommandPolicyOptions } from "./command_policy.ts";
export type { ProgramSearch } from "./safe/shadowed.ts";
export {
  MCP_REFUSALS,
  mcpApprovalKey,
  mcpApprovalQuestion,
  type McpDecision,
  mcpNeedsApproval,
  type McpTool,
  readMcpDecision,
  type ToolHints,
} from "./mcp_approval.ts";
export { PolicyError, type PolicyErrorCode } from "./error.ts";
