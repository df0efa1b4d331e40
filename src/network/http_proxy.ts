import {
  type Client,
  judge,
  METHOD_NOT_ALLOWED,
  PROXY_DISABLED,
  type ProxyContext,
  recordBlock,
} from "./exchange.ts";
import { dialAddresses, type Dialed, dialUpstream, tunnelUpstream } from "./dial.ts";
import { requestFor } from "./host_policy.ts";
import { basicUser, parseRequestHead, type RequestHead } from "./http_head.ts";
import { isEmpty, requestFraming } from "./http_body.ts";
import { type Forward, forward } from "./http_forward.ts";
import { blockedJson, blockedText, disabled, respond, UPSTREAM_FAILURE } from "./http_response.ts";
import { serveUnixSocket, UNIX_SOCKET_HEADER } from "./unix_socket.ts";
import { writeAll } from "./session.ts";
import { within } from "./time_bounds.ts";
import { tunnel } from "./tunnel.ts";
import type { NetworkRequest } from "./types.ts";
import { upstreamFor } from "./upstream_proxy.ts";

/** Methods that limited mode lets through, without a body. */
const READING = ["GET", "HEAD", "OPTIONS"];

const ATTEMPT_PREFIX = "codex-net-attempt-";

/** Serves one request of an HTTP client: one in absolute form, or CONNECT. The connection ends with it. */
export async function serveHttp(client: Client, context: ProxyContext): Promise<void> {
  const { limits } = context;
  const { wire } = client;
  const read = await within(
    limits.headMs,
    client.session.signal,
    () => client.reader.readHead(limits.headBytes),
  );
  if (read.kind === "aborted") return;
  if (read.kind === "timeout") {
    return await respond(wire, { status: 408, body: "the request took too long" });
  }
  const head = read.value;
  if (head.kind === "end") return;
  if (head.kind === "too_large") {
    return await respond(wire, { status: 431, body: "the request's head is too large" });
  }
  const request = parseRequestHead(head.bytes);
  if (request === null) {
    return await respond(wire, { status: 400, body: "not a request that a proxy understands" });
  }
  if (request.method === "CONNECT") await serveConnect(request, client, context);
  else await servePlain(request, client, context);
}

/** Id of the tool attempt, which our proxy URLs carry as the user name. */
export function attemptIdOf(head: RequestHead): string | null {
  for (const header of ["proxy-authorization", "authorization"]) {
    const user = basicUser(head.headers, header);
    if (user?.startsWith(ATTEMPT_PREFIX)) return user.slice(ATTEMPT_PREFIX.length);
  }
  return null;
}

async function serveConnect(
  head: RequestHead,
  client: Client,
  context: ProxyContext,
): Promise<void> {
  const { wire } = client;
  const target = splitAuthority(head.target);
  if (target === null) {
    return await respond(wire, { status: 400, body: "CONNECT needs host:port" });
  }
  const request = requestFor({
    protocol: "https_connect",
    ...target,
    method: "CONNECT",
    attemptId: attemptIdOf(head),
  });
  if (request.host === "") {
    return await respond(wire, { status: 400, body: "CONNECT needs host:port" });
  }
  const { settings } = context.state();
  if (!settings.enabled || settings.mode === "limited") {
    const block = settings.enabled ? METHOD_NOT_ALLOWED : PROXY_DISABLED;
    recordBlock(request, client, context, block);
    const { host } = request;
    return await respond(
      wire,
      settings.enabled ? blockedText(request, block) : disabled(host, block),
    );
  }
  const verdict = await judge(request, client, context, null);
  if (verdict.kind === "blocked") return await respond(wire, blockedText(request, verdict.block));
  const dialed = await dialTunnel(request, verdict.addresses, client, context);
  if (dialed === null) return await respond(wire, UPSTREAM_FAILURE);
  await writeAll(wire, new TextEncoder().encode("HTTP/1.1 200 Connection established\r\n\r\n"));
  await tunnel(client, dialed, context.limits.idleMs);
}

