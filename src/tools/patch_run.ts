import type { AbsolutePath, FileChangeTurnItem, SandboxPolicy } from "../protocol/mod.ts";
import {
  applyPlan,
  parsePatch,
  PatchError,
  type PatchPlan,
  planChanges,
  planPatch,
  planPaths,
  reportText,
} from "../patch/mod.ts";
import { decodeOutput, runToEnd } from "../process/mod.ts";
import { looksDenied, mayWrite, type Sandbox, type SandboxBackendKind } from "../sandbox/mod.ts";
import { ToolFailure } from "./errors.ts";
import { commandJson, type CommandReport } from "./format.ts";
import { RETRY_REASON } from "./orchestrate.ts";
import { toReport } from "./run_command.ts";
import { inSessionSandbox, type SandboxedRun, tellLimits } from "./session_sandbox.ts";
import type { ToolContext, ToolOutput } from "./types.ts";

const RUNNER_TIMEOUT_MS = 60_000;

/** How one run of the patcher ended. */
interface PatchRun {
  readonly report: CommandReport;
  readonly stdout: string;
  readonly stderr: string;
  readonly kind: SandboxBackendKind;
}

/**
 * Checks a patch against the disk, asks where a person must be asked, and applies it inside the sandbox. A
 * patch that does not fit changes nothing and shows no events.
 */
export async function runPatch(
  callId: string,
  text: string,
  cwd: AbsolutePath,
  context: ToolContext,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const plan = await verify(text, cwd);
  const changes = planChanges(plan);
  const asked = await approve(callId, plan, context);
  await context.diff.before(changes);
  const begun: FileChangeTurnItem = {
    type: "file_change",
    id: callId,
    changes,
    autoApproved: !asked,
    status: "in_progress",
    stdout: "",
    stderr: "",
  };
  await context.host.emit({ type: "item_started", turnId: context.turnId, item: begun });
  const run = await apply(callId, plan, text, cwd, asked, context, signal);
  const success = run.report.exitCode === 0;
  await context.host.emit({
    type: "item_completed",
    turnId: context.turnId,
    item: {
      ...begun,
      status: success ? "completed" : "failed",
      stdout: run.stdout,
      stderr: run.stderr,
    },
  });
  const diff = await context.diff.unifiedDiff();
  if (diff !== "") await context.host.emit({ type: "turn_diff", unifiedDiff: diff });
  return { body: commandJson(run.report, context.truncation), success };
}

async function verify(text: string, cwd: AbsolutePath): Promise<PatchPlan> {
  try {
    const plan = await planPatch(parsePatch(text), cwd);
    if (planPaths(plan).length === 0) throw new ToolFailure("patch rejected: empty patch");
    return plan;
  } catch (error) {
    if (error instanceof PatchError) {
      throw new ToolFailure(`apply_patch verification failed: ${error.detail}`);
    }
    throw error;
  }
}

/** Returns whether a person was asked. Throws when the patch may not be applied. */
async function approve(callId: string, plan: PatchPlan, context: ToolContext): Promise<boolean> {
  const verdict = await patchVerdict(planPaths(plan), context);
  if (verdict === "run") return false;
  if (verdict === "reject") {
    throw new ToolFailure(
      "patch rejected: writing outside of the project; rejected by user approval settings",
    );
  }
  await ask(callId, plan, null, context);
  return true;
}

async function ask(
  callId: string,
  plan: PatchPlan,
  reason: string | null,
  context: ToolContext,
): Promise<void> {
  const keys = planPaths(plan).map((path) => ({ patch: path }));
  if (reason === null && context.approvals.covers(keys)) return;
  const decision = await context.host.askPatchApproval({
    callId,
    changes: planChanges(plan),
    reason,
    grantRoot: null,
  });
  if (decision.type === "denied" || decision.type === "abort") {
    throw new ToolFailure("patch rejected by user");
  }
  if (decision.type === "approved_for_session") context.approvals.add(keys);
}

async function patchVerdict(
  paths: readonly AbsolutePath[],
  context: ToolContext,
): Promise<"run" | "ask" | "reject"> {
  if (context.approvalPolicy === "untrusted") return "ask";
  if (context.approvalPolicy === "on-failure") return "run";
  const writable = await Promise.all(
    paths.map((path) => mayWrite(context.sandboxPolicy, path, context.cwd, context.tmpdir)),
  );
  if (writable.every(Boolean)) return "run";
  return context.approvalPolicy === "never" ? "reject" : "ask";
}

async function apply(
  callId: string,
  plan: PatchPlan,
  text: string,
  cwd: AbsolutePath,
  approved: boolean,
  context: ToolContext,
  signal: AbortSignal,
): Promise<PatchRun> {
  const policy = context.sandboxPolicy;
  if (isFree(policy)) return await applyHere(plan, context);
  const first = await applyConfined(text, cwd, policy, context, signal);
  const denied = first.report.exitCode !== 0 && looksDenied({
    kind: first.kind,
    exitCode: first.report.exitCode,
    text: first.stderr,
  });
  if (!denied || context.approvalPolicy === "never") return first;
  if (!approved) await ask(callId, plan, RETRY_REASON, context);
  // What the first try changed is not known: look at the disk again.
  return await applyHere(await verify(text, cwd), context);
}

function isFree(policy: SandboxPolicy): boolean {
  return policy.type === "danger-full-access" || policy.type === "external-sandbox";
}

/** Without a sandbox there is no reason for a second process. */
async function applyHere(plan: PatchPlan, context: ToolContext): Promise<PatchRun> {
  const started = context.now();
  const ended = (exitCode: number, text: string): PatchRun => ({
    report: { exitCode, durationMs: context.now() - started, text, timedOut: false },
    stdout: exitCode === 0 ? text : "",
    stderr: exitCode === 0 ? "" : text,
    kind: "none",
  });
  try {
    return ended(0, reportText(await applyPlan(plan)));
  } catch (error) {
    if (error instanceof PatchError) return ended(1, `${error.message}\n`);
    throw error;
  }
}

async function applyConfined(
  text: string,
  cwd: AbsolutePath,
  policy: SandboxPolicy,
  context: ToolContext,
  signal: AbortSignal,
): Promise<PatchRun> {
  const { run } = await inSessionSandbox(
    context,
    (sandbox) => applyIn(sandbox, text, cwd, policy, context, signal),
  );
  return run;
}

async function applyIn(
  sandbox: Sandbox,
  text: string,
  cwd: AbsolutePath,
  policy: SandboxPolicy,
  context: ToolContext,
  signal: AbortSignal,
): Promise<SandboxedRun & { readonly run: PatchRun }> {
  await using confined = await sandbox.confine({
    argv: [...context.self.argv, "--codex-run-as-apply-patch", "-"],
    cwd,
    env: context.self.env,
    policy,
    policyCwd: context.cwd,
    tmpdir: context.tmpdir,
    tty: false,
  });
  await tellLimits(sandbox, confined, context);
  const result = await runToEnd({
    command: confined,
    timeoutMs: RUNNER_TIMEOUT_MS,
    signal,
    stdin: new TextEncoder().encode(text),
  });
  signal.throwIfAborted();
  if (result.outcome.kind === "not_started") {
    throw new ToolFailure(`execution error: ${result.outcome.error.message}`);
  }
  const report = toReport(result);
  return {
    run: {
      report,
      stdout: decodeOutput(result.output.stdout),
      stderr: decodeOutput(result.output.stderr),
      kind: confined.kind,
    },
    began: confined.began?.(report.exitCode) ?? true,
    text: () => report.text,
  };
}
