import { ChatWire } from "./chat/chat_wire.ts";
import { missingPageHint } from "./missing_page.ts";
import { ModelError, modelError } from "./model_error.ts";
import { authorize, noteTime, recover, type RequestAuth, stillRefused } from "./provider_auth.ts";
import { rateLimitsFromHeaders } from "./rate_limits.ts";
import { isAzure } from "./request_body.ts";
import { baseUrlOf, providerUrl, responsesHeaders } from "./request_headers.ts";
import { RESPONSES_WIRE } from "./responses_wire.ts";
import { backoffMs, retry, type RetryPolicy } from "./retry.ts";
import { sseData } from "./sse.ts";
import { type RefusedAnswer, statusError } from "./status_error.ts";
import { aborted, idle } from "./stream_error.ts";
import type {
  AuthHeaders,
  ModelClient,
  ModelClientOptions,
  ModelRequest,
  ModelTurn,
  ResponseEvent,
  TurnHeaders,
} from "./types.ts";
import type { AnswerDecoder, Wire } from "./wire.ts";

/** Longest wait for the rest of a finished body, so that its connection can be used again. */
const DRAIN_MS = 20;

/** Longest wait for what may follow an answer that is complete but not closed, such as its token counts. */
const AFTERMATH_MS = 2_000;

/** Longest wait for the body of a refusal. */
const REFUSAL_MS = 10_000;

/** Characters of it that are kept; more is a page that nobody meant to be read here. */
const REFUSAL_LENGTH = 256 * 1024;

/** Shorter ones, such as a local server's "x", are no secrets, and common words. */
const SECRET_LENGTH = 8;

/** A response whose body is still open; `close` ends the exchange. */
interface Answer {
  readonly response: Response;
  readonly close: () => void;
}

/**
 * A client for one provider. It keeps nothing between turns but what a Chat Completions server turned out to lack.
 *
 * Retries: the caller repeats a request whose error is `retryable`, in sight of the person. Here, unseen, only a
 * connection that fails before the first byte of an answer is tried again, `requestMaxRetries` times in a row for
 * the whole turn, so that a dead server costs the sum of both budgets and not their product. Answers with a
 * status, 5xx included, are never repeated here.
 */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const wire = options.provider.wireApi === "chat" ? new ChatWire() : RESPONSES_WIRE;
  return {
    provider: options.provider,
    openTurn: (headers) => new ProviderTurn(options, wire, headers),
  };
}

class ProviderTurn implements ModelTurn {
  readonly #options: ModelClientOptions;
  readonly #wire: Wire;
  readonly #headers: () => TurnHeaders;
  #turnState: string | null = null;
  #connectRetriesLeft: number;

  constructor(options: ModelClientOptions, wire: Wire, headers: () => TurnHeaders) {
    this.#options = options;
    this.#wire = wire;
    this.#headers = headers;
    this.#connectRetriesLeft = options.provider.requestMaxRetries;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ResponseEvent> {
    const { fixture, provider } = this.#options;
    const idleTimeoutMs = provider.streamIdleTimeoutMs;
    const read = (body: ReadableStream<Uint8Array>, headers: Headers) =>
      answerEvents({
        body,
        headers,
        decoder: this.#wire.decoder(request, headers),
        idleTimeoutMs,
        signal,
      });
    if (fixture !== null) {
      yield* read(await openFixture(fixture), new Headers());
      return;
    }
    const { response, close } = await this.#request(request, signal);
    try {
      this.#turnState ??= response.headers.get("x-codex-turn-state");
      yield* read(response.body ?? new Blob([]).stream(), response.headers);
    } finally {
      close();
    }
  }

