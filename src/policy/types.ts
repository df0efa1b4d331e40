import type { ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import type { ProgramSearch } from "./safe/shadowed.ts";

/** What a rule, or a heuristic in its place, says of a command. Strictness grows from left to right. */
export type Decision = "allow" | "prompt" | "forbidden";

/** One rule that matched a command. */
export interface RuleMatch {
  /** The words of the command that the pattern covered. */
  readonly matchedPrefix: readonly string[];
  readonly decision: Decision;
  readonly justification: string | null;
}

/** The rules in force for a session. An amendment makes a new one; running calls keep theirs. */
export interface RuleSet {
  /** Every rule that matches the words of one command, in the order in which the rules were written. */
  match(argv: readonly string[]): readonly RuleMatch[];
}

/** No rules at all. */
export const NO_RULES: RuleSet = { match: () => [] };

export type SandboxPermissions = "use_default" | "require_escalated";

/** Everything that decides whether a command may start. */
export interface DecideInput {
  /** As the model asked for it, shell wrapper included. */
  readonly argv: readonly string[];
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly permissions: SandboxPermissions;
  /** The prefix that the model would like to have allowed from now on. */
  readonly prefixRule: readonly string[] | null;
  readonly rules: RuleSet;
  /** How the command's programs are looked up; `null` = not known. */
  readonly search: ProgramSearch | null;
}

/** How a command may start. `amendment` is the prefix that a person may allow for good when asked. */
export type Requirement =
  | {
    readonly type: "skip";
    /** The first attempt runs outside the sandbox. */
    readonly bypassSandbox: boolean;
    readonly amendment: readonly string[] | null;
  }
  | {
    readonly type: "needs_approval";
    readonly reason: string | null;
    readonly amendment: readonly string[] | null;
  }
  | { readonly type: "forbidden"; readonly reason: string };
