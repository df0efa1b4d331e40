import type { EventMsg, EventMsgType } from "./event_msg_type.ts";
import type { PersistenceMode } from "./types.ts";

type Keep = "limited" | "extended" | "never" | "plan_only";

/** From which mode on an event is kept. A new event does not compile until someone decides. */
const KEPT: Readonly<Record<EventMsgType, Keep>> = {
  user_message: "limited",
  agent_message: "limited",
  agent_reasoning: "limited",
  agent_reasoning_raw_content: "limited",
  token_count: "limited",
  context_compacted: "limited",
  thread_rolled_back: "limited",
  turn_aborted: "limited",
  task_started: "limited",
  task_complete: "limited",
  item_completed: "plan_only",
  error: "extended",
  web_search_end: "extended",
  exec_command_end: "extended",
  patch_apply_end: "extended",
  mcp_tool_call_end: "extended",
  view_image_tool_call: "extended",
  warning: "never",
  background_event: "never",
  deprecation_notice: "never",
  stream_error: "never",
  model_reroute: "never",
  agent_message_delta: "never",
  agent_reasoning_delta: "never",
  agent_reasoning_raw_content_delta: "never",
  agent_reasoning_section_break: "never",
  session_configured: "never",
  mcp_tool_call_begin: "never",
  web_search_begin: "never",
  exec_command_begin: "never",
  exec_command_output_delta: "never",
  terminal_interaction: "never",
  exec_approval_request: "never",
  apply_patch_approval_request: "never",
  elicitation_request: "never",
  request_user_input: "never",
  patch_apply_begin: "never",
  turn_diff: "never",
  plan_update: "never",
  raw_response_item: "never",
  item_started: "never",
  agent_message_content_delta: "never",
  plan_delta: "never",
  reasoning_content_delta: "never",
  reasoning_raw_content_delta: "never",
  shutdown_complete: "never",
};

function isPlan(item: unknown): boolean {
  return typeof item === "object" && item !== null && "type" in item && item.type === "Plan";
}

/** Whether an event belongs into the session file. */
export function isPersisted(msg: EventMsg, mode: PersistenceMode): boolean {
  switch (KEPT[msg.type]) {
    case "limited":
      return true;
    case "plan_only":
      return isPlan(msg.item);
    case "extended":
      return mode === "extended";
    case "never":
      return false;
  }
}

/** Bytes of a command's output that the file keeps in extended mode. */
const KEPT_OUTPUT_BYTES = 10_000;

/** An event as it is kept: the model's own items hold a command's output already, so a sample is enough. */
export function forStorage(msg: EventMsg): EventMsg {
  if (msg.type !== "exec_command_end") return msg;
  return {
    ...msg,
    stdout: "",
    stderr: "",
    aggregated_output: headAndTail(String(msg.aggregated_output ?? "")),
    formatted_output: "",
  };
}

function headAndTail(text: string): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= KEPT_OUTPUT_BYTES) return text;
  const half = KEPT_OUTPUT_BYTES / 2;
  let headEnd = half;
  while (headEnd > 0 && isContinuation(bytes[headEnd])) headEnd -= 1;
  let tailStart = bytes.length - half;
  while (tailStart < bytes.length && isContinuation(bytes[tailStart])) tailStart += 1;
  const decoder = new TextDecoder();
  const head = decoder.decode(bytes.subarray(0, headEnd));
  const dropped = decoder.decode(bytes.subarray(headEnd, tailStart));
  const tail = decoder.decode(bytes.subarray(tailStart));
  return `${head}…${[...dropped].length} chars truncated…${tail}`;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
