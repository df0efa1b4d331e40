import { ChatFace } from "./chat/chat_face.ts";
import type {
  RecordedBody,
  RecordedRequest,
  Script,
  ScriptedModel,
  ScriptedModelOptions,
  ScriptStep,
} from "./types.ts";
import { WireReader, type WireRequest } from "./wire_reader.ts";
import { answer } from "./wire_writer.ts";

/**
 * Starts a server on a free loopback port. Each `POST` takes the next step of the script; when an array is used up,
 * further requests get a 400 that says so.
 *
 * What is asked for below `/chat/completions` is answered by that protocol, from the same steps.
 *
 * It speaks HTTP/1.1 on plain sockets, because only so can it break off in the middle of an answer.
 */
export function startScriptedModel(
  script: Script,
  options: ScriptedModelOptions = {},
): Promise<ScriptedModel> {
  return Promise.resolve(new Server(script, options));
}

class Server implements ScriptedModel {
  readonly baseUrl: string;
  readonly requests: RecordedRequest[] = [];
  readonly modelRequests: RecordedRequest[] = [];
  readonly #script: Script;
  readonly #options: ScriptedModelOptions;
  readonly #chat: ChatFace;
  readonly #listener: Deno.TcpListener;
  readonly #closing = new AbortController();
  readonly #connections = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  readonly #waiters: PromiseWithResolvers<RecordedRequest>[] = [];
  #handedOut = 0;

  constructor(script: Script, options: ScriptedModelOptions) {
    this.#script = script;
    this.#options = options;
    this.#chat = new ChatFace(options.chat ?? {});
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.baseUrl = `http://127.0.0.1:${this.#listener.addr.port}/v1`;
    this.#accepting = this.#accept();
  }

  nextRequest(): Promise<RecordedRequest> {
    const known = this.requests[this.#handedOut];
    this.#handedOut += 1;
    if (known !== undefined) return Promise.resolve(known);
    const waiter = Promise.withResolvers<RecordedRequest>();
    if (this.#closing.signal.aborted) waiter.reject(closedError());
    else this.#waiters.push(waiter);
    // A caller that stopped waiting must not turn the disposal into an unhandled rejection.
    waiter.promise.catch(() => {});
    return waiter.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#listener.close();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError());
    await this.#accepting;
    await Promise.all(this.#connections);
  }

  async #accept(): Promise<void> {
    for (;;) {
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch {
        return;
      }
      conn.setNoDelay(true);
      const served = this.#serve(conn).finally(() => this.#connections.delete(served));
      this.#connections.add(served);
    }
  }

  async #serve(conn: Deno.TcpConn): Promise<void> {
    const reader = new WireReader(conn);
    const ended = new AbortController();
    const end = () => ended.abort();
    reader.gone.then(end);
    this.#closing.signal.addEventListener("abort", end);
    ended.signal.addEventListener("abort", () => close(conn), { once: true });
    if (this.#closing.signal.aborted) end();
    const sendContinue = async () => {
      await conn.write(new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n"));
    };
    try {
      for (;;) {
        const wire = await reader.nextRequest(sendContinue);
        if (wire === null) break;
        const step = await this.#stepFor(wire, reader.gone);
        const after = await answer(step, {
          conn,
          signal: ended.signal,
          defaultChunking: this.#options.chunking,
        });
        if (after === "close" || asksToClose(wire.headers) || asksToClose(step.headers)) break;
      }
    } catch (error) {
      // A client that leaves in the middle of an answer is part of many scripts; our own faults are not.
      if (!ended.signal.aborted && !isBrokenConnection(error)) throw error;
    } finally {
      this.#closing.signal.removeEventListener("abort", end);
      close(conn);
      await reader.gone;
    }
  }

  async #stepFor(wire: WireRequest, gone: Promise<void>): Promise<ScriptStep> {
    const request = toRecorded(wire, gone);
    if (request.method === "GET") {
      if (!request.path.endsWith("/models")) return { status: 404, body: "no such page" };
      this.modelRequests.push(request);
      const models = this.#options.models;
      if (typeof models === "function") return models(request);
      return models ?? { body: { models: [] } };
    }
    if (!request.path.endsWith("/chat/completions")) return await this.#nextStep(request);
    const refusal = this.#chat.refusal(request.text);
    if (refusal !== null) return refusal;
    const retold = { ...request, body: this.#chat.retell(request.text) };
    return this.#chat.answer(await this.#nextStep(retold));
  }

  async #nextStep(request: RecordedRequest): Promise<ScriptStep> {
    const index = this.requests.push(request) - 1;
    this.#waiters.shift()?.resolve(request);
    if (typeof this.#script === "function") return await this.#script(request, index);
    return this.#script[index] ??
      {
        status: 400,
        body: `the script has ${this.#script.length} steps, this is request ${index + 1}`,
      };
  }
}

function toRecorded(wire: WireRequest, gone: Promise<void>): RecordedRequest {
  const [path = "/", ...rest] = wire.target.split("?");
  const query = rest.length === 0 ? "" : `?${rest.join("?")}`;
  return {
    method: wire.method,
    path,
    query,
    headers: wire.headers,
    body: parseBody(wire.text),
    text: wire.text,
    gone,
  };
}

function parseBody(text: string): RecordedBody {
  try {
    return JSON.parse(text);
  } catch {
    return { model: "", instructions: "", input: [], tools: [] };
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed already, by the other path that ends a connection.
  }
}

function asksToClose(headers: Readonly<Record<string, string>> = {}): boolean {
  return headers["connection"]?.toLowerCase() === "close";
}

function isBrokenConnection(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

function closedError(): Error {
  return new Error("the scripted model was disposed before the request came");
}
