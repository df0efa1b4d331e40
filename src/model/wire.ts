import type { RefusedAnswer } from "./status_error.ts";
import type { ModelError } from "./model_error.ts";
import type { ModelRequest, ResponseEvent } from "./types.ts";

/** What a protocol says about one request and its answer; connecting, retrying and waiting are the client's. */
export interface Wire {
  /** Resource below the provider's address. */
  readonly path: string;
  /** The body of the request, keys in the order of the wire. */
  body(request: ModelRequest, azure: boolean): Record<string, unknown>;
  decoder(request: ModelRequest, headers: Headers): AnswerDecoder;
  /** What a refusal means where the protocol has words of its own; `null` = what its status says. */
  refusal(answer: RefusedAnswer): ModelError | null;
  /**
   * Learns from a refusal. True = the same request, written anew, is worth another try at once: the server lacks
   * something that this client can do without.
   */
  adapt(answer: RefusedAnswer): boolean;
}

/** Reads one answer. */
export interface AnswerDecoder {
  /** Events in one data block. Throws when the server reports a failure. */
  decode(data: string): ResponseEvent[];
  /** Everything that matters has come, though more may follow: a stream that breaks off now is complete. */
  readonly settled: boolean;
  /** The last events of an answer whose stream is over; throws when it is not complete. */
  closed(): ResponseEvent[];
}
