import type { AbsolutePath, ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import type { SandboxPermissions } from "../policy/mod.ts";
import { type Confined, looksDenied } from "../sandbox/mod.ts";
import { ToolFailure } from "./errors.ts";
import type { ToolContext } from "./types.ts";

/** A command that the model wants run. */
export interface CommandRequest {
  readonly callId: string;
  /** Approvals for a session count within a family of tools. */
  readonly family: "shell" | "unified_exec";
  /** As asked for. */
  readonly command: readonly string[];
  /** What is really started; differs from `command` where a shell's start-up is spared. */
  readonly argv: readonly string[];
  readonly cwd: AbsolutePath;
  readonly env: Readonly<Record<string, string>>;
  readonly tty: boolean;
  readonly permissions: SandboxPermissions;
  readonly justification: string | null;
  readonly prefixRule: readonly string[] | null;
}

/** What one attempt showed, as far as it decides about another. */
export interface AttemptResult<T> {
  readonly value: T;
  /** Null while it still runs. */
  readonly exitCode: number | null;
  readonly text: () => string;
}

const APPROVAL_NAMES: Readonly<Record<ApprovalPolicy, string>> = {
  "untrusted": "UnlessTrusted",
  "on-failure": "OnFailure",
  "on-request": "OnRequest",
  "never": "Never",
};

/** Refuses an escalation that nobody could grant. `verb` differs between the tool families. */
export function refuseIdleEscalation(
  approval: ApprovalPolicy,
  permissions: SandboxPermissions,
  verb: "should not" | "cannot",
): void {
  if (permissions !== "require_escalated" || approval === "on-request") return;
  const name = APPROVAL_NAMES[approval];
  throw new ToolFailure(
    `approval policy is ${name}; reject command — you ${verb} ask for escalated permissions if the approval policy is ${name}`,
  );
}

/**
 * The one place that starts commands for the model: asks where a person must be asked, confines, runs, and on
 * a denial asks and runs again where the policy provides for that. Throws {@link ToolFailure} when refused.
 */
export async function orchestrate<T>(
  request: CommandRequest,
  context: ToolContext,
  attempt: (confined: Confined) => Promise<AttemptResult<T>>,
): Promise<T> {
  const requirement = await context.policy.decide({
    argv: request.command,
    approvalPolicy: context.approvalPolicy,
    sandboxPolicy: context.sandboxPolicy,
    permissions: request.permissions,
    prefixRule: request.prefixRule,
    rules: context.rules(),
  });
  if (requirement.type === "forbidden") throw new ToolFailure(requirement.reason);
  const asked = requirement.type === "needs_approval";
  if (asked) await ask(request, context, requirement.reason, requirement.amendment);
  const bypass = requirement.type === "skip" && requirement.bypassSandbox;
  const free = bypass || request.permissions === "require_escalated";
  const confined = await confine(request, context, free ? UNCONFINED : context.sandboxPolicy);
  const result = await attempt(confined);
  const denied = result.exitCode !== null && result.exitCode !== 0 &&
    looksDenied({ kind: confined.kind, exitCode: result.exitCode, text: result.text() });
  const mayRetry = context.approvalPolicy === "on-failure" ||
    context.approvalPolicy === "untrusted";
  if (!denied || !mayRetry) return result.value;
  if (!asked) await ask(request, context, RETRY_REASON, requirement.amendment);
  const second = await confine(request, context, UNCONFINED);
  return (await attempt(second)).value;
}

const UNCONFINED: SandboxPolicy = { type: "danger-full-access" };

/** The question after a denial; clients know it. */
export const RETRY_REASON = "command failed; retry without sandbox?";

async function confine(
  request: CommandRequest,
  context: ToolContext,
  policy: SandboxPolicy,
): Promise<Confined> {
  const sandbox = await context.sandbox();
  return await sandbox.confine({
    argv: request.argv,
    cwd: request.cwd,
    env: request.env,
    policy,
    policyCwd: context.cwd,
    tmpdir: context.tmpdir,
    tty: request.tty,
  });
}

/** Under what a session remembers an approval of this command. */
async function approvalKeys(request: CommandRequest, context: ToolContext): Promise<unknown[]> {
  return [{
    tool: request.family,
    command: await context.policy.canonical(request.command),
    cwd: request.cwd,
    ...(request.family === "unified_exec" ? { tty: request.tty } : {}),
    sandboxPermissions: request.permissions,
  }];
}

/** Returns when the command may run. Asks nobody about what the session has approved. */
async function ask(
  request: CommandRequest,
  context: ToolContext,
  reason: string | null,
  amendment: readonly string[] | null,
): Promise<void> {
  const keys = await approvalKeys(request, context);
  if (context.approvals.covers(keys)) return;
  const decision = await context.host.askExecApproval({
    callId: request.callId,
    command: request.command,
    cwd: request.cwd,
    reason: reason ?? request.justification,
    proposedPrefix: amendment,
    parsedCommand: await context.policy.describe(request.command),
  });
  switch (decision.type) {
    case "approved":
      return;
    case "approved_for_session":
      context.approvals.add(keys);
      return;
    case "approved_execpolicy_amendment":
      if (JSON.stringify(decision.prefix) !== JSON.stringify(amendment)) {
        context.logger.warn("the prefix that was allowed is not the one that was proposed", {
          callId: request.callId,
        });
      }
      await context.host.allowPrefix(decision.prefix);
      return;
    case "denied":
    case "abort":
      throw new ToolFailure("exec command rejected by user");
  }
}
