import { type HeaderList, serializeHead } from "./http_head.ts";
import { type Wire, writeAll } from "./session.ts";
import type { Block, NetworkRequest } from "./types.ts";

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

export interface Answer {
  readonly status: number;
  readonly headers?: HeaderList;
  readonly body: string;
  readonly type?: "text/plain" | "application/json";
  /** The client asked with HEAD: tell the length, keep the body. */
  readonly headOnly?: boolean;
}

/** Answers with a text of our own and says that the connection ends. */
export async function respond(wire: Wire, answer: Answer): Promise<void> {
  const { status, headers = [], body, type = "text/plain", headOnly = false } = answer;
  const content = new TextEncoder().encode(body);
  const head = serializeHead(`HTTP/1.1 ${status} ${REASONS[status] ?? "Unknown"}`, [
    ["Content-Type", type === "text/plain" ? "text/plain; charset=utf-8" : type],
    ["Content-Length", String(content.length)],
    ["Connection", "close"],
    ...headers,
  ]);
  const bytes = new Uint8Array(head.length + (headOnly ? 0 : content.length));
  bytes.set(head);
  if (!headOnly) bytes.set(content, head.length);
  await writeAll(wire, bytes);
}

/** Value of `x-proxy-error`, which clients tell reasons apart by. */
export function proxyErrorOf(block: Block): string {
  switch (block.reason) {
    case "not_allowed":
    case "not_allowed_local":
      return "blocked-by-allowlist";
    case "denied":
      return "blocked-by-denylist";
    case "method_not_allowed":
      return "blocked-by-method-policy";
    default:
      return "blocked-by-policy";
  }
}

/** For the person or model that reads the client's output. */
export function blockMessage(block: Block, host: string): string {
  const subject = `Codex blocked this request to ${host}`;
  switch (block.reason) {
    case "denied":
      return `${subject}: the host is on the deny list.`;
    case "not_allowed":
      return `${subject}: the host is not on the allow list.`;
    case "not_allowed_local":
      return `${subject}: it leads to this machine or to a private network.`;
    case "method_not_allowed":
      return `${subject}: limited network mode lets only GET, HEAD and OPTIONS through.`;
    case "proxy_disabled":
      return `${subject}: the network proxy is switched off.`;
    default:
      return `${subject}: ${block.reason}`;
  }
}

/** A blocked plain request, as JSON. */
export function blockedJson(request: NetworkRequest, block: Block, headOnly: boolean): Answer {
  return {
    status: 403,
    type: "application/json",
    headers: [["x-proxy-error", proxyErrorOf(block)]],
    headOnly,
    body: JSON.stringify({
      status: "blocked",
      host: request.host,
      reason: block.reason,
      decision: block.decision,
      source: block.source,
      protocol: request.protocol,
      port: request.port,
      message: blockMessage(block, request.host),
    }),
  };
}

/** A blocked tunnel, as text. */
export function blockedText(request: NetworkRequest, block: Block): Answer {
  return {
    status: 403,
    headers: [["x-proxy-error", proxyErrorOf(block)]],
    body: blockMessage(block, request.host),
  };
}

export function disabled(host: string, block: Block): Answer {
  return {
    status: 503,
    headers: [["x-proxy-error", proxyErrorOf(block)]],
    body: blockMessage(block, host),
  };
}

export const UPSTREAM_FAILURE: Answer = { status: 502, body: "upstream failure" };
