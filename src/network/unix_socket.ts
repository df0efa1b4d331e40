import { basename, dirname, isAbsolute, join } from "node:path";
import { dialUnix } from "./dial.ts";
import {
  type Client,
  PROXY_DISABLED,
  type ProxyContext,
  UNIX_SOCKET_NOT_ALLOWED,
} from "./exchange.ts";
import { headerValues } from "./http_head.ts";
import { forward, type PlainRequest } from "./http_forward.ts";
import {
  blockMessage,
  disabled,
  proxyErrorOf,
  respond,
  UPSTREAM_FAILURE,
} from "./http_response.ts";
import type { Block } from "./types.ts";

/** Names the socket that a plain request is to go to instead of its host. */
export const UNIX_SOCKET_HEADER = "x-unix-socket";

/** Sends a request to a socket of this machine, if its path is allowed. */
export async function serveUnixSocket(
  request: PlainRequest,
  client: Client,
  context: ProxyContext,
  methodBlock: Block | null,
): Promise<void> {
  const { wire } = client;
  const { head } = request;
  const { settings, sockets } = context.state();
  const [path = "", ...more] = headerValues(head.headers, UNIX_SOCKET_HEADER);
  const audit = (block: Block | null): void =>
    context.audit.record({
      protocol: "http",
      host: "unix-socket",
      port: 0,
      method: head.method,
      attemptId: null,
      client: client.address,
      mode: settings.mode,
      block,
      source: block?.source ?? "baseline_policy",
      unixSocket: path,
    });
  if (!settings.enabled) {
    audit(PROXY_DISABLED);
    return await respond(wire, disabled("a Unix socket", PROXY_DISABLED));
  }
  if (methodBlock === null && !context.unixSockets) {
    return await respond(wire, { status: 501, body: "unix sockets unsupported" });
  }
  const allowed = more.length === 0 ? allowedPlace(path, sockets) : null;
  const block = methodBlock ?? (allowed === null ? UNIX_SOCKET_NOT_ALLOWED : null);
  audit(block);
  if (block !== null || allowed === null) {
    const refused = block ?? UNIX_SOCKET_NOT_ALLOWED;
    return await respond(wire, {
      status: 403,
      headers: [["x-proxy-error", proxyErrorOf(refused)]],
      body: refused === UNIX_SOCKET_NOT_ALLOWED
        ? "blocked"
        : blockMessage(refused, "a Unix socket"),
    });
  }
  const dialed = await dialUnix(allowed, { session: client.session, limits: context.limits });
  if (dialed === null) return await respond(wire, UPSTREAM_FAILURE);
  const url = head.target.startsWith("/") ? null : URL.parse(head.target);
  const target = url === null ? head.target : `${url.pathname}${url.search}`;
  const host = url?.host || headerValues(head.headers, "host")[0] || "localhost";
  await forward(request, client, { dialed, target, host, authorization: null }, context.limits);
}

/**
 * Finds out where allowed sockets are, each one once, with links resolved: a link that a command puts into the place of
 * one later leads to no other. One that is still to be made is made where it was named.
 */
export function socketFinder(): (allowed: readonly string[]) => ReadonlySet<string> {
  const found = new Map<string, string>();
  const place = (path: string): string =>
    realPathOrNull(path) ?? join(realPathOrNull(dirname(path)) ?? dirname(path), basename(path));
  return (allowed) => {
    for (const path of allowed.filter(isAbsolute)) {
      if (!found.has(path)) found.set(path, place(path));
    }
    return new Set(allowed.flatMap((path) => found.get(path) ?? []));
  };
}

/** The place to connect to, if it is allowed. A link elsewhere may lead to it. */
function allowedPlace(path: string, places: ReadonlySet<string>): string | null {
  if (!isAbsolute(path)) return null;
  const real = realPathOrNull(path);
  return real !== null && places.has(real) ? real : null;
}

function realPathOrNull(path: string): string | null {
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
}
