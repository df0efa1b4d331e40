import type { CommandTurnItem } from "../protocol/mod.ts";
import { decodeOutput, type RunResult, runToEnd } from "../process/mod.ts";
import type { Confined } from "../sandbox/mod.ts";
import { closingItem, startedCommand } from "./command_item.ts";
import { ToolFailure } from "./errors.ts";
import { type CommandReport, formattedOutput } from "./format.ts";
import { type AttemptResult, type CommandRequest, orchestrate } from "./orchestrate.ts";
import type { ToolContext } from "./types.ts";

const MAX_CHUNK_EVENTS = 10_000;
const TIMEOUT_EXIT_CODE = 124;
const SIGNAL_EXIT_BASE = 128;
const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSYS: 31,
};

/** Runs a command of the shell family from its begin event to its end event. */
export async function runShellCommand(
  request: CommandRequest,
  timeoutMs: number,
  context: ToolContext,
  signal: AbortSignal,
): Promise<CommandReport & { readonly note: string | null }> {
  const item = startedCommand({
    callId: request.callId,
    processId: null,
    command: request.command,
    parsedCommand: await context.policy.describe(request.command),
    cwd: request.cwd,
    source: "agent",
  });
  await context.host.emit({ type: "item_started", turnId: context.turnId, item });
  return await closingItem(item, context, async () => {
    const ran = await orchestrate(
      request,
      context,
      (confined, denied) =>
        attempt(confined, item, timeoutMs, context, AbortSignal.any([signal, denied])),
    );
    const { outcome } = ran.value;
    if (outcome.kind === "not_started") throw new Error(outcome.error.message);
    return ran;
  }).then(async ({ value: result, note }) => {
    const report = toReport(result);
    await context.host.emit({
      type: "item_completed",
      turnId: context.turnId,
      item: finished(item, result, report, context),
    });
    signal.throwIfAborted();
    return { ...report, note };
  });
}

async function attempt(
  confined: Confined,
  item: CommandTurnItem,
  timeoutMs: number,
  context: ToolContext,
  signal: AbortSignal,
): Promise<AttemptResult<RunResult>> {
  await using command = confined;
  const sent = { stdout: 0, stderr: 0 };
  const result = await runToEnd({
    command,
    timeoutMs,
    signal,
    onChunk: (stream, chunk) => {
      sent[stream] += 1;
      if (sent[stream] > MAX_CHUNK_EVENTS) return;
      void context.host.emit({
        type: "item_delta",
        turnId: context.turnId,
        itemId: item.id,
        delta: { type: "command_output", stream, chunk },
      });
    },
  });
  return {
    value: result,
    exitCode: exitCode(result),
    text: () => decodeOutput(result.output.aggregated),
  };
}

/** Exit code as shells show it: 124 for our timeout, 128 + n for a signal. */
export function exitCode(result: RunResult): number {
  switch (result.outcome.kind) {
    case "exited":
      return result.outcome.code;
    case "timed_out":
      return TIMEOUT_EXIT_CODE;
    case "signaled": {
      const number = SIGNAL_NUMBERS[result.outcome.signal];
      return number === undefined ? -1 : SIGNAL_EXIT_BASE + number;
    }
    case "aborted":
    case "not_started":
      return -1;
  }
}

export function toReport(result: RunResult): CommandReport {
  return {
    exitCode: exitCode(result),
    durationMs: result.durationMs,
    text: decodeOutput(result.output.aggregated),
    timedOut: result.outcome.kind === "timed_out",
  };
}

function finished(
  item: CommandTurnItem,
  result: RunResult,
  report: CommandReport,
  context: ToolContext,
): CommandTurnItem {
  return {
    ...item,
    status: report.exitCode === 0 ? "completed" : "failed",
    result: {
      stdout: decodeOutput(result.output.stdout),
      stderr: decodeOutput(result.output.stderr),
      aggregatedOutput: report.text,
      exitCode: report.exitCode,
      durationMs: report.durationMs,
      formattedOutput: formattedOutput(report, context.truncation),
    },
  };
}

/** An empty argv never starts. */
export function requireCommand(command: readonly string[]): void {
  if (command.length === 0) throw new ToolFailure("command args are empty");
}
