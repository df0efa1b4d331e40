import type {
  ContentItem,
  LocalShellCallItem,
  MessageItem,
  OutputContentItem,
  ReasoningItem,
  ResponseItem,
  WebSearchAction,
} from "../protocol/mod.ts";
import { asArray, asNumber, asRecord, asString, type JsonRecord } from "./json.ts";

/** A stored conversation item; `null` for kinds and shapes that this version lacks. */
export function decodeResponseItem(payload: JsonRecord): ResponseItem | null {
  switch (payload.type) {
    case "message":
      return message(payload);
    case "reasoning":
      return reasoning(payload);
    case "function_call":
    case "custom_tool_call":
      return namedCall(payload, payload.type);
    case "function_call_output":
    case "custom_tool_call_output":
      return output(payload, payload.type);
    case "local_shell_call":
      return localShellCall(payload);
    case "web_search_call":
      return {
        type: "web_search_call",
        ...text(payload, "status"),
        ...searchAction(asRecord(payload.action)),
      };
    case "compaction":
    case "compaction_summary": {
      const encrypted = asString(payload.encrypted_content);
      return encrypted === null ? null : { type: "compaction", encrypted_content: encrypted };
    }
    case "ghost_snapshot": {
      const commit = asRecord(payload.ghost_commit);
      return commit === null ? null : { type: "ghost_snapshot", ghost_commit: commit };
    }
    default:
      return null;
  }
}

/** The member if it is a string, else nothing. */
function text<K extends string>(payload: JsonRecord, key: K): { readonly [P in K]?: string } {
  const value = asString(payload[key]);
  return value === null ? {} : { [key]: value } as { readonly [P in K]: string };
}

/** Every element as `read` sees it; `null` when it is no array or one element is refused. */
function every<T>(value: unknown, read: (record: JsonRecord) => T | null): T[] | null {
  const list = asArray(value);
  if (list === null) return null;
  const result: T[] = [];
  for (const element of list) {
    const record = asRecord(element);
    const item = record === null ? null : read(record);
    if (item === null) return null;
    result.push(item);
  }
  return result;
}

function contentPart(part: JsonRecord): ContentItem | null {
  if (part.type !== "output_text") return outputPart(part);
  const value = asString(part.text);
  return value === null ? null : { type: "output_text", text: value };
}

function outputPart(part: JsonRecord): OutputContentItem | null {
  if (part.type === "input_text") {
    const value = asString(part.text);
    return value === null ? null : { type: "input_text", text: value };
  }
  const url = part.type === "input_image" ? asString(part.image_url) : null;
  return url === null ? null : { type: "input_image", image_url: url };
}

function message(payload: JsonRecord): MessageItem | null {
  const { role, phase } = payload;
  const content = every(payload.content, contentPart);
  if (content === null) return null;
  if (role !== "developer" && role !== "user" && role !== "assistant" && role !== "system") {
    return null;
  }
  return {
    type: "message",
    role,
    content,
    ...(typeof payload.end_turn === "boolean" ? { end_turn: payload.end_turn } : {}),
    ...(phase === "commentary" || phase === "final_answer" ? { phase } : {}),
  };
}

function reasoning(payload: JsonRecord): ReasoningItem | null {
  const summary = every(payload.summary, (part) => {
    const value = asString(part.text);
    return value === null ? null : { type: "summary_text" as const, text: value };
  });
  if (summary === null) return null;
  const content = every(payload.content, reasoningPart);
  return {
    type: "reasoning",
    summary,
    content,
    encrypted_content: asString(payload.encrypted_content),
  };
}

function reasoningPart(
  part: JsonRecord,
): { readonly type: "reasoning_text" | "text"; readonly text: string } | null {
  const value = asString(part.text);
  if (value === null || (part.type !== "reasoning_text" && part.type !== "text")) return null;
  return { type: part.type, text: value };
}

function namedCall(
  payload: JsonRecord,
  type: "function_call" | "custom_tool_call",
): ResponseItem | null {
  const callId = asString(payload.call_id);
  const name = asString(payload.name);
  const body = asString(type === "function_call" ? payload.arguments : payload.input);
  if (callId === null || name === null || body === null) return null;
  return type === "function_call"
    ? { type, name, arguments: body, call_id: callId }
    : { type, ...text(payload, "status"), call_id: callId, name, input: body };
}

function output(
  payload: JsonRecord,
  type: "function_call_output" | "custom_tool_call_output",
): ResponseItem | null {
  const callId = asString(payload.call_id);
  if (callId === null) return null;
  const plain = asString(payload.output);
  if (plain !== null) return { type, call_id: callId, output: plain };
  const parts = type === "function_call_output" ? every(payload.output, outputPart) : null;
  return parts === null ? null : { type: "function_call_output", call_id: callId, output: parts };
}

function localShellCall(payload: JsonRecord): LocalShellCallItem | null {
  const { status } = payload;
  const action = asRecord(payload.action);
  const command = asArray(action?.command);
  if (action === null || command === null || !command.every((word) => typeof word === "string")) {
    return null;
  }
  if (status !== "completed" && status !== "in_progress" && status !== "incomplete") return null;
  const env = Object.entries(asRecord(action.env) ?? {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : []
  );
  return {
    type: "local_shell_call",
    call_id: asString(payload.call_id),
    status,
    action: {
      type: "exec",
      command,
      timeout_ms: asNumber(action.timeout_ms),
      working_directory: asString(action.working_directory),
      env: asRecord(action.env) === null ? null : Object.fromEntries(env),
      user: asString(action.user),
    },
  };
}

function searchAction(action: JsonRecord | null): { readonly action?: WebSearchAction } {
  if (action === null) return {};
  switch (action.type) {
    case "search": {
      const queries = asArray(action.queries)?.filter((query) => typeof query === "string");
      return {
        action: {
          type: "search",
          ...text(action, "query"),
          ...(queries === undefined ? {} : { queries }),
        },
      };
    }
    case "open_page":
      return { action: { type: "open_page", ...text(action, "url") } };
    case "find_in_page":
      return {
        action: { type: "find_in_page", ...text(action, "url"), ...text(action, "pattern") },
      };
    default:
      return { action: { type: "other" } };
  }
}
