import type { AbsolutePath, ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import { type Confined, looksDenied } from "../sandbox/mod.ts";
import { ToolFailure } from "./errors.ts";
import type { ToolContext } from "./types.ts";

export type SandboxPermissions = "use_default" | "require_escalated";

/** A command that the model wants run. */
export interface CommandRequest {
  readonly callId: string;
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

/** How a command may start, before anything is known of its outcome. */
export type Requirement =
  | { readonly type: "run"; readonly confined: boolean }
  | { readonly type: "ask"; readonly confined: boolean; readonly reason: string | null };

/**
 * The decision table of approval policy × sandbox policy × permissions for a command of which nothing is
 * known. Data for the exec policy comes in here once there is one.
 */
export function requirement(
  approval: ApprovalPolicy,
  sandbox: SandboxPolicy,
  permissions: SandboxPermissions,
): Requirement {
  const escalated = permissions === "require_escalated";
  switch (approval) {
    case "never":
    case "on-failure":
      return { type: "run", confined: true };
    case "untrusted":
      return { type: "ask", confined: true, reason: null };
    case "on-request":
      if (!escalated) return { type: "run", confined: true };
      return sandbox.type === "danger-full-access" || sandbox.type === "external-sandbox"
        ? { type: "run", confined: true }
        : { type: "ask", confined: false, reason: null };
  }
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
  const first = requirement(context.approvalPolicy, context.sandboxPolicy, request.permissions);
  if (first.type === "ask") await ask(request, context, first.reason ?? request.justification);
  const policy: SandboxPolicy = first.confined
    ? context.sandboxPolicy
    : { type: "danger-full-access" };
  const confined = await confine(request, context, policy);
  const result = await attempt(confined);
  const denied = result.exitCode !== null && result.exitCode !== 0 &&
    looksDenied({ kind: confined.kind, exitCode: result.exitCode, text: result.text() });
  const mayRetry = context.approvalPolicy === "on-failure" ||
    context.approvalPolicy === "untrusted";
  if (!denied || !mayRetry) return result.value;
  if (first.type !== "ask") {
    await ask(request, context, "command failed; retry without sandbox?");
  }
  const free = await confine(request, context, { type: "danger-full-access" });
  return (await attempt(free)).value;
}

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

async function ask(
  request: CommandRequest,
  context: ToolContext,
  reason: string | null,
): Promise<void> {
  const decision = await context.host.askExecApproval({
    callId: request.callId,
    command: request.command,
    cwd: request.cwd,
    reason,
    proposedPrefix: request.prefixRule,
  });
  switch (decision.type) {
    case "approved":
    case "approved_for_session":
    case "approved_execpolicy_amendment":
      return;
    case "denied":
    case "abort":
      throw new ToolFailure("exec command rejected by user");
  }
}
