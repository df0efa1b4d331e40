import { timingSafeEqual } from "node:crypto";
import type { BlockedEntry } from "./audit.ts";
import { NetworkError } from "./error.ts";
import type { Client } from "./exchange.ts";
import { headerValues, parseRequestHead, type RequestHead } from "./http_head.ts";
import { requestFraming } from "./http_body.ts";
import { type Answer, respond } from "./http_response.ts";
import { within } from "./time_bounds.ts";
import type { NetworkLimits, NetworkMode, NetworkSettings } from "./types.ts";

const LARGEST_BODY = 8 * 1024;

/** What the admin interface may see and do. */
export interface AdminPorts {
  /** Clients send it as `Authorization: Bearer …`. */
  readonly token: string;
  readonly settings: () => NetworkSettings;
  readonly blocked: () => readonly BlockedEntry[];
  /** Throws `NetworkError("constraint")`. */
  readonly setMode: (mode: NetworkMode) => void;
  /** Back to what the proxy was started with. */
  readonly reload: () => void;
  readonly limits: NetworkLimits;
}

/** Serves one request to the admin interface. Without the token nothing is told, not even what exists. */
export async function serveAdmin(client: Client, ports: AdminPorts): Promise<void> {
  const answer = await within(ports.limits.headMs, client.session.signal, async () => {
    const head = await client.reader.readHead(ports.limits.headBytes);
    if (head.kind === "end") return null;
    if (head.kind === "too_large") return { status: 431, body: "too large" };
    const request = parseRequestHead(head.bytes);
    if (request === null) return { status: 400, body: "not a request" };
    return await answerTo(request, client, ports);
  });
  if (answer.kind === "aborted") return;
  if (answer.kind === "timeout") {
    return await respond(client.wire, { status: 408, body: "the request took too long" });
  }
  if (answer.value !== null) await respond(client.wire, answer.value);
}

async function answerTo(head: RequestHead, client: Client, ports: AdminPorts): Promise<Answer> {
  if (!isAuthorized(head, ports.token)) {
    return { status: 401, headers: [["WWW-Authenticate", "Bearer"]], body: "unauthorized" };
  }
  switch (`${head.method} ${head.target}`) {
    case "GET /health":
      return { status: 200, body: "ok" };
    case "GET /config":
      return json(configOf(ports.settings()));
    case "GET /patterns": {
      const { allowedDomains, deniedDomains } = ports.settings();
      return json({ allowed: allowedDomains, denied: deniedDomains });
    }
    case "GET /blocked":
      return json({ blocked: ports.blocked() });
    case "POST /mode":
      return await setMode(head, client, ports);
    case "POST /reload":
      ports.reload();
      return json({ status: "reloaded" });
    default:
      return { status: 404, body: "not found" };
  }
}

function isAuthorized(head: RequestHead, token: string): boolean {
  const [value = "", ...more] = headerValues(head.headers, "authorization");
  const encoder = new TextEncoder();
  const given = encoder.encode(/^bearer +(\S+)$/i.exec(value)?.[1] ?? "");
  const expected = encoder.encode(token);
  return more.length === 0 && given.length === expected.length && timingSafeEqual(given, expected);
}

async function setMode(head: RequestHead, { reader }: Client, ports: AdminPorts): Promise<Answer> {
  const framing = requestFraming(head.headers);
  if (framing?.kind !== "length") return { status: 400, body: "a body is needed" };
  if (framing.bytes > LARGEST_BODY) return { status: 413, body: "the body is too large" };
  const body = await reader.readExactly(framing.bytes);
  const mode = body === null ? null : parseMode(new TextDecoder().decode(body));
  if (mode === null) return { status: 400, body: 'expected {"mode":"full"} or {"mode":"limited"}' };
  try {
    ports.setMode(mode);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return { status: 500, body: error.message };
  }
  return json({ status: "ok", mode });
}

function parseMode(text: string): NetworkMode | null {
  try {
    const { mode } = JSON.parse(text) as { readonly mode?: unknown };
    return mode === "full" || mode === "limited" ? mode : null;
  } catch {
    return null;
  }
}

function json(value: unknown): Answer {
  return { status: 200, type: "application/json", body: JSON.stringify(value) };
}

function configOf(settings: NetworkSettings): Record<string, unknown> {
  return {
    enabled: settings.enabled,
    mode: settings.mode,
    allowed_domains: settings.allowedDomains,
    denied_domains: settings.deniedDomains,
    allow_unix_sockets: settings.allowUnixSockets,
    allow_local_binding: settings.allowLocalBinding,
    allow_upstream_proxy: settings.allowUpstreamProxy,
    enable_socks5: settings.enableSocks5,
    dangerously_allow_non_loopback_proxy: settings.dangerouslyAllowNonLoopbackProxy,
    dangerously_allow_non_loopback_admin: settings.dangerouslyAllowNonLoopbackAdmin,
  };
}
