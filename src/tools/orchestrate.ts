import type { AbsolutePath, ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import type { ProgramSearch, SandboxPermissions } from "../policy/mod.ts";
import { type Confined, describeDenial, looksDenied, type Sandbox } from "../sandbox/mod.ts";
import { ToolFailure } from "./errors.ts";
import { hostReason, type NetworkAccess, type NetworkAttempt } from "./network_access.ts";
import {
  inSessionSandbox,
  isWithoutSandbox,
  type SandboxedRun,
  tellLimits,
} from "./session_sandbox.ts";
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
  /** Settles when a command that still runs has ended. */
  readonly ended?: Promise<void>;
}

/** What came of a command, and a line about what the sandbox or the network proxy refused it. */
export interface Orchestrated<T> {
  readonly value: T;
  /** For the model, behind the output; `null` = there is nothing to say. */
  readonly note: string | null;
}

/** For the model, about a command that has ended: what the sandbox or the network proxy refused it. */
export type DescribeEnd = (exitCode: number, text: string) => string | null;

/**
 * Runs a command once. `denied` fires when a person has refused it a host; `describe` is for a command that ends after
 * the attempt has returned.
 */
export type RunAttempt<T> = (
  confined: Confined,
  denied: AbortSignal,
  describe: DescribeEnd,
) => Promise<AttemptResult<T>>;

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
  attempt: RunAttempt<T>,
): Promise<Orchestrated<T>> {
  const requirement = await context.policy.decide({
    argv: request.command,
    approvalPolicy: context.approvalPolicy,
    sandboxPolicy: context.sandboxPolicy,
    permissions: request.permissions,
    prefixRule: request.prefixRule,
    rules: context.rules(),
    search: programSearch(request, context),
  });
  if (requirement.type === "forbidden") throw new ToolFailure(requirement.reason);
  const asked = requirement.type === "needs_approval";
  if (asked) await ask(request, context, requirement.reason, requirement.amendment);
  const bypass = requirement.type === "skip" && requirement.bypassSandbox;
  const free = bypass || request.permissions === "require_escalated";
  const mayRetry = context.approvalPolicy === "on-failure" ||
    context.approvalPolicy === "untrusted";
  const policy = free ? UNCONFINED : context.sandboxPolicy;
  const first = await runOnce(request, context, policy, attempt).catch((error: unknown) => {
    if (mayRetry && isWithoutSandbox(error)) return null;
    throw error;
  });
  if (first !== null && (!first.denied || !mayRetry)) return first;
  if (!asked) await ask(request, context, RETRY_REASON, requirement.amendment);
  return await runOnce(request, context, UNCONFINED, attempt);
}

/** Commands of the session may leave programs behind wherever they write. */
function programSearch(request: CommandRequest, context: ToolContext): ProgramSearch {
  const { sandboxPolicy, cwd, tmpdir } = context;
  const roots = sandboxPolicy.type === "workspace-write" ? sandboxPolicy.writableRoots : [];
  return {
    path: request.env["PATH"] ?? "",
    cwd: request.cwd,
    session: cwd,
    writable: [cwd, ...roots, ...tmpdir === null ? [] : [tmpdir], "/tmp"],
  };
}

type Attempted<T> = Orchestrated<T> & SandboxedRun & { readonly denied: boolean };

/** One attempt under one policy. */
function runOnce<T>(
  request: CommandRequest,
  context: ToolContext,
  policy: SandboxPolicy,
  attempt: RunAttempt<T>,
): Promise<Attempted<T>> {
  return inSessionSandbox(context, (sandbox) => runIn(sandbox, request, context, policy, attempt));
}

