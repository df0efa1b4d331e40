import type { ItemDelta, ResponseItem, TurnItem, WebSearchAction } from "../protocol/mod.ts";
import type { ResponseEvent } from "../model/mod.ts";

/** What people see of a model's output item; `null` = nothing (calls have their own items). */
export function turnItemOf(item: ResponseItem, id: string): TurnItem | null {
  switch (item.type) {
    case "message":
      if (item.role !== "assistant") return null;
      return {
        type: "agent_message",
        id,
        text: item.content.flatMap((part) => part.type === "output_text" ? [part.text] : []),
        phase: item.phase ?? null,
      };
    case "reasoning":
      return {
        type: "reasoning",
        id,
        summaryText: item.summary.map((part) => part.text),
        rawContent: (item.content ?? []).map((part) => part.text),
      };
    case "web_search_call": {
      const action = item.action ?? { type: "other" };
      return { type: "web_search", id, query: webSearchDetail(action), action };
    }
    case "function_call":
    case "custom_tool_call":
    case "local_shell_call":
    case "function_call_output":
    case "custom_tool_call_output":
    case "compaction":
    case "ghost_snapshot":
      return null;
  }
}

/** One line for people: the query, the address, or what was looked for where. */
export function webSearchDetail(action: WebSearchAction): string {
  switch (action.type) {
    case "search": {
      if (action.query) return action.query;
      const [first, ...rest] = action.queries ?? [];
      if (first === undefined) return "";
      return rest.length > 0 ? `${first} ...` : first;
    }
    case "open_page":
      return action.url ?? "";
    case "find_in_page":
      if (action.pattern && action.url) return `'${action.pattern}' in ${action.url}`;
      return action.pattern ? `'${action.pattern}'` : action.url ?? "";
    case "other":
      return "";
  }
}

/** The delta that a stream event carries for the current item; `null` = it carries none. */
export function deltaOf(event: ResponseEvent): ItemDelta | null {
  switch (event.type) {
    case "text_delta":
      return { type: "agent_message", text: event.delta };
    case "reasoning_summary_delta":
      return { type: "reasoning_summary", text: event.delta, summaryIndex: event.index };
    case "reasoning_raw_delta":
      return { type: "reasoning_raw", text: event.delta, contentIndex: event.index };
    case "reasoning_summary_part":
      return { type: "reasoning_section_break", summaryIndex: event.index };
    default:
      return null;
  }
}

/** Text of the last assistant message part; `null` when the item says nothing. */
export function messageText(item: TurnItem | null): string | null {
  if (item?.type !== "agent_message") return null;
  return item.text.at(-1) ?? null;
}
