import { type ScriptedModel, type ScriptStep, startScriptedModel } from "../../src/scripted/mod.ts";

export interface OllamaOptions {
  readonly version?: string;
  /** Names of the models that are there. */
  readonly models: readonly string[];
  /** Lines of the answer to a pull, as JSON values. */
  readonly pull?: readonly unknown[];
  /** The answer to a pull goes on and on. */
  readonly endless?: boolean;
  readonly answers: readonly ScriptStep[];
}

/** A server with Ollama's own interface, and a scripted model behind its `/v1`. */
export interface OllamaServer extends AsyncDisposable {
  /** With `/v1`, as in CODEX_OSS_BASE_URL. */
  readonly baseUrl: string;
  readonly model: ScriptedModel;
  /** Bodies of the pulls that were asked for. */
  readonly pulls: readonly unknown[];
  /** Settles when a client has left in the middle of a pull. */
  readonly pullLeft: Promise<void>;
}

export async function startOllama(options: OllamaOptions): Promise<OllamaServer> {
  const model = await startScriptedModel(options.answers);
  const pulls: unknown[] = [];
  const left = Promise.withResolvers<void>();
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "GET /api/version":
        return Response.json({ version: options.version ?? "0.20.1" });
      case "GET /api/tags":
        return Response.json({ models: options.models.map((name) => ({ name, model: name })) });
      case "POST /api/pull":
        pulls.push(await request.json());
        return new Response(pullBody(options, left.resolve));
    }
    const answer = await fetch(`${new URL(model.baseUrl).origin}${pathname}`, {
      method: request.method,
      headers: request.headers,
      ...(request.method === "POST" ? { body: await request.text() } : {}),
    });
    return new Response(answer.body, answer);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handle);
  return {
    baseUrl: `http://127.0.0.1:${server.addr.port}/v1`,
    model,
    pulls,
    pullLeft: left.promise,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await model[Symbol.asyncDispose]();
    },
  };
}

function pullBody(
  { pull = [], endless = false }: OllamaOptions,
  onLeft: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const text = pull.map((line) => `${JSON.stringify(line)}\n`).join("");
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (!endless) controller.close();
    },
    cancel: onLeft,
  });
}
