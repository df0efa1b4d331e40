import { userMessage } from "../context/mod.ts";
import { runToEnd, shellArgv } from "../process/mod.ts";
import type { CommandTurnItem, MessageItem } from "../protocol/mod.ts";
import { type CommandReport, formattedOutput, startedCommand, toReport } from "../tools/mod.ts";
import type { Session } from "./session.ts";
import type { Turn } from "./turn_context.ts";
import { uuidV7 } from "./uuid.ts";

const TIMEOUT_MS = 3_600_000;

/** A command that the person typed: no sandbox, no question. Returns its record for the history. */
export async function runUserShell(
  session: Session,
  turn: Turn,
  script: string,
): Promise<MessageItem> {
  const { services } = session;
  const argv = shellArgv(services.shell, script, true);
  const item = startedCommand({
    callId: uuidV7(services.now),
    processId: null,
    command: argv,
    parsedCommand: await services.policy.describe(argv),
    cwd: turn.settings.cwd,
    source: "user_shell",
  });
  await session.emit(turn.id, { type: "item_started", turnId: turn.id, item });
  const report = await execute(session, turn, item, argv);
  await session.emit(turn.id, {
    type: "item_completed",
    turnId: turn.id,
    item: {
      ...item,
      status: report.exitCode === 0 ? "completed" : "failed",
      result: {
        stdout: report.text,
        stderr: "",
        aggregatedOutput: report.text,
        exitCode: report.exitCode,
        durationMs: report.durationMs,
        formattedOutput: formattedOutput(report, turn.model.truncationPolicy),
      },
    },
  });
  return userMessage(record(script, report, formattedOutput(report, turn.model.truncationPolicy)));
}

async function execute(
  session: Session,
  turn: Turn,
  item: CommandTurnItem,
  argv: readonly string[],
): Promise<CommandReport> {
  const sandbox = await session.services.sandbox();
  await using command = await sandbox.confine({
    argv: session.services.wrapShell(argv, turn.settings.cwd),
    cwd: turn.settings.cwd,
    env: session.services.commandEnv,
    policy: { type: "danger-full-access" },
    policyCwd: turn.settings.cwd,
    tmpdir: session.services.tmpdir,
    tty: false,
  });
  const result = await runToEnd({
    command,
    timeoutMs: TIMEOUT_MS,
    signal: turn.signal,
    onChunk: (stream, chunk) => {
      void session.emit(turn.id, {
        type: "item_delta",
        turnId: turn.id,
        itemId: item.id,
        delta: { type: "command_output", stream, chunk },
      });
    },
  });
  if (result.outcome.kind === "aborted") return failure("command aborted by user");
  if (result.outcome.kind === "not_started") {
    return failure(`execution error: ${result.outcome.error.message}`);
  }
  return toReport(result);
}

function failure(text: string): CommandReport {
  return { exitCode: -1, durationMs: 0, text, timedOut: false };
}

function record(script: string, report: CommandReport, output: string): string {
  return [
    "<user_shell_command>",
    "<command>",
    script,
    "</command>",
    "<result>",
    `Exit code: ${report.exitCode}`,
    `Duration: ${(report.durationMs / 1000).toFixed(4)} seconds`,
    "Output:",
    output,
    "</result>",
    "</user_shell_command>",
  ].join("\n");
}
