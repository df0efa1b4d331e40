import { Arguments } from "./arguments.ts";
import {
  commandCwd,
  ESCALATION_SCHEMA,
  type EscalationFields,
  readEscalation,
  TIMEOUT_SCHEMA,
} from "./command_arguments.ts";
import { IncompatiblePayload } from "./errors.ts";
import { commandJson, commandText, withNote } from "./format.ts";
import { type CommandRequest, refuseIdleEscalation } from "./orchestrate.ts";
import { requireCommand, runShellCommand } from "./run_command.ts";
import { functionSpec, list, object, text } from "./schema.ts";
import { boolean } from "./schema.ts";
import { shellArgv } from "../process/mod.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput, ToolPayload } from "./types.ts";

const DEFAULT_TIMEOUT_MS = 10_000;

/** A command of the shell family, whatever form it came in. */
interface ShellCommand extends EscalationFields {
  /** Shown, judged and looked at for patches. */
  readonly command: readonly string[];
  readonly workdir: string | null;
  readonly timeoutMs: number | null;
}

/** `shell` and `container.exec`: argv, executed as it is. */
export function shellTool(name: "shell" | "container.exec", offered: boolean): Tool {
  return {
    name,
    spec: offered ? SHELL_SPEC : null,
    parallel: true,
    accepts: (payload) => payload.kind === "function",
    prepare: ({ policy }) => policy.warmUp(),
    run: (call, context, signal) =>
      runFamily(call, readArgvCommand(call.payload, name), context, signal, "json"),
  };
}

/** `local_shell`: the form built into the Responses API. */
export function localShellTool(offered: boolean): Tool {
  return {
    name: "local_shell",
    spec: offered ? { type: "local_shell" } : null,
    parallel: true,
    accepts: (payload) => payload.kind === "local_shell",
    prepare: ({ policy }) => policy.warmUp(),
    run: (call, context, signal) =>
      runFamily(call, readLocalShell(call.payload), context, signal, "json"),
  };
}

/** `shell_command`: a script for the user's shell. */
export function shellCommandTool(offered: boolean): Tool {
  return {
    name: "shell_command",
    spec: offered ? SHELL_COMMAND_SPEC : null,
    parallel: true,
    accepts: (payload) => payload.kind === "function",
    prepare: ({ policy }) => policy.warmUp(),
    run: (call, context, signal) =>
      runFamily(call, readScript(call.payload, context), context, signal, "text"),
  };
}

async function runFamily(
  call: ToolCall,
  asked: ShellCommand,
  context: ToolContext,
  signal: AbortSignal,
  form: "json" | "text",
): Promise<ToolOutput> {
  refuseIdleEscalation(context.approvalPolicy, asked.permissions, "should not");
  requireCommand(asked.command);
  const cwd = commandCwd(asked.workdir, context.cwd);
  const timeoutMs = asked.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const { interceptPatch } = await import("./intercept_patch.ts");
  const patched = await interceptPatch(call, asked.command, cwd, context, signal);
  if (patched !== null) return patched;
  const request: CommandRequest = {
    callId: call.callId,
    family: "shell",
    command: asked.command,
    argv: context.wrapShell(asked.command, cwd),
    cwd,
    env: context.commandEnv,
    tty: false,
    permissions: asked.permissions,
    justification: asked.justification,
    prefixRule: asked.prefixRule,
  };
  const { note, ...report } = await runShellCommand(request, timeoutMs, context, signal);
  const render = form === "json" ? commandJson : commandText;
  return {
    body: render({ ...report, text: withNote(report.text, note) }, context.truncation),
    success: report.exitCode === 0,
  };
}

function readArgvCommand(payload: ToolPayload, name: string): ShellCommand {
  if (payload.kind !== "function") throw new IncompatiblePayload(name);
  const args = Arguments.parse(payload.arguments);
  return { command: args.strings("command"), ...commonFields(args) };
}

function readScript(payload: ToolPayload, context: ToolContext): ShellCommand {
  if (payload.kind !== "function") throw new IncompatiblePayload("shell_command");
  const args = Arguments.parse(payload.arguments);
  const login = args.optionalBoolean("login") ?? true;
  const command = shellArgv(context.shell, args.string("command"), login);
  return { command, ...commonFields(args) };
}

function readLocalShell(payload: ToolPayload): ShellCommand {
  if (payload.kind !== "local_shell") throw new IncompatiblePayload("local_shell");
  return {
    command: payload.command,
    workdir: payload.workdir,
    timeoutMs: payload.timeoutMs,
    permissions: "use_default",
    justification: null,
    prefixRule: null,
  };
}

function commonFields(args: Arguments): Omit<ShellCommand, "command"> {
  return {
    workdir: args.optionalString("workdir"),
    timeoutMs: args.optionalUnsigned("timeout_ms") ?? args.optionalUnsigned("timeout"),
    ...readEscalation(args),
  };
}

const WORKDIR_SCHEMA = text("Folder to run in. Prefer this over a `cd` in the command.");

const SHELL_SPEC = functionSpec(
  "shell",
  'Runs a program with its arguments and returns what it printed. For shell syntax pass a shell: ["bash", "-lc", "…"].',
  object({
    command: list(text(), "The program and its arguments."),
    workdir: WORKDIR_SCHEMA,
    timeout_ms: TIMEOUT_SCHEMA,
    ...ESCALATION_SCHEMA,
  }, ["command"]),
);

const SHELL_COMMAND_SPEC = functionSpec(
  "shell_command",
  "Runs a script in the user's shell and returns what it printed.",
  object({
    command: text("The script."),
    workdir: WORKDIR_SCHEMA,
    login: boolean("Run as a login shell. Default: true."),
    timeout_ms: TIMEOUT_SCHEMA,
    ...ESCALATION_SCHEMA,
  }, ["command"]),
);
