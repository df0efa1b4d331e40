import type { FunctionCallOutputItem, ResponseItem, ToolCallItem } from "../protocol/mod.ts";
import { CallAborted, IncompatiblePayload, ToolFailure } from "./errors.ts";
import type { CallLock } from "./lock.ts";
import type { Toolset } from "./registry.ts";
import type { ToolCall, ToolContext } from "./types.ts";

/** Killing a process group and reading its last words takes less. */
const ABORT_GRACE_MS = 1_000;

const SHELL_FAMILY = new Set(["shell", "container.exec", "local_shell", "shell_command"]);

/** Reads a streamed output item as a call; `null` = not a call. */
export function callFromItem(item: ResponseItem): ToolCall | null {
  switch (item.type) {
    case "function_call":
      return {
        callId: item.call_id,
        name: item.name,
        payload: { kind: "function", arguments: item.arguments },
      };
    case "custom_tool_call":
      return {
        callId: item.call_id,
        name: item.name,
        payload: { kind: "custom", input: item.input },
      };
    case "local_shell_call":
      return {
        callId: item.call_id ?? item.id ?? "",
        name: "local_shell",
        payload: {
          kind: "local_shell",
          command: item.action.command,
          timeoutMs: item.action.timeout_ms,
          workdir: item.action.working_directory,
        },
      };
    default:
      return null;
  }
}

export function isToolCall(item: ResponseItem): item is ToolCallItem {
  return item.type === "function_call" || item.type === "custom_tool_call" ||
    item.type === "local_shell_call";
}

/**
 * Runs one call and gives the item that answers it. Never throws for what a model or a command can do wrong;
 * `null` = no answer, the history closes the call as aborted.
 */
export async function dispatch(
  call: ToolCall,
  toolset: Toolset,
  context: ToolContext,
  lock: CallLock,
  signal: AbortSignal,
): Promise<ResponseItem | null> {
  const queuedAt = context.now();
  const logger = context.logger.withTarget("codex_core::tools");
  if (call.callId === "" && call.payload.kind === "local_shell") {
    return output(call, "LocalShellCall without call_id or id");
  }
  const tool = toolset.find(call.name);
  if (tool === null) return output(call, unsupported(call));
  try {
    using _turn = await lock.acquire(tool.parallel && tool.spec !== null);
    signal.throwIfAborted();
    if (!tool.accepts(call.payload)) throw new IncompatiblePayload(call.name);
    const { hooks } = context;
    const running = hooks === null
      ? tool.run(call, context, signal)
      : import("./hooked_run.ts").then(({ runHooked }) =>
        runHooked(tool, call, context, hooks, signal)
      );
    const result = await untilAborted(running, signal);
    logger.debug("tool ran", { tool: call.name, callId: call.callId, success: result.success });
    return output(call, result.body);
  } catch (error) {
    if (signal.aborted) return output(call, abortText(call.name, context.now() - queuedAt));
    if (error instanceof ToolFailure) return output(call, error.message);
    if (error instanceof IncompatiblePayload || error instanceof CallAborted) {
      logger.error(error.message, { callId: call.callId });
      return null;
    }
    const message = error instanceof Error ? error.message : String(error);
    logger.error("tool failed", { tool: call.name, callId: call.callId, message });
    return output(call, `execution error: ${message}`);
  }
}

/**
 * Gives an interrupted tool a moment to end what it began, so that no item stays open; one that takes longer is
 * left behind: its answer would come too late to matter.
 */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    timer = setTimeout(() => aborted.reject(signal.reason), ABORT_GRACE_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

function unsupported(call: ToolCall): string {
  return call.payload.kind === "custom"
    ? `unsupported custom tool call: ${call.name}`
    : `unsupported call: ${call.name}`;
}

function abortText(tool: string, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs / 1000, 0.1).toFixed(1);
  return SHELL_FAMILY.has(tool)
    ? `Wall time: ${seconds} seconds\naborted by user`
    : `aborted by user after ${seconds}s`;
}

function output(call: ToolCall, body: FunctionCallOutputItem["output"]): ResponseItem {
  if (call.payload.kind !== "custom") {
    return { type: "function_call_output", call_id: call.callId, output: body };
  }
  return { type: "custom_tool_call_output", call_id: call.callId, output: flatten(body) };
}

/** Custom calls are answered with plain text. */
function flatten(body: FunctionCallOutputItem["output"]): string {
  if (typeof body === "string") return body;
  return body.flatMap((item) =>
    item.type === "input_text" && item.text.trim() !== "" ? [item.text] : []
  ).join("\n");
}
