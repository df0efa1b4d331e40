import type { AbsolutePath, CommandTurnItem } from "../protocol/mod.ts";
import {
  decodeOutput,
  modelShell,
  type OpenProcessResult,
  type ProcessEnd,
  shellArgv,
  UNIFIED_EXEC_ENV,
} from "../process/mod.ts";
import type { Confined } from "../sandbox/mod.ts";
import { Arguments } from "./arguments.ts";
import { commandCwd, ESCALATION_SCHEMA, readEscalation } from "./command_arguments.ts";
import { showRefused, startedCommand } from "./command_item.ts";
import { IncompatiblePayload, ToolFailure } from "./errors.ts";
import { formattedOutput, newChunkId, pollText, withNote } from "./format.ts";
import {
  type AttemptResult,
  type DescribeEnd,
  orchestrate,
  refuseIdleEscalation,
} from "./orchestrate.ts";
import { boolean, functionSpec, number, object, text } from "./schema.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput } from "./types.ts";

const MIN_YIELD_MS = 250;
const MAX_YIELD_MS = 30_000;
const DEFAULT_YIELD_MS = 10_000;
const DEFAULT_MAX_TOKENS = 10_000;
/** From here on each new process comes with a word to the model. */
const CROWDED = 60;

export function clampYield(ms: number, least: number = MIN_YIELD_MS): number {
  return Math.min(Math.max(ms, least), MAX_YIELD_MS);
}

/** `exec_command`: starts a command and returns when it ends, or when the caller's patience does. */
export function execCommandTool(): Tool {
  return {
    name: "exec_command",
    spec: SPEC,
    parallel: true,
    accepts: (payload) => payload.kind === "function",
    prepare: ({ policy }) => policy.warmUp(),
    run,
  };
}

async function run(
  call: ToolCall,
  context: ToolContext,
  signal: AbortSignal,
): Promise<ToolOutput> {
  if (call.payload.kind !== "function") throw new IncompatiblePayload("exec_command");
  const args = Arguments.parse(call.payload.arguments);
  const script = args.string("cmd");
  const requestedShell = args.optionalString("shell");
  const login = args.optionalBoolean("login") ?? true;
  const tty = args.optionalBoolean("tty") ?? false;
  const yieldMs = clampYield(args.optionalUnsigned("yield_time_ms") ?? DEFAULT_YIELD_MS);
  const maxTokens = args.optionalUnsigned("max_output_tokens") ?? DEFAULT_MAX_TOKENS;
  const escalation = readEscalation(args);
  refuseIdleEscalation(context.approvalPolicy, escalation.permissions, "cannot");
  const shell = requestedShell === null
    ? context.shell
    : await modelShell(requestedShell, context.shell, context.commandEnv["PATH"] ?? "");
  const command = shellArgv(shell, script, login);
  const cwd = commandCwd(args.optionalString("workdir"), context.cwd);
  const { interceptPatch } = await import("./intercept_patch.ts");
  const patched = await interceptPatch(call, command, cwd, context, signal);
  if (patched !== null) return patched;
  let begun = false;
  const running = orchestrate(
    {
      callId: call.callId,
      family: "unified_exec",
      command,
      argv: context.wrapShell(command, cwd),
      cwd,
      env: { ...context.commandEnv, ...UNIFIED_EXEC_ENV },
      tty,
      ...escalation,
    },
    context,
    (confined, denied, describe) => {
      const onBegin = () => begun = true;
      const launch = { call, command, cwd, tty, yieldMs, denied, describe, onBegin };
      return open(launch, confined, context, signal);
    },
  );
  const { value: opened, note } = await running.catch(async (error: unknown) => {
    if (!begun && error instanceof ToolFailure) {
      const item = await itemOf({ call, command, cwd }, null, context);
      await showRefused(item, error.message, context);
    }
    throw error;
  });
  signal.throwIfAborted();
  if (opened.kind === "not_started") {
    throw new ToolFailure(`exec_command failed: ${opened.error.message}`);
  }
  await warnWhenCrowded(context, opened.poll.exited);
  return {
    body: pollText({
      chunkId: newChunkId(),
      wallMs: opened.poll.wallMs,
      exitCode: opened.poll.exitCode,
      sessionId: opened.poll.exited ? null : opened.processId,
      text: withNote(decodeLossy(opened.poll.output), note),
      totalBytes: opened.poll.totalBytes,
      maxTokens,
    }),
    success: true,
  };
}

