import type {
  CommandTurnItem,
  FileChangeTurnItem,
  McpToolCallTurnItem,
  TextElement,
  TurnItem,
  UserInput,
} from "../protocol/mod.ts";
import type { EventMsg } from "./event_msg_type.ts";
import { changesToWire, durationToWire, optional, type Wire } from "./wire_values.ts";

/** The kinds of items that the older vocabulary knows as items. The others are begin and end events only. */
export type SharedItem = Exclude<
  TurnItem,
  { type: "command_execution" | "file_change" | "mcp_tool_call" | "image_view" }
>;

function elementsToWire(elements: readonly TextElement[], offset: number): Wire[] {
  return elements.map(({ byteRange, placeholder }) => ({
    byte_range: { start: byteRange.start + offset, end: byteRange.end + offset },
    placeholder,
  }));
}

function inputToWire(input: UserInput): Wire {
  switch (input.type) {
    case "text":
      return {
        type: "text",
        text: input.text,
        text_elements: elementsToWire(input.textElements, 0),
      };
    case "image":
      return { type: "image", image_url: input.imageUrl };
    case "local_image":
      return { type: "local_image", path: input.path };
    case "skill":
    case "mention":
      return { type: input.type, name: input.name, path: input.path };
  }
}

/** `item` of `item_started` and `item_completed`. */
export function itemToWire(item: SharedItem): Wire {
  switch (item.type) {
    case "user_message":
      return { type: "UserMessage", id: item.id, content: item.content.map(inputToWire) };
    case "agent_message":
      return {
        type: "AgentMessage",
        id: item.id,
        content: item.text.map((text) => ({ type: "Text", text })),
        phase: optional(item.phase),
      };
    case "plan":
      return { type: "Plan", id: item.id, text: item.text };
    case "reasoning":
      return {
        type: "Reasoning",
        id: item.id,
        summary_text: item.summaryText,
        raw_content: item.rawContent,
      };
    case "web_search":
      return { type: "WebSearch", id: item.id, query: item.query, action: item.action };
    case "context_compaction":
      return { type: "ContextCompaction", id: item.id };
  }
}

/** What a person wrote as one text, with the elements of all its parts counted from its start. */
function userMessage(content: readonly UserInput[]): EventMsg {
  const encoder = new TextEncoder();
  let message = "";
  const elements: Wire[] = [];
  for (const input of content) {
    if (input.type !== "text") continue;
    elements.push(...elementsToWire(input.textElements, encoder.encode(message).length));
    message += input.text;
  }
  return {
    type: "user_message",
    message,
    images: content.flatMap((input) => input.type === "image" ? [input.imageUrl] : []),
    local_images: content.flatMap((input) => input.type === "local_image" ? [input.path] : []),
    text_elements: elements,
  };
}

/** Events that follow `item_completed` for readers of the older names. */
export function completedTwins(item: SharedItem, showRawReasoning: boolean): EventMsg[] {
  switch (item.type) {
    case "user_message":
      return [userMessage(item.content)];
    case "agent_message":
      return item.text.map((message) => ({ type: "agent_message", message }));
    case "reasoning":
      return [
        ...item.summaryText.map((text): EventMsg => ({ type: "agent_reasoning", text })),
        ...(showRawReasoning ? item.rawContent : []).map((text): EventMsg => ({
          type: "agent_reasoning_raw_content",
          text,
        })),
      ];
    case "web_search":
      return [{
        type: "web_search_end",
        call_id: item.id,
        query: item.query,
        action: item.action,
      }];
    case "context_compaction":
      return [{ type: "context_compacted" }];
    case "plan":
      return [];
  }
}

function commandMembers(item: CommandTurnItem, turnId: string): Wire {
  return {
    call_id: item.id,
    process_id: optional(item.processId),
    turn_id: turnId,
    command: item.command,
    cwd: item.cwd,
    parsed_cmd: item.parsedCommand,
    source: item.source,
    interaction_input: optional(item.interactionInput),
  };
}

export function commandBegin(item: CommandTurnItem, turnId: string): EventMsg {
  return { type: "exec_command_begin", ...commandMembers(item, turnId) };
}

export function commandEnd(item: CommandTurnItem, turnId: string): EventMsg {
  const { result } = item;
  return {
    type: "exec_command_end",
    ...commandMembers(item, turnId),
    stdout: result?.stdout ?? "",
    stderr: result?.stderr ?? "",
    aggregated_output: result?.aggregatedOutput ?? "",
    exit_code: result?.exitCode ?? -1,
    duration: durationToWire(result?.durationMs ?? 0),
    formatted_output: result?.formattedOutput ?? "",
    status: item.status,
  };
}

export function patchBegin(item: FileChangeTurnItem, turnId: string): EventMsg {
  return {
    type: "patch_apply_begin",
    call_id: item.id,
    turn_id: turnId,
    auto_approved: item.autoApproved,
    changes: changesToWire(item.changes),
  };
}

export function patchEnd(item: FileChangeTurnItem, turnId: string): EventMsg {
  return {
    type: "patch_apply_end",
    call_id: item.id,
    turn_id: turnId,
    stdout: item.stdout,
    stderr: item.stderr,
    success: item.status === "completed",
    changes: changesToWire(item.changes),
    status: item.status,
  };
}

function invocation(item: McpToolCallTurnItem): Wire {
  return { server: item.server, tool: item.tool, arguments: item.arguments ?? null };
}

export function mcpBegin(item: McpToolCallTurnItem): EventMsg {
  return { type: "mcp_tool_call_begin", call_id: item.id, invocation: invocation(item) };
}

export function mcpEnd(item: McpToolCallTurnItem): EventMsg {
  return {
    type: "mcp_tool_call_end",
    call_id: item.id,
    invocation: invocation(item),
    duration: durationToWire(item.durationMs ?? 0),
    result: item.result === null ? { Err: item.error ?? "" } : { Ok: item.result },
  };
}
