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
import {
  inSessionSandbox,
  isWithoutSandbox,
  type SandboxedRun,
  tellLimits,
} from "./session_sandbox.ts";
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
  const patch: CheckedPatch = { callId, plan, text, cwd };
  const leave = await approve(patch, context);
  const changes = planChanges(plan);
  await context.diff.before(changes);
  signal.throwIfAborted();
  const item: FileChangeTurnItem = {
    type: "file_change",
    id: callId,
    changes,
    autoApproved: !leave.asked,
    status: "in_progress",
    stdout: "",
    stderr: "",
  };
  await context.host.emit({ type: "item_started", turnId: context.turnId, item });
  const run = await apply(patch, leave, context, signal).catch(async (error: unknown) => {
    const stderr = error instanceof Error ? error.message : String(error);
    await complete(item, error instanceof ToolFailure ? "declined" : "failed", "", stderr, context);
    throw error;
  });
  const success = run.report.exitCode === 0;
  await complete(item, success ? "completed" : "failed", run.stdout, run.stderr, context);
  const diff = await context.diff.unifiedDiff();
  if (diff !== "") await context.host.emit({ type: "turn_diff", unifiedDiff: diff });
  return { body: commandJson(run.report, context.truncation), success };
}

/** A patch that fits the files as they were when it came. */
interface CheckedPatch {
  readonly callId: string;
  readonly text: string;
  readonly cwd: AbsolutePath;
  readonly plan: PatchPlan;
}

/** How a patch may be applied. */
interface Leave {
  readonly asked: boolean;
  /** Without a sandbox: none is wanted, none is there, or it would refuse what a person has allowed. */
  readonly free: boolean;
}

/** Ends the item, whatever came of the patch: none stays open. */
async function complete(
  item: FileChangeTurnItem,
  status: "completed" | "failed" | "declined",
  stdout: string,
  stderr: string,
  { host, turnId }: ToolContext,
): Promise<void> {
  await host.emit({ type: "item_completed", turnId, item: { ...item, status, stdout, stderr } });
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

/** Throws when the patch may not be applied. */
async function approve(patch: CheckedPatch, context: ToolContext): Promise<Leave> {
  const { approvalPolicy: approval, sandboxPolicy: policy } = context;
  const writable = await isWritable(planPaths(patch.plan), context);
  const free = isFree(policy);
  if (approval === "untrusted" || (!writable && approval === "on-request")) {
    await ask(patch, null, context);
    return { asked: true, free: free || !writable };
  }
  if (!writable && approval === "never") {
    throw new ToolFailure(
      "patch rejected: writing outside of the project; rejected by user approval settings",
    );
  }
  if (free || approval === "never") return { asked: false, free };
  if (!writable) {
    // The sandbox would stop it half way, and what it had written by then would stay.
    await ask(patch, RETRY_REASON, context);
    return { asked: true, free: true };
  }
  const { backend } = await context.sandbox();
  if (backend.kind !== "unavailable") return { asked: false, free: false };
  await ask(patch, null, context);
  return { asked: true, free: true };
}

async function isWritable(
  paths: readonly AbsolutePath[],
  { sandboxPolicy, cwd, tmpdir }: ToolContext,
): Promise<boolean> {
  const each = await Promise.all(paths.map((path) => mayWrite(sandboxPolicy, path, cwd, tmpdir)));
  return each.every(Boolean);
}

async function ask(
  { callId, plan, text }: CheckedPatch,
  reason: string | null,
  context: ToolContext,
): Promise<void> {
  const keys = touched(plan).map((path) => ({ patch: path }));
  if (reason === null && context.approvals.covers(keys)) return;
  const decision = await context.host.askPatchApproval({
    callId,
    patch: text,
    changes: planChanges(plan),
    reason,
    grantRoot: null,
  });
  if (decision.type === "denied" || decision.type === "abort") {
    throw new ToolFailure("patch rejected by user");
  }
  if (decision.type === "approved_for_session") context.approvals.add(keys);
}

/** The files as written and as they really are: what was approved under a name is not what a link there leads to. */
function touched(plan: PatchPlan): string[] {
  const real = plan.operations.flatMap((operation) =>
    operation.kind === "rename" ? [operation.path, operation.to] : [operation.path]
  );
  return [...new Set([...planPaths(plan), ...real])];
}

async function apply(
  patch: CheckedPatch,
  { asked, free }: Leave,
  context: ToolContext,
  signal: AbortSignal,
): Promise<PatchRun> {
  if (free) return await applyHere(asked ? await verifyAgain(patch) : patch.plan, context);
  const never = context.approvalPolicy === "never";
  let first: PatchRun | null = null;
  try {
    first = await applyConfined(patch, context, signal);
  } catch (error) {
    if (never || !isWithoutSandbox(error)) throw error;
  }
  if (first !== null && (never || !wasDenied(first))) return first;
  if (!asked) await ask(patch, RETRY_REASON, context);
  return await applyHere(await verifyAgain(patch, first?.stderr), context);
}

function wasDenied({ kind, report, stderr }: PatchRun): boolean {
  return report.exitCode !== 0 && looksDenied({ kind, exitCode: report.exitCode, text: stderr });
}

/**
 * A person who was asked has seen these changes to these files, and may have gone on writing while the question was
 * open: what became something else meanwhile is not applied.
 *
 * @param attempt what an earlier attempt printed
 */
async function verifyAgain(patch: CheckedPatch, attempt = ""): Promise<PatchPlan> {
  const now = await planPatch(parsePatch(patch.text), patch.cwd).catch((error: unknown) => {
    if (error instanceof PatchError) return null;
    throw error;
  });
  if (now !== null && describePlan(now) === describePlan(patch.plan)) return now;
  const changed = "the files have changed since the patch was shown to the user; nothing " +
    `${attempt === "" ? "was" : "more was"} written. Read them again and send a new patch.`;
  throw new ToolFailure([changed, attempt].filter((text) => text !== "").join("\n"));
}

/** All that a plan leads to, and where: a link put in the way shows in the real paths. */
function describePlan(plan: PatchPlan): string {
  const places = plan.operations.map((operation) => [operation.kind, operation.path]);
  return JSON.stringify([places, plan.changes]);
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
  patch: CheckedPatch,
  context: ToolContext,
  signal: AbortSignal,
): Promise<PatchRun> {
  const { run } = await inSessionSandbox(
    context,
    (sandbox) => applyIn(sandbox, patch, context, signal),
  );
  return run;
}

async function applyIn(
  sandbox: Sandbox,
  { text, cwd }: CheckedPatch,
  context: ToolContext,
  signal: AbortSignal,
): Promise<SandboxedRun & { readonly run: PatchRun }> {
  await using confined = await sandbox.confine({
    argv: [...context.self.argv, "--codex-run-as-apply-patch", "-"],
    cwd,
    env: context.self.env,
    policy: context.sandboxPolicy,
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
