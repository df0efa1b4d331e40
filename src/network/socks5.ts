import type { ByteReader } from "./byte_reader.ts";
import {
  type Client,
  judge,
  METHOD_NOT_ALLOWED,
  PROXY_DISABLED,
  type ProxyContext,
  recordBlock,
} from "./exchange.ts";
import { requestFor } from "./host_policy.ts";
import { dialTunnel } from "./http_proxy.ts";
import { type Wire, writeAll } from "./session.ts";
import { within } from "./time_bounds.ts";
import { tunnel } from "./tunnel.ts";

export const SOCKS_VERSION = 5;
const NO_AUTHENTICATION = 0;
const NO_ACCEPTABLE_METHOD = 0xff;
const CONNECT = 1;
const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** Answers of RFC 1928. */
const REPLY = {
  succeeded: 0,
  notAllowed: 2,
  hostUnreachable: 4,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const;

type Handshake =
  | { readonly kind: "target"; readonly host: string; readonly port: number }
  | { readonly kind: "refused"; readonly reply: number }
  /** Not the protocol, or the client is gone: nothing to answer. */
  | { readonly kind: "broken" };

/** Serves one SOCKS5 client: TCP connections by name or address, without authentication. */
export async function serveSocks(client: Client, context: ProxyContext): Promise<void> {
  const { wire, session } = client;
  const read = await within(context.limits.headMs, session.signal, () => handshake(client));
  if (read.kind !== "done" || read.value.kind === "broken") return;
  if (read.value.kind === "refused") return await reply(wire, read.value.reply);
  const { host, port } = read.value;
  const request = requestFor({
    protocol: "socks5_tcp",
    host,
    port,
    method: null,
    attemptId: null,
  });
  const { settings } = context.state();
  if (!settings.enabled || settings.mode === "limited") {
    const block = settings.enabled ? METHOD_NOT_ALLOWED : PROXY_DISABLED;
    recordBlock(request, client, context, block);
    return await reply(wire, REPLY.notAllowed);
  }
  const verdict = await judge(request, client, context, null);
  if (verdict.kind === "blocked") return await reply(wire, REPLY.notAllowed);
  const dialed = await dialTunnel(request, verdict.addresses, client, context);
  if (dialed === null) return await reply(wire, REPLY.hostUnreachable);
  await reply(wire, REPLY.succeeded);
  await tunnel(client, dialed, context.limits.idleMs);
}

async function handshake({ wire, reader }: Client): Promise<Handshake> {
  const greeting = await reader.readExactly(2);
  if (greeting === null || greeting[0] !== SOCKS_VERSION) return { kind: "broken" };
  const methods = await reader.readExactly(greeting[1] ?? 0);
  if (methods === null) return { kind: "broken" };
  const acceptable = methods.includes(NO_AUTHENTICATION);
  const answer = acceptable ? NO_AUTHENTICATION : NO_ACCEPTABLE_METHOD;
  await writeAll(wire, Uint8Array.of(SOCKS_VERSION, answer));
  if (!acceptable) return { kind: "broken" };
  const request = await reader.readExactly(4);
  if (request === null || request[0] !== SOCKS_VERSION) return { kind: "broken" };
  const [, command, , type = 0] = request;
  const host = await readHost(reader, type);
  if (host === null) {
    return [IPV4, DOMAIN, IPV6].includes(type)
      ? { kind: "broken" }
      : { kind: "refused", reply: REPLY.addressTypeNotSupported };
  }
  const port = await reader.readExactly(2);
  if (port === null) return { kind: "broken" };
  if (command !== CONNECT) return { kind: "refused", reply: REPLY.commandNotSupported };
  return { kind: "target", host, port: ((port[0] ?? 0) << 8) | (port[1] ?? 0) };
}

async function readHost(reader: ByteReader, type: number): Promise<string | null> {
  if (type === IPV4) return (await reader.readExactly(4))?.join(".") ?? null;
  if (type === IPV6) {
    const bytes = await reader.readExactly(16);
    return bytes && Array.from(
      { length: 8 },
      (_, group) => (((bytes[2 * group] ?? 0) << 8) | (bytes[2 * group + 1] ?? 0)).toString(16),
    ).join(":");
  }
  if (type !== DOMAIN) return null;
  const length = (await reader.readExactly(1))?.[0];
  if (length === undefined) return null;
  const name = await reader.readExactly(length);
  if (name === null) return null;
  const text = new TextDecoder().decode(name);
  // A name that a resolver could read as something else than what was judged is no name.
  return /^[\w.:%-]*$/.test(text) ? text : "";
}

/** The bound address is of no use to clients of CONNECT, and nobody's business. */
async function reply(wire: Wire, code: number): Promise<void> {
  await writeAll(wire, Uint8Array.of(SOCKS_VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0));
}
