import { Arguments } from "./arguments.ts";
import { IncompatiblePayload, ToolFailure } from "./errors.ts";
import { clampYield, decodeLossy } from "./exec_command.ts";
import { newChunkId, pollText, withNote } from "./format.ts";
import { functionSpec, number, object, text } from "./schema.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput } from "./types.ts";

const DEFAULT_YIELD_MS = 250;
const MIN_POLL_MS = 5_000;
const DEFAULT_MAX_TOKENS = 10_000;

/** `write_stdin`: types into a running command, or looks what it has printed since. */
export function writeStdinTool(): Tool {
  return {
    name: "write_stdin",
    spec: SPEC,
    parallel: false,
    accepts: (payload) => payload.kind === "function",
    run,
  };
}

async function run(
  call: ToolCall,
  context: ToolContext,
  signal: AbortSignal,
): Promise<ToolOutput> {
  if (call.payload.kind !== "function") throw new IncompatiblePayload("write_stdin");
  const args = Arguments.parse(call.payload.arguments);
  const processId = String(args.integer("session_id"));
  const chars = args.optionalString("chars") ?? "";
  const patience = args.optionalUnsigned("yield_time_ms") ?? DEFAULT_YIELD_MS;
  const yieldMs = chars === "" ? clampYield(patience, MIN_POLL_MS) : clampYield(patience);
  const maxTokens = args.optionalUnsigned("max_output_tokens") ?? DEFAULT_MAX_TOKENS;
  const result = await context.processes.write(processId, chars, { yieldMs, signal });
  signal.throwIfAborted();
  switch (result.kind) {
    case "unknown_process":
      throw new ToolFailure(`write_stdin failed: Unknown process id ${processId}`);
    case "stdin_closed":
      throw new ToolFailure(
        "write_stdin failed: stdin is closed for this session; rerun exec_command with tty=true to keep stdin open",
      );
    case "write_failed":
      throw new ToolFailure("write_stdin failed: failed to write to stdin");
    case "polled":
      break;
  }
  await context.host.emit({
    type: "terminal_interaction",
    callId: result.callId,
    processId,
    stdin: chars,
  });
  return {
    body: pollText({
      chunkId: newChunkId(),
      wallMs: result.poll.wallMs,
      exitCode: result.poll.exitCode,
      sessionId: result.poll.exited ? null : processId,
      text: withNote(decodeLossy(result.poll.output), result.poll.remark),
      totalBytes: result.poll.totalBytes,
      maxTokens,
    }),
    success: true,
  };
}

const SPEC = functionSpec(
  "write_stdin",
  "Sends characters to a running command and returns what it printed since the last look.",
  object({
    session_id: number("The session ID that `exec_command` gave."),
    chars: text("What to send, control characters included. Empty: only look."),
    yield_time_ms: number("Milliseconds to wait for output before returning."),
    max_output_tokens: number("Most tokens of output to return; the middle is cut out beyond."),
  }, ["session_id"]),
);