interface Launch {
  readonly onBegin: () => void;
  /** Fires when a person has refused a host: the command is ended, whenever that is. */
  readonly denied: AbortSignal;
  readonly describe: DescribeEnd;
  readonly call: ToolCall;
  readonly command: readonly string[];
  readonly cwd: AbsolutePath;
  readonly tty: boolean;
  readonly yieldMs: number;
}

async function open(
  launch: Launch,
  confined: Confined,
  context: ToolContext,
  signal: AbortSignal,
): Promise<AttemptResult<OpenProcessResult>> {
  const ended = Promise.withResolvers<void>();
  const over = new AbortController();
  let item: CommandTurnItem | null = null;
  const result = await context.processes.open(launch.call.callId, {
    command: confined,
    tty: launch.tty,
    yieldMs: launch.yieldMs,
    signal,
    onStart: async (processId) => {
      const stop = () => context.processes.terminate(processId);
      launch.denied.addEventListener("abort", stop, { once: true, signal: over.signal });
      item = await itemOf(launch, processId, context);
      launch.onBegin();
      await context.host.emit({ type: "item_started", turnId: context.turnId, item });
    },
    onChunk: (chunk) => {
      void context.host.emit({
        type: "item_delta",
        turnId: context.turnId,
        itemId: launch.call.callId,
        delta: { type: "command_output", stream: "stdout", chunk },
      });
    },
    onExit: async (end) => {
      try {
        await confined[Symbol.asyncDispose]();
        if (item !== null) await emitEnd(item, end, context);
        return launch.describe(end.exitCode, decodeLossy(end.transcript));
      } finally {
        over.abort();
        ended.resolve();
      }
    },
  });
  if (result.kind === "not_started") {
    await confined[Symbol.asyncDispose]();
    return { value: result, exitCode: null, text: () => "" };
  }
  // The end must be seen before the model's answer to it can be.
  if (result.poll.exited) await ended.promise;
  return {
    value: result,
    exitCode: result.poll.exited ? result.poll.exitCode ?? -1 : null,
    ended: ended.promise,
    text: () => decodeLossy(result.poll.output),
  };
}

async function itemOf(
  { call, command, cwd }: Pick<Launch, "call" | "command" | "cwd">,
  processId: string | null,
  context: ToolContext,
): Promise<CommandTurnItem> {
  return startedCommand({
    callId: call.callId,
    processId,
    command,
    parsedCommand: await context.policy.describe(command),
    cwd,
    source: "unified_exec_startup",
  });
}

async function emitEnd(
  item: CommandTurnItem,
  end: ProcessEnd,
  context: ToolContext,
): Promise<void> {
  const transcript = decodeOutput(end.transcript);
  const report = {
    exitCode: end.exitCode,
    durationMs: end.durationMs,
    text: transcript,
    timedOut: false,
  };
  await context.host.emit({
    type: "item_completed",
    turnId: context.turnId,
    item: {
      ...item,
      status: end.exitCode === 0 ? "completed" : "failed",
      result: {
        stdout: transcript,
        stderr: "",
        aggregatedOutput: transcript,
        exitCode: end.exitCode,
        durationMs: end.durationMs,
        formattedOutput: formattedOutput(report, context.truncation),
      },
    },
  });
}

async function warnWhenCrowded(context: ToolContext, exited: boolean): Promise<void> {
  const open = context.processes.size;
  if (exited || open < CROWDED) return;
  await context.host.recordItem({
    type: "message",
    role: "user",
    content: [{
      type: "input_text",
      text:
        `Warning: ${open} command sessions are open, and ${CROWDED} is where it gets crowded. End those you no longer need; the oldest ones are ended without asking once the limit is reached.`,
    }],
  });
}

/** Terminal bytes as text; nothing is guessed about them. */
export function decodeLossy(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

const SPEC = functionSpec(
  "exec_command",
  "Runs a command in a shell. Returns its output and exit code or, when it is still running, a session ID with which `write_stdin` goes on.",
  object({
    cmd: text("The shell command."),
    workdir: text("Folder to run in. Default: the working directory of the turn."),
    shell: text("Shell program to use. Default: the user's shell."),
    login: boolean("Run as a login shell. Default: true."),
    tty: boolean(
      "Give the command a terminal, which programs need that ask questions or draw on the screen. Default: false, plain pipes without input.",
    ),
    yield_time_ms: number("Milliseconds to wait for the end before returning what there is."),
    max_output_tokens: number("Most tokens of output to return; the middle is cut out beyond."),
    ...ESCALATION_SCHEMA,
  }, ["cmd"]),
);
