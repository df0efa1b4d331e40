import {
  assistantMessage,
  completed,
  created,
  functionCall,
  reply,
  type ScriptStep,
  type SseEvent,
} from "../../src/scripted/mod.ts";

/** What every request costs. */
const COST = { input: 100, cached: 10, output: 20 };

/** One answer of the model: these events, wrapped up. */
export function answer(...events: readonly SseEvent[]): ScriptStep {
  return reply(created(), ...events, completed("resp_1", COST));
}

/** The answer that ends a turn. */
export function finalAnswer(text = "done"): ScriptStep {
  return answer(assistantMessage("msg_final", text));
}

export function execCommand(
  callId: string,
  script: string,
  more: Readonly<Record<string, unknown>> = {},
): SseEvent {
  return functionCall(callId, "exec_command", { cmd: script, ...more });
}

/** `codex exec --json FLAGS PROMPT` without a sandbox, for what is not about the sandbox. */
export function exec(prompt: string, ...flags: readonly string[]): readonly string[] {
  return ["exec", "--json", "-s", "danger-full-access", ...flags, prompt];
}

/** A provider of our own with few retries, so that a test of errors does not last half a minute. */
export const FEW_RETRIES: readonly string[] = [
  "-c",
  'model_provider="scripted"',
  "-c",
  'model_providers.scripted.name="scripted"',
  "-c",
  'model_providers.scripted.base_url="{baseUrl}"',
  "-c",
  'model_providers.scripted.env_key="CODEX_API_KEY"',
  "-c",
  "model_providers.scripted.request_max_retries=1",
  "-c",
  "model_providers.scripted.stream_max_retries=1",
];
