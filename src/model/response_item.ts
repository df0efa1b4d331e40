import type {
  ContentItem,
  LocalShellCallItem,
  MessageItem,
  OutputContentItem,
  ReasoningItem,
  ResponseItem,
  WebSearchAction,
} from "../protocol/mod.ts";
import { isObject, type JsonObject, numberOrNull, stringOrNull } from "./wire_json.ts";

/**
 * Reads one output item of the Responses API. Unknown types and items without a needed member give `null`; members
 * that we do not know are left out.
 */
export function parseResponseItem(value: unknown): ResponseItem | null {
  if (!isObject(value)) return null;
  switch (value.type) {
    case "message":
      return parseMessage(value);
    case "reasoning":
      return parseReasoning(value);
    case "function_call": {
      const { name, arguments: args, call_id } = value;
      if (typeof name !== "string" || typeof args !== "string" || typeof call_id !== "string") {
        return null;
      }
      return { type: "function_call", ...itemId(value), name, arguments: args, call_id };
    }
    case "custom_tool_call": {
      const { name, input, call_id } = value;
      if (typeof name !== "string" || typeof input !== "string" || typeof call_id !== "string") {
        return null;
      }
      return {
        type: "custom_tool_call",
        ...itemId(value),
        ...optionalString(value, "status"),
        call_id,
        name,
        input,
      };
    }
    case "function_call_output":
      return parseFunctionOutput(value);
    case "custom_tool_call_output": {
      const { call_id, output } = value;
      if (typeof call_id !== "string" || typeof output !== "string") return null;
      return { type: "custom_tool_call_output", call_id, output };
    }
    case "local_shell_call":
      return parseLocalShell(value);
    case "web_search_call":
      return {
        type: "web_search_call",
        ...itemId(value),
        ...optionalString(value, "status"),
        ...(isObject(value.action) ? { action: parseSearchAction(value.action) } : {}),
      };
    case "compaction":
    case "compaction_summary": {
      const encrypted = stringOrNull(value.encrypted_content);
      return encrypted === null ? null : { type: "compaction", encrypted_content: encrypted };
    }
    default:
      return null;
  }
}

function parseMessage(value: JsonObject): MessageItem | null {
  const { role, content } = value;
  if (role !== "developer" && role !== "user" && role !== "assistant" && role !== "system") {
    return null;
  }
  if (!Array.isArray(content)) return null;
  const phase = value.phase === "commentary" || value.phase === "final_answer"
    ? value.phase
    : undefined;
  return {
    type: "message",
    ...itemId(value),
    role,
    content: content.flatMap(parseContent),
    ...(typeof value.end_turn === "boolean" ? { end_turn: value.end_turn } : {}),
    ...(phase === undefined ? {} : { phase }),
  };
}

function parseContent(part: unknown): ContentItem[] {
  if (!isObject(part)) return [];
  switch (part.type) {
    case "input_text":
    case "output_text":
      return typeof part.text === "string" ? [{ type: part.type, text: part.text }] : [];
    case "input_image":
      return typeof part.image_url === "string"
        ? [{ type: "input_image", image_url: part.image_url }]
        : [];
    case "refusal":
      // What the model says instead of an answer is still what it says.
      return typeof part.refusal === "string" ? [{ type: "output_text", text: part.refusal }] : [];
    default:
      return [];
  }
}

function parseReasoning(value: JsonObject): ReasoningItem | null {
  if (!Array.isArray(value.summary)) return null;
  const summary = value.summary.flatMap((part) =>
    isObject(part) && typeof part.text === "string"
      ? [{ type: "summary_text" as const, text: part.text }]
      : []
  );
  const content = Array.isArray(value.content) ? value.content.flatMap(parseReasoningPart) : null;
  return {
    type: "reasoning",
    ...itemId(value),
    summary,
    ...(content === null ? {} : { content }),
    encrypted_content: stringOrNull(value.encrypted_content),
  };
}

function parseReasoningPart(
  part: unknown,
): { readonly type: "reasoning_text" | "text"; readonly text: string }[] {
  if (!isObject(part) || typeof part.text !== "string") return [];
  if (part.type !== "reasoning_text" && part.type !== "text") return [];
  return [{ type: part.type, text: part.text }];
}

function parseFunctionOutput(value: JsonObject): ResponseItem | null {
  const { call_id, output } = value;
  if (typeof call_id !== "string") return null;
  if (typeof output === "string") return { type: "function_call_output", call_id, output };
  if (!Array.isArray(output)) return null;
  const parts = output.flatMap(parseContent).filter((part): part is OutputContentItem =>
    part.type !== "output_text"
  );
  return { type: "function_call_output", call_id, output: parts };
}

function parseLocalShell(value: JsonObject): LocalShellCallItem | null {
  const { status, action } = value;
  if (status !== "completed" && status !== "in_progress" && status !== "incomplete") return null;
  if (!isObject(action) || action.type !== "exec" || !Array.isArray(action.command)) return null;
  const command = action.command.filter((word) => typeof word === "string");
  if (command.length !== action.command.length) return null;
  return {
    type: "local_shell_call",
    ...itemId(value),
    call_id: stringOrNull(value.call_id),
    status,
    action: {
      type: "exec",
      command,
      timeout_ms: numberOrNull(action.timeout_ms),
      working_directory: stringOrNull(action.working_directory),
      env: isObject(action.env) ? stringsOf(action.env) : null,
      user: stringOrNull(action.user),
    },
  };
}

function parseSearchAction(action: JsonObject): WebSearchAction {
  switch (action.type) {
    case "search":
      return {
        type: "search",
        ...optionalString(action, "query"),
        ...(Array.isArray(action.queries)
          ? { queries: action.queries.filter((query) => typeof query === "string") }
          : {}),
      };
    case "open_page":
      return { type: "open_page", ...optionalString(action, "url") };
    case "find_in_page":
      return {
        type: "find_in_page",
        ...optionalString(action, "url"),
        ...optionalString(action, "pattern"),
      };
    default:
      return { type: "other" };
  }
}

function itemId(value: JsonObject): { id?: string } {
  return typeof value.id === "string" && value.id !== "" ? { id: value.id } : {};
}

function optionalString<K extends string>(value: JsonObject, key: K): { [name in K]?: string } {
  const member = value[key];
  const found: { [name in K]?: string } = {};
  if (typeof member === "string") found[key] = member;
  return found;
}

function stringsOf(value: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    ),
  );
}
