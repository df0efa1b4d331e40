import { shellArgv } from "../process/mod.ts";
import type { HookReport, HookToolInput } from "../protocol/mod.ts";
import { CallAborted, ToolFailure } from "./errors.ts";
import { type HookedCall, hookedCall } from "./hooked_call.ts";
import type { ToolHooks } from "./tool_hooks.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput } from "./types.ts";

/**
 * Runs a call with what hooks have to say about it: before, whether and as what it runs; after, what the model is told.
 *
 * @throws ToolFailure as the tool does, and when a hook refuses the call; CallAborted
 */
export async function runHooked(
  tool: Tool,
  call: ToolCall,
  context: ToolContext,
  hooks: ToolHooks,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const started = performance.now();
  let executed = false;
  const tell = async (ran: ToolCall, text: string, success: boolean): Promise<void> => {
    if (!hooks.listened || signal.aborted) return;
    const abort = await hooks.afterToolUse({
      call_id: call.callId,
      tool_name: call.name,
      tool_kind: call.payload.kind,
      tool_input: toolInput(ran),
      executed,
      success,
      duration_ms: Math.round(performance.now() - started),
      mutating: await isMutating(ran, context),
      sandbox_policy: context.sandboxPolicy.type,
      output_preview: preview(text),
    });
    if (abort !== null) throw new CallAborted(`an after_tool_use hook ended the call: ${abort}`);
  };
  let current = call;
  try {
    current = await admitted(call, hooks, signal);
    executed = true;
    const output = await tool.run(current, context, signal);
    const reviewed = await review(current, output, hooks, signal);
    await tell(current, plainText(reviewed.body), reviewed.success);
    return reviewed;
  } catch (error) {
    if (error instanceof ToolFailure) await tell(current, error.message, false);
    throw error;
  }
}

/** The call that is to run. @throws ToolFailure when a hook refuses it */
async function admitted(call: ToolCall, hooks: ToolHooks, signal: AbortSignal): Promise<ToolCall> {
  const seen = hooks.has("PreToolUse") ? hookedCall(call) : null;
  if (seen === null) return call;
  const report = await hooks.run(
    {
      hook_event_name: "PreToolUse",
      tool_name: seen.name,
      tool_input: { command: seen.command },
      tool_use_id: call.callId,
    },
    seen.names,
    signal,
  );
  signal.throwIfAborted();
  hooks.addContext(report.contexts);
  if (report.block !== null) {
    throw new ToolFailure(
      `A PreToolUse hook refused this call, so it did not run: ${report.block}`,
    );
  }
  return report.updatedInput === undefined ? call : changed(seen, report);
}

function changed(seen: HookedCall, { updatedInput }: HookReport): ToolCall {
  const command = (updatedInput as { readonly command?: unknown } | null)?.command;
  const call = typeof command === "string" ? seen.with(command) : null;
  if (call !== null) return call;
  // What a hook wanted changed must not run as it was.
  throw new ToolFailure(
    "A PreToolUse hook changed this call to something that cannot be run, so it did not run.",
  );
}

/** What the model is told of a call that has run. */
async function review(
  call: ToolCall,
  output: ToolOutput,
  hooks: ToolHooks,
  signal: AbortSignal,
): Promise<ToolOutput> {
  const seen = hooks.has("PostToolUse") && !signal.aborted ? hookedCall(call) : null;
  if (seen === null) return output;
  const report = await hooks.run(
    {
      hook_event_name: "PostToolUse",
      tool_name: seen.name,
      tool_input: { command: seen.command },
      tool_use_id: call.callId,
      tool_response: plainText(output.body),
    },
    seen.names,
    signal,
  );
  // An interrupt in the meantime does not undo what has been done.
  if (signal.aborted) return output;
  hooks.addContext(report.contexts);
  const instead = report.block ?? report.stop;
  return instead === null ? output : { ...output, body: instead };
}

function plainText(body: ToolOutput["body"]): string {
  if (typeof body === "string") return body;
  return body.flatMap((part) => part.type === "input_text" ? [part.text] : []).join("\n");
}

function toolInput({ payload }: ToolCall): HookToolInput {
  switch (payload.kind) {
    case "function":
      return { input_type: "function", arguments: payload.arguments };
    case "custom":
      return { input_type: "custom", input: payload.input };
    case "local_shell":
      return {
        input_type: "local_shell",
        params: {
          command: payload.command,
          workdir: payload.workdir,
          timeout_ms: payload.timeoutMs,
          sandbox_permissions: "use_default",
          justification: null,
          prefix_rule: null,
        },
      };
  }
}

/** Patches change things, and commands unless they are known to be harmless; other tools do not. */
async function isMutating(call: ToolCall, context: ToolContext): Promise<boolean> {
  if (call.name === "apply_patch") return true;
  const argv = commandOf(call, context);
  if (argv === "no_command") return false;
  return argv === null || !await context.policy.isHarmless(argv);
}

const COMMAND_TOOLS = ["exec_command", "shell_command", "shell", "container.exec", "local_shell"];

/** The words that would be started; `null` = they cannot be made out. */
function commandOf(
  { name, payload }: ToolCall,
  { shell }: ToolContext,
): readonly string[] | null | "no_command" {
  if (!COMMAND_TOOLS.includes(name)) return "no_command";
  if (payload.kind === "local_shell") return payload.command;
  const seen = hookedCall({ callId: "", name, payload });
  if (seen === null || payload.kind !== "function") return null;
  if (name === "exec_command" || name === "shell_command") {
    return shellArgv(shell, seen.command, true);
  }
  return (JSON.parse(payload.arguments) as { readonly command: readonly string[] }).command;
}

const PREVIEW_BYTES = 2_048;
const PREVIEW_LINES = 64;
const PREVIEW_CUT = "[... telemetry preview truncated ...]";

/** At most the first 2048 bytes and 64 lines, with a line behind them that says so. */
export function preview(text: string): string {
  const bytes = new TextEncoder().encode(text);
  // A character that the cut goes through is left out.
  const start = bytes.length <= PREVIEW_BYTES
    ? text
    : new TextDecoder().decode(bytes.subarray(0, PREVIEW_BYTES), { stream: true });
  const lines = start.replace(/\n$/, "").split("\n");
  if (start.length === text.length && lines.length <= PREVIEW_LINES) return text;
  const kept = lines.slice(0, PREVIEW_LINES).join("\n");
  return kept === "" ? PREVIEW_CUT : `${kept}\n${PREVIEW_CUT}`;
}
