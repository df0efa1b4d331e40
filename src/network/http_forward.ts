import type { ByteReader } from "./byte_reader.ts";
import type { Dialed } from "./dial.ts";
import type { Client } from "./exchange.ts";
import { copyBody, type Framing, responseFraming } from "./http_body.ts";
import {
  endToEnd,
  type HeaderList,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
  serializeHead,
  without,
} from "./http_head.ts";
import { respond, UPSTREAM_FAILURE } from "./http_response.ts";
import { closeQuietly, LINGER_MS, type Wire, writeAll } from "./session.ts";
import { IdleWatch, within } from "./time_bounds.ts";
import type { NetworkLimits } from "./types.ts";

/** A plain request as it came in. */
export interface PlainRequest {
  readonly head: RequestHead;
  readonly framing: Framing;
}

/** Where a plain request goes on. */
export interface Forward {
  readonly dialed: Dialed;
  /** For the request line. */
  readonly target: string;
  /** For the `Host` header. */
  readonly host: string;
  /** For the upstream proxy. */
  readonly authorization: string | null;
}

/** Responses before the one that counts, such as 103 Early Hints. */
const MOST_INTERIM = 16;

const BROKEN_BODY = { status: 400, body: "the body ended early or is not well formed" };

/** Headers that mean something to this proxy only, or that it writes anew. */
const OWN_HEADERS = ["host", "x-unix-socket", "content-length"];

/**
 * Sends one request on and its response back. Bodies are copied to their declared end and not a byte further, so that
 * a second request hidden behind the first is never sent.
 */
export async function forward(
  { head, framing }: PlainRequest,
  client: Client,
  to: Forward,
  limits: NetworkLimits,
): Promise<void> {
  using watch = new IdleWatch(limits.idleMs, () => client.session[Symbol.dispose]());
  const server = watched(to.dialed.wire, watch);
  const answer = watched(client.wire, watch);
  try {
    await writeAll(server, requestHead(head, framing, to));
  } catch {
    return await respond(client.wire, UPSTREAM_FAILURE);
  }
  const state = { answered: false, broken: false };
  let isDeaf = false;
  // The server may answer before it has read everything, so the body goes on beside; what it does not take is read
  // all the same, or the client would be cut off before it sees the answer.
  const sent = copyBody(client.reader, framing, {
    chunks: true,
    async write(bytes) {
      if (!isDeaf) await writeAll(server, bytes).catch(() => isDeaf = true);
    },
  }).catch(() => false);
  void sent.then((complete) => {
    if (complete || isDeaf || state.answered) return;
    // The server would wait for the rest for ever.
    state.broken = true;
    closeQuietly(to.dialed.wire);
  });
  await receive(head, answer, client, to, limits, watch, state);
  await within(LINGER_MS, client.session.signal, () => sent);
}

function requestHead(head: RequestHead, framing: Framing, to: Forward): Uint8Array {
  const kept = without(endToEnd(head.headers), ...OWN_HEADERS);
  return serializeHead(`${head.method} ${to.target} HTTP/1.1`, [
    ["Host", to.host],
    ...kept,
    ...(framing.kind === "length" ? [["Content-Length", String(framing.bytes)] as const] : []),
    ...(framing.kind === "chunked" ? [["Transfer-Encoding", "chunked"] as const] : []),
    ...(to.authorization === null ? [] : [["Proxy-Authorization", to.authorization] as const]),
    ["Connection", "close"],
  ]);
}

async function receive(
  request: RequestHead,
  answer: Pick<Wire, "write">,
  client: Client,
  { dialed }: Forward,
  limits: NetworkLimits,
  watch: IdleWatch,
  state: { answered: boolean; readonly broken: boolean },
): Promise<void> {
  for (let interims = 0; interims <= MOST_INTERIM; interims++) {
    const head = await readResponseHead(dialed.reader, client, limits);
    if (head === null) {
      return await respond(client.wire, state.broken ? BROKEN_BODY : UPSTREAM_FAILURE);
    }
    watch.touch();
    const framing = responseFraming(head.headers, head.status, request.method);
    // No upgrade was asked for, as the header is not passed on.
    if (framing === null || head.status === 101) {
      return await respond(client.wire, UPSTREAM_FAILURE);
    }
    const interim = head.status < 200;
    if (!interim) state.answered = true;
    // An HTTP/1.0 client knows neither interim responses nor chunks.
    if (interim && request.version === "HTTP/1.0") continue;
    await writeAll(answer, responseHead(head, framing, request.version, interim));
    if (interim) continue;
    await copyBody(dialed.reader, framing, {
      chunks: request.version === "HTTP/1.1",
      write: (bytes) => writeAll(answer, bytes),
    });
    return;
  }
  await respond(client.wire, UPSTREAM_FAILURE);
}

async function readResponseHead(
  reader: ByteReader,
  client: Client,
  limits: NetworkLimits,
): Promise<ResponseHead | null> {
  try {
    const read = await within(
      limits.responseMs,
      client.session.signal,
      () => reader.readHead(limits.headBytes),
    );
    if (read.kind !== "done" || read.value.kind !== "head") return null;
    return parseResponseHead(read.value.bytes);
  } catch {
    return null;
  }
}

function responseHead(
  head: ResponseHead,
  framing: Framing,
  version: RequestHead["version"],
  interim: boolean,
): Uint8Array {
  const headers: HeaderList = [
    ...endToEnd(head.headers),
    ...(framing.kind === "chunked" && version === "HTTP/1.1"
      ? [["Transfer-Encoding", "chunked"] as const]
      : []),
    ...(interim ? [] : [["Connection", "close"] as const]),
  ];
  return serializeHead(`HTTP/1.1 ${head.status} ${head.reason}`, headers);
}

function watched(wire: Wire, watch: IdleWatch): Pick<Wire, "write"> {
  return {
    async write(bytes) {
      const count = await wire.write(bytes);
      watch.touch();
      return count;
    },
  };
}
