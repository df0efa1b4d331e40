import { disconnected } from "../stream_error.ts";
import type { ModelRequest, ResponseEvent } from "../types.ts";
import type { AnswerDecoder } from "../wire.ts";
import { isObject, type JsonObject, parseObject, stringOrNull } from "../wire_json.ts";
import type { TokenUsage } from "../../protocol/mod.ts";
import { chatStreamError } from "./chat_error.ts";
import { chatUsage } from "./chat_usage.ts";
import { callIds } from "./call_ids.ts";
import { deltaText } from "./delta_text.ts";
import { type Keepsakes, ReasoningDetails } from "./keepsakes.ts";
import type { ReasoningField } from "./reasoning_field.ts";
import { ThinkTags } from "./think_tags.ts";
import { ToolCallPieces, type WholeCall } from "./tool_call_pieces.ts";
import { callItem } from "./tools.ts";

/** The text that is being streamed. Blanks before its first word are held back: often nothing follows them. */
interface OpenText {
  readonly kind: "message" | "reasoning";
  text: string;
  /** Its item has been told. */
  told: boolean;
}

/** Turns the chunks of one answer, or an answer in one piece, into {@link ResponseEvent}s. */
export class ChatDecoder implements AnswerDecoder {
  readonly #request: ModelRequest;
  readonly #notes: ServerNotes;
  readonly #calls = new ToolCallPieces();
  readonly #tags = new ThinkTags();
  readonly #details = new ReasoningDetails();
  #id: string | null = null;
  #open: OpenText | null = null;
  #usage: TokenUsage | null = null;
  #finished = false;
  #hasChoice = false;
  /** What the server says where an answer should be. */
  #complaint: string | null = null;

  constructor(request: ModelRequest, notes: ServerNotes) {
    this.#request = request;
    this.#notes = notes;
  }

  get settled(): boolean {
    return this.#finished;
  }

  decode(data: string): ResponseEvent[] {
    if (data.trim() === "[DONE]") return this.#hasChoice ? this.#complete() : this.closed();
    const chunk = parseObject(data);
    if (chunk === null) return [];
    if (isPresent(chunk.error)) throw chatStreamError(chunk.error);
    if (chunk.object === "error") throw chatStreamError(chunk);
    const events = this.#begin(chunk);
    this.#usage = chatUsage(chunk) ?? this.#usage;
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : null;
    if (!isObject(choice)) {
      this.#complaint ??= stringOrNull(chunk.message) ?? stringOrNull(chunk.detail);
      return events;
    }
    this.#hasChoice = true;
    // Moonshot counts here.
    this.#usage = chatUsage(choice) ?? this.#usage;
    if (isPresent(choice.error)) throw chatStreamError(choice.error);
    // Perplexity and others repeat beside each piece what has been said so far.
    const whole = !isObject(choice.delta) && isObject(choice.message) ? choice.message : null;
    const delta = whole ?? (isObject(choice.delta) ? choice.delta : {});
    events.push(...this.#read(delta));
    this.#finish(stringOrNull(choice.finish_reason));
    // An answer in one piece has no end mark.
    if (whole !== null) events.push(...this.#complete());
    return events;
  }

  closed(): ResponseEvent[] {
    if (!this.#finished) {
      throw disconnected(this.#complaint ?? "stream closed before response.completed");
    }
    return this.#complete();
  }

  #begin(chunk: JsonObject): ResponseEvent[] {
    if (this.#id !== null) return [];
    this.#id = stringOrNull(chunk.id) ?? "";
    return [{ type: "created" }];
  }

  #read(delta: JsonObject): ResponseEvent[] {
    const { reasoning, field, said } = deltaText(delta);
    if (field !== null) this.#notes.reasoningField = field;
    this.#details.add(delta.reasoning_details);
    const events = [
      ...this.#say("reasoning", reasoning),
      ...this.#tags.split(said).flatMap(({ kind, text }) => this.#say(kind, text)),
    ];
    this.#calls.add(delta.tool_calls);
    // The form that calls had before they were tools.
    if (isObject(delta.function_call)) this.#calls.add([{ function: delta.function_call }]);
    if (!this.#calls.isEmpty) events.push(...this.#closeText());
    return events;
  }

  #say(kind: OpenText["kind"], piece: string): ResponseEvent[] {
    if (piece === "") return [];
    const events = this.#open !== null && this.#open.kind !== kind && piece.trim() !== ""
      ? this.#closeText()
      : [];
    // Blanks between reasoning and answer belong to neither.
    if (this.#open !== null && this.#open.kind !== kind) return events;
    const open: OpenText = this.#open ?? { kind, text: "", told: false };
    this.#open = open;
    open.text = open.told ? open.text + piece : (open.text + piece).trimStart();
    if (open.text === "") return events;
    if (open.told) return [...events, deltaOf(kind, piece)];
    open.told = true;
    events.push({ type: "item_added", item: itemOf(kind, "") }, deltaOf(kind, open.text));
    return events;
  }

  #closeText(): ResponseEvent[] {
    const open = this.#open;
    this.#open = null;
    return open === null || !open.told
      ? []
      : [{ type: "item_done", item: itemOf(open.kind, open.text) }];
  }

  /** Some servers give a reason with each call, so more may follow: the answer is only whole at its end. */
  #finish(reason: string | null): void {
    if (reason === null || reason === "" || this.#finished) return;
    switch (reason) {
      case "length":
      case "model_length":
        throw disconnected("Incomplete response returned, reason: max_output_tokens");
      case "content_filter":
        throw disconnected("Incomplete response returned, reason: content_filter");
      case "error":
        throw chatStreamError(null);
      default:
        // `stop`, `tool_calls`, or a word of the server's own for the same.
        this.#finished = true;
    }
  }

  #complete(): ResponseEvent[] {
    this.#finished = true;
    const nextId = callIds(this.#request.input);
    return [
      ...this.#tags.end().flatMap(({ kind, text }) => this.#say(kind, text)),
      ...this.#closeText(),
      ...this.#calls.whole().map((call) => this.#called(call, nextId(call.id))),
      { type: "completed", responseId: this.#id ?? "", usage: this.#usage },
    ];
  }

  #called(call: WholeCall, callId: string): ResponseEvent {
    const { model, tools } = this.#request;
    const keepsake = {
      extraContent: call.extraContent,
      reasoningDetails: this.#details.whole(),
    };
    this.#notes.keepsakes.keep(callId, model.slug, keepsake);
    return { type: "item_done", item: callItem(call, callId, tools) };
  }
}

/** What one server turned out to be like, and gave to keep. */
export interface ServerNotes {
  /** Where it hands out reasoning; `null` = it has not yet. */
  reasoningField: ReasoningField | null;
  readonly keepsakes: Keepsakes;
}

function isPresent(error: unknown): boolean {
  return error !== undefined && error !== null;
}

function deltaOf(kind: OpenText["kind"], delta: string): ResponseEvent {
  return kind === "message"
    ? { type: "text_delta", delta }
    : { type: "reasoning_raw_delta", delta, index: 0 };
}

function itemOf(kind: OpenText["kind"], text: string) {
  if (kind === "message") {
    return {
      type: "message" as const,
      role: "assistant" as const,
      content: text === "" ? [] : [{ type: "output_text" as const, text }],
    };
  }
  return {
    type: "reasoning" as const,
    summary: [],
    content: text === "" ? [] : [{ type: "reasoning_text" as const, text }],
  };
}
