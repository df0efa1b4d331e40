/**
 * Whether a command may start: understands shell scripts, knows harmless and dangerous commands, reads the
 * rules. Decides and explains; never asks anyone and never starts what it judges.
 *
 * Start with `types.ts`.
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
