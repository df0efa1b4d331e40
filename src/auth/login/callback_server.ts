import { textResponse } from "./callback_pages.ts";
import { LoginError } from "./login_error.ts";
import { pause } from "./pause.ts";

/**
 * Ports at which the issuer sends a browser back, in the order in which they are tried. It knows no others.
 */
export const CALLBACK_PORTS: readonly number[] = [1455, 1457];

const HOST = "127.0.0.1";
const BIND_ATTEMPTS = 10;
const BIND_PAUSE_MS = 200;
const CANCEL_LIMIT_MS = 2_000;
/** How long the last answers may take to reach the browser. */
const CLOSE_LIMIT_MS = 1_000;

/** A server on this machine alone, for one login. Disposing lets the last answers out. */
export interface CallbackServer extends AsyncDisposable {
  readonly port: number;
}

/** Answers a request of the browser. The address holds path and query; the rest was checked. */
export type CallbackHandler = (url: URL, headers: Headers) => Promise<Response> | Response;

/**
 * Binds the first port that can be had. One in use may belong to a login that somebody forgot, so it is asked once to
 * give up; both this program and the reference understand that.
 *
 * @throws LoginError `port_in_use`; the signal's reason when aborted
 */
export async function startCallbackServer(
  ports: readonly number[],
  handle: CallbackHandler,
  signal: AbortSignal,
): Promise<CallbackServer> {
  for (const port of ports) {
    for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt += 1) {
      signal.throwIfAborted();
      const server = tryServe(port, handle);
      if (server !== null) return server;
      if (attempt === 0) await askToCancel(port, signal);
      if (attempt < BIND_ATTEMPTS - 1) await pause(BIND_PAUSE_MS, signal);
    }
  }
  const names = ports.map((port) => `${HOST}:${port}`).join(" and ");
  throw new LoginError(
    "port_in_use",
    `Port ${names} is already in use. Close the program that listens there, or log in with ` +
      "`codex login --device-auth`.",
  );
}

/** `null` = the port is taken. */
function tryServe(port: number, handle: CallbackHandler): CallbackServer | null {
  const stop = new AbortController();
  let bound = port;
  try {
    const server = Deno.serve({
      hostname: HOST,
      port,
      signal: stop.signal,
      onListen: (address) => {
        bound = address.port;
      },
      onError: () => textResponse(500, "This login server failed."),
    }, (request) => checked(request, bound, handle));
    bound = server.addr.port;
    return {
      port: bound,
      async [Symbol.asyncDispose]() {
        // A connection that a browser opened in advance, without a request, must not keep us.
        const limit = setTimeout(() => stop.abort(), CLOSE_LIMIT_MS);
        await server.shutdown();
        clearTimeout(limit);
      },
    };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return null;
    throw error;
  }
}

/** Only who calls us by our own name is let in, so that no page can reach us through a name of its own. */
function checked(
  request: Request,
  port: number,
  handle: CallbackHandler,
): Promise<Response> | Response {
  const host = request.headers.get("host")?.toLowerCase();
  if (host !== `localhost:${port}` && host !== `${HOST}:${port}`) {
    return textResponse(403, "Unknown host");
  }
  if (request.method !== "GET") return textResponse(405, "Only GET");
  return URL.canParse(request.url)
    ? handle(new URL(request.url), request.headers)
    : textResponse(400, "Bad request");
}

async function askToCancel(port: number, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`http://${HOST}:${port}/cancel`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(CANCEL_LIMIT_MS)]),
    });
    await response.body?.cancel();
  } catch {
    // Whoever it is does not answer; the port may still become free.
    signal.throwIfAborted();
  }
}
