import type {
  AbsolutePath,
  CommandSource,
  CommandTurnItem,
  ParsedCommand,
} from "../protocol/mod.ts";
import { ToolFailure } from "./errors.ts";
import type { ToolContext } from "./types.ts";

export interface CommandItemFacts {
  /** What the command does, for people; see `CommandPolicy.describe`. */
  readonly parsedCommand: readonly ParsedCommand[];
  readonly callId: string;
  readonly processId: string | null;
  readonly command: readonly string[];
  readonly cwd: AbsolutePath;
  readonly source: CommandSource;
}

/** The item that people see for a command, as it stands before any output. */
export function startedCommand(facts: CommandItemFacts): CommandTurnItem {
  return {
    type: "command_execution",
    id: facts.callId,
    processId: facts.processId,
    command: facts.command,
    cwd: facts.cwd,
    parsedCommand: facts.parsedCommand,
    source: facts.source,
    interactionInput: null,
    status: "in_progress",
    result: null,
  };
}

/** Ends `item` with a message in place of output: refused, or failed before it printed anything. */
export function endedWithMessage(
  item: CommandTurnItem,
  message: string,
  status: "failed" | "declined",
): CommandTurnItem {
  return {
    ...item,
    status,
    result: {
      stdout: "",
      stderr: message,
      aggregatedOutput: message,
      exitCode: -1,
      durationMs: 0,
      formattedOutput: message,
    },
  };
}

/** Shows a command that was not started, and why. */
export async function showRefused(
  item: CommandTurnItem,
  message: string,
  context: ToolContext,
): Promise<void> {
  const { turnId, host } = context;
  await host.emit({ type: "item_started", turnId, item });
  const ended = endedWithMessage(item, message, "declined");
  await host.emit({ type: "item_completed", turnId, item: ended });
}

/** Emits the end of `item` when `run` fails before it could, so that no item stays open. */
export async function closingItem<T>(
  item: CommandTurnItem,
  context: ToolContext,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const status = error instanceof ToolFailure ? "declined" : "failed";
    await context.host.emit({
      type: "item_completed",
      turnId: context.turnId,
      item: endedWithMessage(item, message, status),
    });
    throw error instanceof ToolFailure ? error : new ToolFailure(`execution error: ${message}`);
  }
}