  /** Gets a successful answer; renews the login once after a 401. */
  async #request(request: ModelRequest, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) throw aborted(signal);
    let auth = await authorize(this.#options, signal);
    for (let recovered = false;;) {
      const answer = await this.#send(request, auth, signal);
      const { response } = answer;
      noteTime(this.#options, auth, response);
      if (response.ok && !isWebPage(response)) return answer;
      if (response.ok) throw webPage(answer);
      const refused: RefusedAnswer = {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
        body: withoutSecret(await textOf(answer), auth.headers),
        url: response.url,
      };
      if (signal.aborted) throw aborted(signal);
      if (this.#wire.adapt(refused)) continue;
      const renewed = response.status === 401 && !recovered
        ? await recover(this.#options, auth, signal)
        : null;
      if (renewed === null) {
        const error = this.#errorOf(refused);
        throw recovered && response.status === 401 ? stillRefused(error) : error;
      }
      recovered = true;
      auth = renewed;
    }
  }

  #errorOf(refused: RefusedAnswer): ModelError {
    const now = this.#options.now?.() ?? Date.now();
    const error = this.#wire.refusal(refused) ?? statusError(refused, now);
    const hint = missingPageHint(refused, this.#options.provider);
    return hint === null
      ? error
      : modelError(error.details.code, `${error.message}. ${hint}`, error.details);
  }

  /** Gets any answer; tries again while the connection fails and the turn's budget lasts. */
  async #send(request: ModelRequest, auth: RequestAuth, signal: AbortSignal): Promise<Answer> {
    const { provider } = this.#options;
    const baseUrl = baseUrlOf(provider, auth.headers.kind);
    const url = providerUrl(provider, baseUrl, this.#wire.path);
    const text = JSON.stringify(this.#wire.body(request, isAzure(provider, baseUrl)));
    const headers = responsesHeaders(this.#options, auth.headers, this.#headers(), this.#turnState);
    const compressed = this.#compresses(auth) ? await zstd(text) : null;
    if (compressed !== null) headers.set("content-encoding", "zstd");
    const init = { method: "POST", headers, body: compressed ?? text };
    const policy: RetryPolicy = {
      maxRetries: this.#connectRetriesLeft,
      shouldRetry: isConnectionFailure,
      delayMs: (attempt) => {
        this.#connectRetriesLeft -= 1;
        return backoffMs(attempt);
      },
    };
    try {
      const answer = await retry(() => this.#fetch(url, init, signal), policy, signal);
      this.#connectRetriesLeft = provider.requestMaxRetries;
      return answer;
    } catch (error) {
      throw signal.aborted ? aborted(signal) : error;
    }
  }

  async #fetch(url: string, init: RequestInit, signal: AbortSignal): Promise<Answer> {
    if (!/^https?:$/u.test(URL.parse(url)?.protocol ?? "")) {
      const message = `not an address of a server: ${url}. ` +
        "The provider's base_url has to begin with http:// or https://.";
      throw modelError("connection_failed", message, { retryable: false });
    }
    const exchange = new AbortController();
    // A server that accepts the request and says nothing counts as silent, as it does later in the stream.
    const silence = new AbortController();
    // The first setTimeout of a process costs milliseconds, which this request would come later.
    const limit = AbortSignal.timeout(this.#options.provider.streamIdleTimeoutMs);
    const onLimit = () => silence.abort();
    limit.addEventListener("abort", onLimit);
    try {
      const response = await fetch(url, {
        ...init,
        signal: AbortSignal.any([signal, silence.signal, exchange.signal]),
      });
      return { response, close: () => exchange.abort() };
    } catch (cause) {
      if (signal.aborted) throw aborted(signal);
      if (silence.signal.aborted) throw idle();
      const message = `stream disconnected before completion: ${reasonOf(cause)}`;
      throw modelError("connection_failed", message, { cause });
    } finally {
      limit.removeEventListener("abort", onLimit);
    }
  }

  #compresses({ headers }: RequestAuth): boolean {
    const { enableRequestCompression, provider } = this.#options;
    return enableRequestCompression && headers.kind === "chatgpt" && provider.name === "OpenAI";
  }
}

interface AnswerToRead {
  readonly body: ReadableStream<Uint8Array>;
  readonly headers: Headers;
  readonly decoder: AnswerDecoder;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** Events of an answer: those in its headers first, then those of its body up to the completion. */
async function* answerEvents(answer: AnswerToRead): AsyncGenerator<ResponseEvent> {
  const { body, decoder, headers, idleTimeoutMs, signal } = answer;
  const enough = new AbortController();
  const batches = sseData(body, {
    idleTimeoutMs,
    signal: AbortSignal.any([signal, enough.signal]),
  });
  let aftermath: ReturnType<typeof setTimeout> | undefined;
  try {
    yield* headerEvents(headers, headers.get("openai-model"));
    for (;;) {
      if (decoder.settled) aftermath ??= setTimeout(() => enough.abort(), AFTERMATH_MS);
      const batch = await nextBatch(batches, decoder, signal);
      if (batch === null) return yield* decoder.closed();
      for (const data of batch) {
        for (const event of decoder.decode(data)) {
          yield event;
          if (event.type !== "completed") continue;
          // The end of the body is often there already, and a connection that was read to its end serves again. A
          // server that keeps the stream open is not waited for.
          const timer = setTimeout(() => enough.abort(), DRAIN_MS);
          await batches.next().catch(() => {});
          clearTimeout(timer);
          return;
        }
      }
    }
  } finally {
    clearTimeout(aftermath);
    await batches.return(undefined);
  }
}

/** `null` at the end of the stream, which may come as a failure once the answer is complete. */
async function nextBatch(
  batches: AsyncGenerator<string[]>,
  decoder: AnswerDecoder,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  try {
    const batch = await batches.next();
    return batch.done ? null : batch.value;
  } catch (error) {
    if (decoder.settled && !signal.aborted) return null;
    throw error;
  }
}

function* headerEvents(headers: Headers, model: string | null): Generator<ResponseEvent> {
  if (model !== null) yield { type: "server_model", model };
  for (const snapshot of rateLimitsFromHeaders(headers)) yield { type: "rate_limits", snapshot };
  const etag = headers.get("x-models-etag");
  if (etag !== null) yield { type: "models_etag", etag };
  if (headers.has("x-reasoning-included")) yield { type: "server_reasoning_included" };
}

function isConnectionFailure(error: unknown): boolean {
  return error instanceof ModelError && error.details.code === "connection_failed" &&
    error.details.retryable;
}

/** A page of a server's own, or of something on the way to it, in place of an answer. */
function isWebPage({ headers }: Response): boolean {
  return /^text\/html\b/iu.test(headers.get("content-type") ?? "");
}

function webPage({ response, close }: Answer): ModelError {
  close();
  const message = `${response.url} answers with a web page instead of a model's answer. ` +
    "The provider's base_url has to be that of its API; most end in /v1.";
  return modelError("unexpected_status", message, { httpStatus: response.status });
}

/** A server that echoes what it was sent must not put the login into messages, logs and session files. */
function withoutSecret(text: string, { authorization }: AuthHeaders): string {
  const secret = authorization?.replace(/^\S+\s+/, "") ?? "";
  return secret.length < SECRET_LENGTH ? text : text.replaceAll(secret, "[redacted]");
}

/** Newer runtimes say only that it failed, and keep the reason behind it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** What a refusal says, as far as it can be read soon. */
async function textOf({ response, close }: Answer): Promise<string> {
  const timer = setTimeout(close, REFUSAL_MS);
  let text = "";
  try {
    const pieces = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    for await (const piece of pieces) {
      text += piece;
      if (text.length >= REFUSAL_LENGTH) break;
    }
  } catch {
    // What came so far says more than nothing.
  } finally {
    clearTimeout(timer);
  }
  return text.slice(0, REFUSAL_LENGTH);
}

/** The text compressed; `null` on runtimes that lack zstd or only pretend to have it: plain text is as good. */
async function zstd(text: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const zlib = await import("node:zlib");
  const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer> | null>();
  try {
    zlib.zstdCompress(text, (error, result) => resolve(error ? null : new Uint8Array(result)));
  } catch {
    return null;
  }
  return await promise;
}

async function openFixture(path: string): Promise<ReadableStream<Uint8Array>> {
  try {
    // A pipe would hold the program up until somebody writes to it.
    if (!(await Deno.stat(path)).isFile) throw new Error("it is not a regular file");
    return (await Deno.open(path)).readable;
  } catch (cause) {
    const message = `cannot read the file of recorded events ${path}`;
    throw modelError("connection_failed", message, { retryable: false, cause });
  }
}
