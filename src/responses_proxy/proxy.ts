import { ResponsesProxyError } from "./error.ts";

export interface ResponsesProxyOptions {
  readonly apiKey: string;
  /** Where requests go, such as `https://api.openai.com/v1/responses`. */
  readonly upstream: string;
  /** 0 = one that is free. */
  readonly port: number;
  /** `GET /shutdown` ends the server. */
  readonly allowsShutdown: boolean;
  /** Told about each request that the upstream server did not answer. */
  onFailure(message: string): void;
}

export interface ResponsesProxy extends AsyncDisposable {
  readonly port: number;
  /** Resolves when the server has ended. */
  readonly finished: Promise<void>;
}

const PATH = "/v1/responses";
/** Older runtimes report an answer as complete a moment before it has left. */
const FLUSH_MS = 50;
/** Said by the program about itself, or about one connection; the proxy has its own. */
const NOT_FORWARDED = ["authorization", "host", "connection", "content-length", "accept-encoding"];
/** About the connection to the upstream server, not about its answer. */
const NOT_RETURNED = [
  ...["connection", "content-encoding", "content-length", "keep-alive", "trailer"],
  ...["transfer-encoding", "upgrade"],
];

/**
 * Starts the server on the loopback address.
 *
 * @throws ResponsesProxyError `bad_upstream`; the error of the system when the port is taken
 */
export function startResponsesProxy(options: ResponsesProxyOptions): ResponsesProxy {
  const upstream = upstreamOf(options.upstream);
  const stop = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: options.port,
    // Ends open answers too: a graceful end alone would wait for a model that thinks.
    signal: stop.signal,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, (request, info) => {
    if (comesFromPage(request)) return new Response(null, { status: 403 });
    const { pathname, search } = new URL(request.url);
    if (options.allowsShutdown && request.method === "GET" && pathname === "/shutdown") {
      const end = () => void setTimeout(() => stop.abort(), FLUSH_MS);
      info.completed.then(end, end);
      return new Response(null, { status: 200 });
    }
    if (request.method !== "POST" || pathname !== PATH || search !== "") {
      return new Response(null, { status: 403 });
    }
    return forward(request, upstream, options, stop.signal);
  });
  return {
    port: server.addr.port,
    finished: server.finished,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

/** Browsers let any page send requests to this machine; programs do not send these headers. */
function comesFromPage({ headers }: Request): boolean {
  return headers.has("origin") || headers.has("sec-fetch-site");
}

function upstreamOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.host === "") {
    throw new ResponsesProxyError("bad_upstream", `--upstream-url ${text} is no http(s) address`);
  }
  return url;
}

async function forward(
  request: Request,
  upstream: URL,
  { apiKey, onFailure }: ResponsesProxyOptions,
  stopped: AbortSignal,
): Promise<Response> {
  const headers = new Headers(request.headers);
  for (const name of NOT_FORWARDED) headers.delete(name);
  headers.set("authorization", `Bearer ${apiKey}`);
  // What comes back is passed on as it is.
  headers.set("accept-encoding", "identity");
  try {
    const answer = await fetch(upstream, {
      method: "POST",
      headers,
      body: await request.arrayBuffer(),
      // A redirect would carry the key to another server.
      redirect: "manual",
      signal: stopped,
    });
    const returned = new Headers(answer.headers);
    for (const name of NOT_RETURNED) returned.delete(name);
    return new Response(answer.body, { status: answer.status, headers: returned });
  } catch (error) {
    if (!stopped.aborted) {
      onFailure(
        `${upstream.host} did not answer: ${error instanceof Error ? error.message : error}`,
      );
    }
    return new Response(null, { status: 502 });
  }
}
