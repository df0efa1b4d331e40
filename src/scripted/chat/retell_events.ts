import type { ChatQuirks, Pause, RawPiece, SseEvent } from "../types.ts";
import { chatChunk, chatData, chatDone } from "./chunks.ts";
import { type Json, listIn, objectIn, textIn } from "./json.ts";

/** Arguments of a call come in pieces of so many characters. */
const PIECE_LENGTH = 7;

/** Tells the events of one Responses answer as the chunks of a Chat Completions answer. */
export class EventRetelling {
  readonly #quirks: ChatQuirks;
  readonly #onCall: (callId: string) => void;
  /** Text of the open item has come as deltas. */
  #streamed = false;
  #calls = 0;

  /** `onCall`: told the id of each call, in order. */
  constructor(quirks: ChatQuirks, onCall: (callId: string) => void) {
    this.#quirks = quirks;
    this.#onCall = onCall;
  }

  /** The chunks for one entry of a script; none for what this protocol has no words for. */
  chunks(entry: SseEvent | Pause | RawPiece): (Pause | RawPiece)[] {
    if (!("type" in entry)) return [entry];
    const event: Json = entry;
    switch (event["type"]) {
      case "response.created":
        return [chatChunk({ role: "assistant", content: "" })];
      case "response.output_item.added":
        this.#streamed = false;
        return [];
      case "response.output_text.delta":
        this.#streamed = true;
        return [chatChunk({ content: event["delta"] })];
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        this.#streamed = true;
        return [this.#thought(textIn(event["delta"]))];
      case "response.output_item.done":
        return this.#item(objectIn(event["item"]));
      case "response.completed":
        return this.#completed(objectIn(objectIn(event["response"])["usage"]));
      case "response.failed":
        return [chatData({ error: objectIn(event["response"])["error"] })];
      case "response.incomplete":
        return [chatChunk({}, finishReason(objectIn(event["response"])))];
      case "error":
        return [chatData({ error: event["error"] ?? event })];
      default:
        return [];
    }
  }

  #thought(text: string): RawPiece {
    return chatChunk({ [this.#quirks.reasoningField ?? "reasoning_content"]: text });
  }

  #item(item: Json): RawPiece[] {
    const streamed = this.#streamed;
    this.#streamed = false;
    switch (item["type"]) {
      case "message":
        return streamed ? [] : [chatChunk({ content: textsOf(item["content"]).join("") })];
      case "reasoning": {
        if (streamed) return [];
        const raw = textsOf(item["content"]);
        return (raw.length > 0 ? raw : textsOf(item["summary"])).map((text) => this.#thought(text));
      }
      case "function_call":
        return this.#call(item, textIn(item["name"]), textIn(item["arguments"]));
      case "custom_tool_call":
        return this.#call(
          item,
          textIn(item["name"]),
          JSON.stringify({ input: item["input"] }),
        );
      case "local_shell_call": {
        const { type: _type, ...args } = objectIn(item["action"]);
        return this.#call(item, "local_shell", JSON.stringify(args));
      }
      default:
        return [];
    }
  }

  #call(item: Json, name: string, args: string): RawPiece[] {
    const id = textIn(item["call_id"]);
    this.#onCall(id);
    const index = this.#quirks.omitIndex ? {} : { index: this.#calls };
    this.#calls += 1;
    const named = this.#quirks.omitIds ? {} : { id };
    const pieces = args.match(new RegExp(`[^]{1,${PIECE_LENGTH}}`, "gu")) ?? [];
    return [
      { ...index, ...named, type: "function", function: { name, arguments: "" } },
      ...pieces.map((piece) => ({ ...index, function: { arguments: piece } })),
    ].map((call) => chatChunk({ tool_calls: [call] }));
  }

  #completed(usage: Json): RawPiece[] {
    const last = chatChunk({}, this.#calls > 0 ? "tool_calls" : "stop");
    return [
      last,
      ...(this.#quirks.omitUsage ? [] : [chatData({
        id: "chatcmpl-1",
        object: "chat.completion.chunk",
        choices: [],
        usage: chatUsage(usage),
      })]),
      ...(this.#quirks.omitDone ? [] : [chatDone()]),
    ];
  }
}

function textsOf(parts: unknown): string[] {
  return listIn(parts).map((part) => textIn(objectIn(part)["text"]));
}

function finishReason(response: Json): string {
  const { reason } = objectIn(response["incomplete_details"]);
  return reason === "max_output_tokens" ? "length" : textIn(reason);
}

function chatUsage(usage: Json): Json {
  return {
    prompt_tokens: usage["input_tokens"],
    completion_tokens: usage["output_tokens"],
    total_tokens: usage["total_tokens"],
    prompt_tokens_details: usage["input_tokens_details"],
    completion_tokens_details: usage["output_tokens_details"],
  };
}