/** One attempt in one sandbox, with the network that the session gives it. */
async function runIn<T>(
  sandbox: Sandbox,
  request: CommandRequest,
  context: ToolContext,
  policy: SandboxPolicy,
  attempt: RunAttempt<T>,
): Promise<Attempted<T>> {
  const network = openNetwork(request, context);
  const confining = confine(sandbox, request, context, policy, network);
  const confined = await confining.catch((error: unknown) => {
    network?.attempt[Symbol.dispose]();
    throw error;
  });
  await tellLimits(sandbox, confined, context);
  const refused = refusals(confined, context, network);
  const describe: DescribeEnd = (exitCode, text) => refused(exitCode, text).note;
  let result: AttemptResult<T>;
  try {
    result = await attempt(confined, network?.attempt.denied ?? NEVER, describe);
  } catch (error) {
    network?.attempt[Symbol.dispose]();
    throw error;
  }
  const { value, exitCode, text } = result;
  const run = { value, text, note: null, denied: false, began: true };
  if (exitCode === null) {
    void result.ended?.finally(() => network?.attempt[Symbol.dispose]());
    return run;
  }
  const { byUser, byProxy, note } = refused(exitCode, text());
  network?.attempt[Symbol.dispose]();
  if (byUser) throw new ToolFailure(REJECTED);
  if (byProxy) return { ...run, note };
  if (!(confined.began?.(exitCode) ?? true)) return { ...run, began: false };
  return { ...run, note, denied: looksDenied({ kind: confined.kind, exitCode, text: text() }) };
}

interface Refusals {
  readonly byUser: boolean;
  readonly byProxy: boolean;
  readonly note: string | null;
}

/** What an attempt that has ended was refused. Found out once, since the proxy tells it once. */
function refusals(
  { kind }: Confined,
  context: ToolContext,
  network: OpenNetwork | null,
): (exitCode: number, text: string) => Refusals {
  let found: Refusals | null = null;
  const find = (exitCode: number, text: string): Refusals => {
    const blocked = network?.attempt.takeOutcome() ?? null;
    if (blocked?.kind === "denied_by_user") return { byUser: true, byProxy: true, note: REJECTED };
    if (blocked !== null) return { byUser: false, byProxy: true, note: blocked.text };
    const policy = context.sandboxPolicy;
    const hasProxy = network !== null;
    const note = describeDenial({ kind, exitCode, text, policy, hasProxy });
    return { byUser: false, byProxy: false, note };
  };
  return (exitCode, text) => found ??= find(exitCode, text);
}

const NEVER = new AbortController().signal;

const UNCONFINED: SandboxPolicy = { type: "danger-full-access" };

/** What the model is told of a no; programs know it. */
const REJECTED = "exec command rejected by user";

interface OpenNetwork {
  readonly attempt: NetworkAttempt;
  readonly env: Readonly<Record<string, string>>;
  readonly bridge: NetworkAccess["bridge"];
}

/** The way of one attempt to the proxy; `null` = the session has none. */
function openNetwork(request: CommandRequest, context: ToolContext): OpenNetwork | null {
  const { network } = context;
  if (network === null) return null;
  let questions = 0;
  const attempt = network.begin(async (about) => {
    if (context.approvalPolicy === "never") return "nobody";
    const decision = await context.host.askExecApproval({
      callId: request.callId,
      approvalId: `${request.callId}/network/${++questions}`,
      command: request.command,
      cwd: request.cwd,
      reason: hostReason(about.host),
      network: about,
      proposedPrefix: null,
      parsedCommand: await context.policy.describe(request.command),
    });
    switch (decision.type) {
      case "approved":
      case "approved_execpolicy_amendment":
        return "attempt";
      case "approved_for_session":
        return "session";
      case "denied":
      case "abort":
        return "denied";
    }
  });
  const env = network.environment(request.env, attempt.id);
  return { attempt, env, bridge: network.bridge };
}

/** The question after a denial; clients know it. */
export const RETRY_REASON = "command failed; retry without sandbox?";

async function confine(
  sandbox: Sandbox,
  request: CommandRequest,
  context: ToolContext,
  policy: SandboxPolicy,
  network: OpenNetwork | null,
): Promise<Confined> {
  return await sandbox.confine({
    argv: request.argv,
    cwd: request.cwd,
    env: network === null ? request.env : network.env,
    // What a person lets run free is free of the proxy's walls, too; its variables still lead there.
    bridge: network === null || policy === UNCONFINED ? null : network.bridge,
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
    command: await context.policy.canonical(
      request.command,
      programSearch(request, context),
    ),
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
    approvalId: null,
    command: request.command,
    cwd: request.cwd,
    reason: reason ?? request.justification,
    network: null,
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
      throw new ToolFailure(REJECTED);
  }
}
