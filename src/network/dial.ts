import { openFileLocks } from "../platform/mod.ts";
import { ByteReader } from "./byte_reader.ts";
import { parseResponseHead, serializeHead } from "./http_head.ts";
import type { Session, Wire } from "./session.ts";
import { writeAll } from "./session.ts";
import { within } from "./time_bounds.ts";
import type { NetworkLimits } from "./types.ts";
import type { UpstreamProxy } from "./upstream_proxy.ts";

export interface Dialed {
  readonly wire: Wire;
  readonly reader: ByteReader;
}

export interface DialOptions {
  readonly session: Session;
  readonly limits: Pick<NetworkLimits, "connectMs" | "headBytes">;
}

/** Enough for every real service, and no way to keep the proxy busy with one request. */
const MOST_ADDRESSES = 8;

/**
 * Connects to the first address that answers; these and no others. `null` when none does in time, of which each has an
 * equal share: one that loses packets in silence does not keep the next from being tried.
 */
export async function dialAddresses(
  addresses: readonly string[],
  port: number,
  options: DialOptions,
): Promise<Dialed | null> {
  const tried = addresses.slice(0, MOST_ADDRESSES);
  const share = options.limits.connectMs / tried.length;
  for (const hostname of tried) {
    const result = await within(share, options.session.signal, async (signal) => {
      const wire = await connectOrNull({ hostname, port, signal });
      return wire && adopt(wire, signal, options);
    });
    if (result.kind === "aborted") return null;
    if (result.kind === "done" && result.value !== null) return result.value;
  }
  return null;
}

/** @param path with its links resolved; nothing else is connected to, whatever takes its place meanwhile. */
export async function dialUnix(path: string, options: DialOptions): Promise<Dialed | null> {
  const result = await within(options.limits.connectMs, options.session.signal, async (signal) => {
    try {
      using held = holdFile(path);
      const wire = await Deno.connect({ transport: "unix", path: held.path });
      return adopt(wire, signal, options);
    } catch {
      return null;
    }
  });
  return result.kind === "done" ? result.value : null;
}

/** The same values on x86_64 and aarch64. */
const O_PATH_CLOEXEC = 0o10000000 | 0o2000000;

/** A way to the file that is at `path` now, which no other can be put into. Where there is none, the path itself. */
function holdFile(path: string): { readonly path: string } & Disposable {
  if (Deno.build.os !== "linux") return { path, [Symbol.dispose]: () => {} };
  const files = openFileLocks();
  const descriptor = files.open(path, O_PATH_CLOEXEC);
  const held = `/proc/self/fd/${descriptor}`;
  const letGo = (): void => {
    if (descriptor >= 0) files.close(descriptor);
    files[Symbol.dispose]();
  };
  try {
    if (Deno.readLinkSync(held) !== path) throw new Deno.errors.NotFound(path);
  } catch (error) {
    letGo();
    throw error;
  }
  return { path: held, [Symbol.dispose]: letGo };
}

/** A connection to the upstream proxy itself, for a request that names its target in full. */
export async function dialUpstream(
  proxy: UpstreamProxy,
  options: DialOptions,
): Promise<Dialed | null> {
  const result = await within(options.limits.connectMs, options.session.signal, async (signal) => {
    const { host: hostname, port } = proxy;
    const wire = await connectOrNull({ hostname, port, signal });
    if (wire === null || !proxy.tls) return wire && adopt(wire, signal, options);
    try {
      return adopt(await Deno.startTls(wire, { hostname }), signal, options);
    } catch {
      return null;
    }
  });
  return result.kind === "done" ? result.value : null;
}

/** A tunnel through the upstream proxy. */
export async function tunnelUpstream(
  proxy: UpstreamProxy,
  authority: string,
  options: DialOptions,
): Promise<Dialed | null> {
  const dialed = await dialUpstream(proxy, options);
  if (dialed === null) return null;
  const { limits, session } = options;
  const result = await within(limits.connectMs, session.signal, async () => {
    const credentials = proxy.authorization === null
      ? []
      : [["Proxy-Authorization", proxy.authorization] as const];
    const request = serializeHead(`CONNECT ${authority} HTTP/1.1`, [
      ["Host", authority],
      ...credentials,
    ]);
    try {
      await writeAll(dialed.wire, request);
      const head = await dialed.reader.readHead(limits.headBytes);
      const status = head.kind === "head" ? parseResponseHead(head.bytes)?.status ?? 0 : 0;
      return status >= 200 && status < 300;
    } catch {
      return false;
    }
  });
  return result.kind === "done" && result.value ? dialed : null;
}

async function connectOrNull(
  options: { hostname: string; port: number; signal: AbortSignal },
): Promise<Deno.TcpConn | null> {
  try {
    const connection = await Deno.connect(options);
    connection.setNoDelay(true);
    return connection;
  } catch {
    return null;
  }
}

/** A connection that comes too late is closed, not forgotten. */
function adopt(wire: Wire, signal: AbortSignal, { session }: DialOptions): Dialed | null {
  if (signal.aborted) {
    wire.close();
    return null;
  }
  session.own(wire);
  return { wire, reader: new ByteReader(wire) };
}
