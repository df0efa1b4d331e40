import type {
  ContentItem,
  MessageItem,
  OutputContentItem,
  ReasoningItem,
  ResponseItem,
  ToolCallItem,
} from "../../protocol/mod.ts";
import type { JsonObject } from "../wire_json.ts";
import type { Keepsake } from "./keepsakes.ts";
import type { ReasoningField } from "./reasoning_field.ts";
import { namedCall } from "./tools.ts";

/** Stands for the content of an output that is nothing but an image, which a tool message cannot carry. */
const IMAGE_FOLLOWS = "The image follows as the next message.";

type OutputItem = Extract<ResponseItem, { call_id: string; output: unknown }>;

/**
 * A conversation as messages. What every server understands, and nothing besides: one system message at the front that
 * holds the instructions and all developer messages (chat templates refuse one elsewhere, and few know the role
 * `developer`), no two messages of the user in a row, every call answered right behind the message that made it.
 *
 * `reasoningField`: where the server hands out reasoning and so wants it back; `null` = it does not. Only that of the
 * running turn is sent: templates leave out older reasoning, and some servers refuse it. `keptFor`: what the server gave
 * along with a call, by the call's id.
 */
export function chatMessages(
  instructions: string,
  items: readonly ResponseItem[],
  reasoningField: ReasoningField | null,
  keptFor: (callId: string) => Keepsake | null = () => null,
): JsonObject[] {
  const writer = new MessageWriter(items, reasoningField, keptFor);
  const lastUser = items.findLastIndex((item) => item.type === "message" && item.role === "user");
  const system = [instructions];
  items.forEach((item, index) => {
    if (item.type === "message" && (item.role === "developer" || item.role === "system")) {
      system.push(textOf(item.content));
    } else {
      writer.write(item, index > lastUser);
    }
  });
  const text = system.filter((part) => part.trim() !== "").join("\n\n");
  return [...(text === "" ? [] : [{ role: "system", content: text }]), ...writer.end()];
}

/** What the assistant said, thought and called between two messages of others. */
interface AssistantMessage {
  readonly text: string[];
  readonly reasoning: string[];
  readonly calls: { readonly id: string; readonly item: ToolCallItem }[];
}

class MessageWriter {
  readonly #messages: JsonObject[] = [];
  readonly #outputs: ReadonlyMap<string, OutputItem>;
  readonly #reasoningField: ReasoningField | null;
  #user: ContentItem[] = [];
  #assistant: AssistantMessage = { text: [], reasoning: [], calls: [] };

  constructor(
    items: readonly ResponseItem[],
    reasoningField: ReasoningField | null,
    private readonly keptFor: (callId: string) => Keepsake | null,
  ) {
    this.#outputs = new Map(items.filter(isOutput).map((item) => [item.call_id, item]));
    this.#reasoningField = reasoningField;
  }

  write(item: ResponseItem, inRunningTurn: boolean): void {
    switch (item.type) {
      case "message":
        if (item.role === "assistant") this.#said(item);
        else this.#asked(item.content);
        return;
      case "reasoning":
        this.#flushUser();
        if (inRunningTurn) this.#assistant.reasoning.push(reasoningText(item));
        return;
      case "function_call":
      case "custom_tool_call":
      case "local_shell_call": {
        const id = item.call_id ?? item.id;
        if (id === undefined) return;
        this.#flushUser();
        this.#assistant.calls.push({ id, item });
        return;
      }
      case "function_call_output":
      case "custom_tool_call_output":
        // Its content stands right behind the call; here it only ends the message that made the call.
        this.#flushAssistant();
        return;
      case "web_search_call":
      case "compaction":
      case "ghost_snapshot":
        // Of use to the vendor's server, or to this machine, alone.
        return;
    }
  }

  end(): JsonObject[] {
    this.#flushAssistant();
    this.#flushUser();
    return this.#messages;
  }

  #said(item: MessageItem): void {
    this.#flushUser();
    this.#assistant.text.push(textOf(item.content));
  }

  #asked(content: readonly ContentItem[]): void {
    this.#flushAssistant();
    this.#user.push(...content);
  }

  #flushUser(): void {
    if (this.#user.length === 0) return;
    this.#messages.push({ role: "user", content: userContent(this.#user) });
    this.#user = [];
  }

  #flushAssistant(): void {
    const { text, reasoning, calls } = this.#assistant;
    if (text.length === 0 && reasoning.length === 0 && calls.length === 0) return;
    this.#assistant = { text: [], reasoning: [], calls: [] };
    // Reasoning that led to nothing is nothing that a template has a place for.
    if (text.length === 0 && calls.length === 0) return;
    const field = this.#reasoningField;
    const thought = reasoning.filter((part) => part !== "").join("\n\n");
    const details = calls.flatMap(({ id }) => this.keptFor(id) ?? [])
      .find(({ reasoningDetails }) => reasoningDetails.length > 0)?.reasoningDetails;
    this.#messages.push({
      role: "assistant",
      // Some servers want a text even where there is none.
      content: text.join("\n\n"),
      ...(field === null || thought === "" ? {} : { [field]: thought }),
      ...(details === undefined ? {} : { reasoning_details: details }),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => this.#toolCall(call)) }),
    });
    for (const { id } of calls) this.#answer(id);
  }

  #toolCall({ id, item }: AssistantMessage["calls"][number]): JsonObject {
    const extraContent = this.keptFor(id)?.extraContent ?? null;
    return {
      id,
      type: "function",
      function: namedCall(item),
      ...(extraContent === null ? {} : { extra_content: extraContent }),
    };
  }

  #answer(id: string): void {
    const output = this.#outputs.get(id)?.output ?? "";
    if (typeof output === "string") {
      this.#messages.push({ role: "tool", tool_call_id: id, content: output });
      return;
    }
    const images = output.filter((part) => part.type === "input_image");
    const text = textOf(output);
    this.#messages.push({
      role: "tool",
      tool_call_id: id,
      content: images.length > 0 && text === "" ? IMAGE_FOLLOWS : text,
    });
    this.#user.push(...images);
  }
}

function isOutput(item: ResponseItem): item is OutputItem {
  return item.type === "function_call_output" || item.type === "custom_tool_call_output";
}

function textOf(content: readonly (ContentItem | OutputContentItem)[]): string {
  return content.flatMap((part) => part.type === "input_image" ? [] : [part.text]).join("\n\n");
}

/** Plain text where there is no image: not every server takes a list of parts. */
function userContent(content: readonly ContentItem[]): unknown {
  if (!content.some((part) => part.type === "input_image")) return textOf(content);
  return content.map((part) =>
    part.type === "input_image"
      ? { type: "image_url", image_url: { url: part.image_url } }
      : { type: "text", text: part.text }
  );
}

function reasoningText(item: ReasoningItem): string {
  const raw = (item.content ?? []).map((part) => part.text);
  return (raw.length > 0 ? raw : item.summary.map((part) => part.text)).join("\n\n");
}
