import type { ScriptStep, SseEvent } from "./types.ts";

/** Usage block of `response.completed`. All counts are tokens; those left out are 0. */
export interface ScriptedUsage {
  readonly input?: number;
  readonly cached?: number;
  readonly output?: number;
  readonly reasoning?: number;
  /** By default input plus output. */
  readonly total?: number;
}

/** An answer made of these events. */
export function reply(...events: readonly SseEvent[]): ScriptStep {
  return { events };
}

/** The whole of an ordinary answer: created, one message, completed. */
export function textReply(text: string, usage?: ScriptedUsage): ScriptStep {
  return reply(created(), assistantMessage("msg_1", text), completed("resp_1", usage));
}

export function created(id = "resp_1"): SseEvent {
  return { type: "response.created", response: { id } };
}

/** A finished message of the assistant. */
export function assistantMessage(
  id: string,
  text: string,
  extra: { readonly phase?: "commentary" | "final_answer"; readonly end_turn?: boolean } = {},
): SseEvent {
  return itemDone({
    type: "message",
    role: "assistant",
    id,
    content: [{ type: "output_text", text }],
    ...extra,
  });
}

/** A message as servers stream it: added, one delta for each word (or each given piece), done. */
export function textDeltas(id: string, text: string, pieces?: readonly string[]): SseEvent[] {
  const parts = pieces ?? (text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [text]);
  return [
    {
      type: "response.output_item.added",
      item: { type: "message", role: "assistant", id, content: [] },
    },
    ...parts.map((delta): SseEvent => ({ type: "response.output_text.delta", item_id: id, delta })),
    assistantMessage(id, text),
  ];
}

/** `args` is text as it stands, or a value to be written as JSON. */
export function functionCall(callId: string, name: string, args: unknown): SseEvent {
  return itemDone({
    type: "function_call",
    call_id: callId,
    name,
    arguments: typeof args === "string" ? args : JSON.stringify(args),
  });
}

export function customToolCall(callId: string, name: string, input: string): SseEvent {
  return itemDone({ type: "custom_tool_call", call_id: callId, name, input });
}

export function localShellCall(
  callId: string,
  command: readonly string[],
  extra: { readonly timeout_ms?: number; readonly working_directory?: string } = {},
): SseEvent {
  return itemDone({
    type: "local_shell_call",
    call_id: callId,
    status: "completed",
    action: { type: "exec", command, ...extra },
  });
}

/** A finished reasoning item with its summary parts. */
export function reasoning(
  id: string,
  summary: readonly string[],
  extra: { readonly rawText?: string; readonly encryptedContent?: string } = {},
): SseEvent {
  return itemDone({
    type: "reasoning",
    id,
    summary: summary.map((text) => ({ type: "summary_text", text })),
    ...(extra.rawText === undefined
      ? {}
      : { content: [{ type: "reasoning_text", text: extra.rawText }] }),
    ...(extra.encryptedContent === undefined ? {} : { encrypted_content: extra.encryptedContent }),
  });
}

/** Reasoning as servers stream it: added, a section and its delta for each summary part, done. */
export function reasoningDeltas(id: string, summary: readonly string[]): SseEvent[] {
  const sections = summary.flatMap((text, index): SseEvent[] => [
    { type: "response.reasoning_summary_part.added", item_id: id, summary_index: index },
    {
      type: "response.reasoning_summary_text.delta",
      item_id: id,
      summary_index: index,
      delta: text,
    },
  ]);
  return [
    { type: "response.output_item.added", item: { type: "reasoning", id, summary: [] } },
    ...sections,
    reasoning(id, summary),
  ];
}

export function webSearchCall(id: string, query: string): SseEvent {
  return itemDone({
    type: "web_search_call",
    id,
    status: "completed",
    action: { type: "search", query },
  });
}

export function completed(id = "resp_1", usage: ScriptedUsage = {}): SseEvent {
  const input = usage.input ?? 0;
  const output = usage.output ?? 0;
  return {
    type: "response.completed",
    response: {
      id,
      usage: {
        input_tokens: input,
        input_tokens_details: { cached_tokens: usage.cached ?? 0 },
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
        total_tokens: usage.total ?? input + output,
      },
    },
  };
}

export function failed(code: string, message: string, id = "resp_1"): SseEvent {
  return { type: "response.failed", response: { id, error: { code, message } } };
}

export function incomplete(reason: string, id = "resp_1"): SseEvent {
  return { type: "response.incomplete", response: { id, incomplete_details: { reason } } };
}

/** An HTTP error with the body that the vendor's service sends. */
export function httpError(
  status: number,
  error: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): ScriptStep {
  return { status, headers, body: { error } };
}

/** Any finished output item, known to us or not. */
export function itemDone(item: Readonly<Record<string, unknown>>): SseEvent {
  return { type: "response.output_item.done", item };
}