/** A byte pipe to an allowed host: to a checked address, or through the upstream proxy. */
export async function dialTunnel(
  { host, port }: NetworkRequest,
  addresses: readonly string[],
  client: Client,
  context: ProxyContext,
): Promise<Dialed | null> {
  const options = { session: client.session, limits: context.limits };
  const proxy = upstreamOf(context, "https", host);
  if (proxy === null) return await dialAddresses(addresses, port, options);
  return await tunnelUpstream(proxy, authorityOf(host, port), options);
}

function upstreamOf(context: ProxyContext, scheme: "http" | "https", host: string) {
  if (context.upstream === null || !context.state().settings.allowUpstreamProxy) return null;
  return upstreamFor(context.upstream, scheme, host);
}

async function servePlain(head: RequestHead, client: Client, context: ProxyContext): Promise<void> {
  const { wire } = client;
  const { settings } = context.state();
  const framing = requestFraming(head.headers);
  if (framing === null) {
    return await respond(wire, { status: 400, body: "the length of the body is not clear" });
  }
  const reads = READING.includes(head.method) && isEmpty(framing);
  const methodBlock = settings.mode === "limited" && !reads ? METHOD_NOT_ALLOWED : null;
  if (head.headers.some(([name]) => name.toLowerCase() === UNIX_SOCKET_HEADER)) {
    return await serveUnixSocket({ head, framing }, client, context, methodBlock);
  }
  const url = head.target.startsWith("/") ? null : URL.parse(inAscii(head.target));
  if (url === null || url.protocol !== "http:" || url.hostname === "") {
    return await respond(wire, {
      status: 400,
      body: "the target has to be a whole http:// address; for https use CONNECT",
    });
  }
  const request = requestFor({
    protocol: "http",
    host: url.hostname,
    port: url.port === "" ? 80 : Number(url.port),
    method: head.method,
    attemptId: attemptIdOf(head),
  });
  if (!settings.enabled) {
    recordBlock(request, client, context, PROXY_DISABLED);
    return await respond(wire, disabled(request.host, PROXY_DISABLED));
  }
  const verdict = await judge(request, client, context, methodBlock);
  if (verdict.kind === "blocked") {
    return await respond(wire, blockedJson(request, verdict.block, head.method === "HEAD"));
  }
  const planned = await dialPlain(request, url, verdict.addresses, client, context);
  if (planned === null) return await respond(wire, UPSTREAM_FAILURE);
  await forward({ head, framing }, client, planned, context.limits);
}

async function dialPlain(
  { host, port }: NetworkRequest,
  url: URL,
  addresses: readonly string[],
  client: Client,
  context: ProxyContext,
): Promise<Forward | null> {
  const options = { session: client.session, limits: context.limits };
  const proxy = upstreamOf(context, "http", host);
  const dialed = proxy === null
    ? await dialAddresses(addresses, port, options)
    : await dialUpstream(proxy, options);
  if (dialed === null) return null;
  const path = `${url.pathname}${url.search}`;
  const target = proxy === null ? path : `http://${url.host}${path}`;
  // The host that was judged is the one that the server is asked for, whatever the client wrote beside it.
  return { dialed, target, host: url.host, authorization: proxy?.authorization ?? null };
}

/** `host:port`, with brackets around IPv6. */
function splitAuthority(authority: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@%[\]]+)):(\d{1,5})$/i.exec(authority);
  const port = Number(match?.[3]);
  const host = inAscii(match?.[1] ?? match?.[2] ?? "");
  if (host === "" || !(port >= 1 && port <= 65535)) return null;
  try {
    return { host: decodeURIComponent(host), port };
  } catch {
    return null;
  }
}

/** A head has one character for each byte; those beyond ASCII are escaped, as the bytes that they are. */
function inAscii(text: string): string {
  return text.replace(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function authorityOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
