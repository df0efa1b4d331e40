import type { ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import { isBannedPrefix } from "./rules/banned_prefixes.ts";
import { commandsWithin, isDangerous } from "./danger/dangerous.ts";
import { isDangerousOnWindows } from "./danger/windows.ts";
import { readCommand } from "./read_command.ts";
import { matchingRules } from "./rules/check_report.ts";
import { isSafeCommand, placesOf, type SafetyFacts } from "./safe/known_safe.ts";
import { baseName } from "./shell/wrapper.ts";
import { type LooseCommand, looseCommand } from "./shell/loose.ts";
import type { PlainCommand } from "./shell/plain.ts";
import { shlexJoin } from "./shlex.ts";
import {
  type DecideInput,
  type Decision,
  NO_RULES,
  type Requirement,
  type RuleMatch,
  type RuleSet,
} from "./types.ts";

/**
 * What a command is to the table below: known to only read, asking to leave the sandbox, deleting without
 * asking, or none of these.
 */
export type Verdict = "safe" | "neither" | "escalates" | "dangerous";

/** What becomes of a command that no rule speaks of. */
export const UNMATCHED: Readonly<Record<ApprovalPolicy, Readonly<Record<Verdict, Decision>>>> = {
  "untrusted": { safe: "allow", neither: "prompt", escalates: "prompt", dangerous: "prompt" },
  "on-failure": { safe: "allow", neither: "allow", escalates: "allow", dangerous: "prompt" },
  "on-request": { safe: "allow", neither: "allow", escalates: "prompt", dangerous: "prompt" },
  "never": { safe: "allow", neither: "allow", escalates: "allow", dangerous: "forbidden" },
};

const STRICTNESS: readonly Decision[] = ["allow", "prompt", "forbidden"];

/** Whether the policy confines what runs under it. */
function isFree(policy: SandboxPolicy): boolean {
  return policy.type === "danger-full-access" || policy.type === "external-sandbox";
}

/** One command of the line, with what the rules say of it. */
interface Judged {
  readonly words: readonly string[];
  readonly rules: readonly RuleMatch[];
  /** Set where no rule speaks. */
  readonly heuristic: Decision | null;
}

/** Whether and how a command may start. Total: what is not understood gets its answer. */
export function decide(input: DecideInput, facts: SafetyFacts): Requirement {
  const reading = readCommand(input.argv, facts);
  const heuristic = (verdict: Verdict): Decision => UNMATCHED[input.approvalPolicy][verdict];
  if (reading.kind === "plain") {
    const places = placesOf(reading.commands, { ...facts, foreignGit: leavesSandbox(input) });
    const judged = reading.commands.map((command, i) => {
      const words = command.map(({ text }) => text);
      const rules = rulesForCommand(command, input.rules, facts);
      const verdict = () => heuristic(verdictOf(command, input, places[i] ?? facts));
      return { words, rules, heuristic: rules.length > 0 ? null : verdict() };
    });
    const bypass = judged.every(({ rules }) => rules.some(({ decision }) => decision === "allow"));
    return conclude(input, judged, [], { bypass, proposes: true });
  }
  const words = reading.kind === "partial" ? reading.words : input.argv;
  const rules = matchingRules(words, input.rules);
  const verdict = () =>
    heuristic(hidesDanger(reading.inside, input, facts) ? "dangerous" : unknownVerdict(input));
  // What stands beside the words, such as a redirection, no rule has spoken of: the sandbox has to hold it.
  const answered = rules.length > 0 && (reading.kind === "opaque" || isConfined(input));
  const judged: Judged = { words, rules, heuristic: answered ? null : verdict() };
  return conclude(input, [judged], strictRulesWithin(reading.inside, input.rules, facts), {
    // As a whole, it is covered only by a rule about the whole.
    bypass: reading.kind === "opaque" && rules.some(({ decision }) => decision === "allow"),
    proposes: reading.kind === "opaque",
  });
}

/** Rules for a command by its words as written; what a shell makes of them can only be forbidden, not allowed. */
function rulesForCommand(
  command: PlainCommand,
  rules: RuleSet,
  facts: SafetyFacts,
): readonly RuleMatch[] {
  const found = matchingRules(command.map(({ text }) => text), rules);
  const known = new Set(found.map((match) => JSON.stringify(match)));
  return [
    ...found,
    ...strictRulesWithin([looseCommand(command)], rules, facts)
      .filter((match) => !known.has(JSON.stringify(match))),
  ];
}

function verdictOf(command: PlainCommand, input: DecideInput, facts: SafetyFacts): Verdict {
  const maySee = !(leavesSandbox(input) && limitsReads(input.sandboxPolicy));
  if (maySee && isSafeCommand(command, facts)) return "safe";
  if (isDangerous(looseCommand(command), facts.grammar)) return "dangerous";
  if (facts.os !== "windows") return unknownVerdict(input);
  const words = command.map(({ exact, text }) => exact ?? text);
  if (isDangerousOnWindows(words)) return "dangerous";
  // There, read-only is a promise that nothing keeps.
  return input.sandboxPolicy.type === "read-only" ? "dangerous" : unknownVerdict(input);
}

function isConfined({ sandboxPolicy, permissions }: DecideInput): boolean {
  return !isFree(sandboxPolicy) && permissions === "use_default";
}

/** Whether it would run without the sandbox that the session has. */
function leavesSandbox({ sandboxPolicy, permissions }: DecideInput): boolean {
  return permissions === "require_escalated" && !isFree(sandboxPolicy);
}

function limitsReads(policy: SandboxPolicy): boolean {
  switch (policy.type) {
    case "read-only":
      return policy.access.type !== "full-access";
    case "workspace-write":
      return policy.readOnlyAccess.type !== "full-access";
    default:
      return false;
  }
}

function unknownVerdict(input: DecideInput): Verdict {
  return leavesSandbox(input) ? "escalates" : "neither";
}

/** The words of a command up to the first that is not known. */
function knownWords({ words }: LooseCommand): string[] {
  const end = words.indexOf(null);
  return words.slice(0, end < 0 ? words.length : end).filter((word) => word !== null);
}

/** A rule that allows a command by its words has considered that it is dangerous. */
function hidesDanger(
  inside: readonly LooseCommand[],
  input: DecideInput,
  facts: SafetyFacts,
): boolean {
  if (facts.os === "windows" && input.sandboxPolicy.type === "read-only") return true;
  return inside.some((command) =>
    isDangerous(command, facts.grammar) &&
    !input.rules.match(knownWords(command)).some(({ decision }) => decision === "allow")
  );
}

/** What rules forbid stays forbidden in loops, substitutions and functions, and behind wrappers. */
function strictRulesWithin(
  commands: readonly LooseCommand[],
  rules: RuleSet,
  { grammar }: SafetyFacts,
): readonly RuleMatch[] {
  if (rules === NO_RULES) return [];
  return commands.flatMap((command) =>
    [...commandsWithin(command, grammar)].flatMap((each) => {
      const words = knownWords(each);
      return [...matchingRules(words, rules), ...rules.match(plainlySpelled(words))];
    })
  ).filter(({ decision }) => decision !== "allow");
}

/** The words with the name that the program has where neither capitals nor the ending of Windows count. */
function plainlySpelled([program = "", ...args]: readonly string[]): readonly string[] {
  return [baseName(program).toLowerCase().replace(/\.exe$/, ""), ...args];
}

interface Conclusion {
  readonly bypass: boolean;
  /** Whether the words of a command may be proposed as a prefix to allow. */
  readonly proposes: boolean;
}

function conclude(
  input: DecideInput,
  judged: readonly Judged[],
  further: readonly RuleMatch[],
  { bypass, proposes }: Conclusion,
): Requirement {
  const rules = [...judged.flatMap((each) => each.rules), ...further];
  const decision = strictest([
    ...rules.map((rule) => rule.decision),
    ...judged.map(({ heuristic }) => heuristic).filter((each) => each !== null),
  ]);
  const requested = rules.length === 0 ? usablePrefix(input.prefixRule) : null;
  switch (decision) {
    case "forbidden":
      return { type: "forbidden", reason: refusal(input.argv, longest(rules, "forbidden")) };
    case "prompt": {
      if (input.approvalPolicy === "never") return { type: "forbidden", reason: NOBODY_TO_ASK };
      const rule = longest(rules, "prompt");
      const asked = judged.find(({ heuristic }) => heuristic === "prompt");
      const automatic = proposes && rule === null ? usablePrefix(asked?.words ?? null) : null;
      return {
        type: "needs_approval",
        reason: rule === null ? null : question(input.argv, rule),
        amendment: requested ?? automatic,
      };
    }
    case "allow": {
      const automatic = proposes && rules.length === 0
        ? usablePrefix(judged[0]?.words ?? null)
        : null;
      return { type: "skip", bypassSandbox: bypass, amendment: requested ?? automatic };
    }
  }
}

const NOBODY_TO_ASK = "approval required by policy, but AskForApproval is set to Never";

function strictest(decisions: readonly Decision[]): Decision {
  const rank = Math.max(0, ...decisions.map((decision) => STRICTNESS.indexOf(decision)));
  return STRICTNESS[rank] ?? "forbidden";
}

/** Of the rules with that decision, the one with the longest prefix; the first of equals. */
function longest(rules: readonly RuleMatch[], decision: Decision): RuleMatch | null {
  return rules.filter((rule) => rule.decision === decision).reduce<RuleMatch | null>(
    (best, rule) =>
      best === null || rule.matchedPrefix.length > best.matchedPrefix.length ? rule : best,
    null,
  );
}

/** Nothing is proposed that would not be saved. */
function usablePrefix(prefix: readonly string[] | null): readonly string[] | null {
  return prefix === null || prefix.length === 0 || isBannedPrefix(prefix) ? null : prefix;
}

function refusal(argv: readonly string[], rule: RuleMatch | null): string {
  const command = shlexJoin(argv);
  if (rule === null) return `\`${command}\` rejected: blocked by policy`;
  if (rule.justification !== null) return `\`${command}\` rejected: ${rule.justification}`;
  const prefix = shlexJoin(rule.matchedPrefix);
  return `\`${command}\` rejected: policy forbids commands starting with \`${prefix}\``;
}

function question(argv: readonly string[], { justification }: RuleMatch): string {
  const command = shlexJoin(argv);
  return justification === null
    ? `\`${command}\` requires approval by policy`
    : `\`${command}\` requires approval: ${justification}`;
}
