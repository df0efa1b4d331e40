/** One server-sent event; `type` names it on the wire too. */
export interface SseEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A gap between two events: milliseconds, or a promise that the script's owner settles. */
export interface Pause {
  readonly wait: number | Promise<unknown>;
}

/** A piece of the event stream, sent as it is. It counts as one event. */
export interface RawPiece {
  readonly raw: string;
}

/**
 * What the server does with one request. Without `status` it is 200; with `events` (or `raw`) the answer is an
 * event stream, otherwise `body`.
 */
export interface ScriptStep {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly events?: readonly (SseEvent | Pause | RawPiece)[];
  /** Text of the event stream, sent as it is after `events`: comments, broken JSON, odd line ends. */
  readonly raw?: string;
  /**
   * How the bytes are cut into writes. `whole` (default): as large as they come. `realistic`: irregular sizes, also
   * inside lines and inside UTF-8 characters. A number: that many bytes each.
   */
  readonly chunking?: "whole" | "realistic" | number;
  /** After that many events the connection is destroyed in the middle of the answer. */
  readonly cutAfter?: number;
  /**
   * Destroy the connection before a single byte of the answer. HTTP clients repeat such a request by themselves when
   * the connection had served before; a step before this one with the header `connection: close` prevents that.
   */
  readonly drop?: boolean;
  /** Keep the connection open after the last event until the client leaves or the server is disposed. */
  readonly hang?: boolean;
  /** Wait before the status line. */
  readonly delayMs?: number;
  /** Wait before the status line until this settles. */
  readonly until?: Promise<unknown>;
}

/** An input item as it arrived. */
export interface RecordedItem {
  readonly type: string;
  readonly [key: string]: unknown;
}

/**
 * Body of a Responses request as it arrived; keys keep the order of the wire. One of Chat Completions is retold in the
 * same form, so that a script need not know how it was asked; `text` has what arrived.
 */
export interface RecordedBody {
  readonly model: string;
  readonly instructions: string;
  readonly input: readonly RecordedItem[];
  readonly tools: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With the question mark; empty without a query. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, decompressed if need be. The shape is the sender's word, nothing is checked. */
  readonly body: RecordedBody;
  /** Body as text, decompressed. */
  readonly text: string;
  /** Settles when the client has closed the connection that carried this request. */
  readonly gone: Promise<void>;
}

export type Script =
  | readonly ScriptStep[]
  | ((request: RecordedRequest, index: number) => ScriptStep | Promise<ScriptStep>);

/** How a server of the older protocol may differ from the book. */
export interface ChatQuirks {
  /** Tool calls come without ids. */
  readonly omitIds?: boolean;
  /** Pieces of tool calls come without their index. */
  readonly omitIndex?: boolean;
  /** Tokens are not counted. */
  readonly omitUsage?: boolean;
  /** A request that asks for token counts is refused, and takes no step. */
  readonly refuseUsage?: boolean;
  /** Streams end without `[DONE]`. */
  readonly omitDone?: boolean;
  /** Answers come in one piece, whatever was asked for. */
  readonly wholeAnswers?: boolean;
  /** Where reasoning is put; `reasoning_content` by default. */
  readonly reasoningField?: "reasoning_content" | "reasoning";
}

export interface ScriptedModelOptions {
  /** Of answers to `POST …/chat/completions`; all by the book unless told otherwise. */
  readonly chat?: ChatQuirks;
  /** Answer to `GET …/models`, by default `{"models": []}`. Takes no step of the script. */
  readonly models?: ScriptStep | ((request: RecordedRequest) => ScriptStep);
  /** Used for steps that name none. */
  readonly chunking?: ScriptStep["chunking"];
}

/** A server that is up. Disposing it closes the port and every connection. */
export interface ScriptedModel extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1` */
  readonly baseUrl: string;
  /** Requests that took a step of the script, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Requests for the list of models. */
  readonly modelRequests: readonly RecordedRequest[];
  /**
   * The next request that took a step and that this method has not handed out yet; rejects when the server is
   * disposed first.
   */
  nextRequest(): Promise<RecordedRequest>;
}
