import {
  DEFAULT_NETWORK_SETTINGS,
  type NetworkAuditEntry,
  type NetworkProxy,
  type NetworkProxyOptions,
  type NetworkSettings,
  startNetworkProxy,
} from "../../src/network/mod.ts";

export interface NetworkRigOptions extends Partial<Omit<NetworkProxyOptions, "settings">> {
  readonly settings?: Partial<NetworkSettings>;
  /** What the resolver knows; a name that is missing has no address. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

/** A proxy beside a server that tells what it was asked. */
export interface NetworkRig extends AsyncDisposable {
  readonly proxy: NetworkProxy;
  readonly originPort: number;
  /** What reached the server: `GET /path`, with its headers. */
  readonly seen: { readonly line: string; readonly headers: Headers; readonly body: string }[];
  readonly audit: NetworkAuditEntry[];
  /** Names that were looked up. */
  readonly lookups: string[];
  /** Sends text to the HTTP listener and returns all that comes back. */
  ask(text: string): Promise<string>;
  /** A connection to one of the listeners; closed with the rig. */
  connect(address?: string): Promise<Deno.TcpConn>;
}

export async function openNetworkRig(options: NetworkRigOptions = {}): Promise<NetworkRig> {
  const { settings, names = {}, ...rest } = options;
  const seen: NetworkRig["seen"][number][] = [];
  const audit: NetworkAuditEntry[] = [];
  const lookups: string[] = [];
  const origin = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      const line = `${request.method} ${pathname}${search}`;
      seen.push({ line, headers: request.headers, body });
      return new Response(`${line} ${body}`);
    },
  );
  const proxy = await startNetworkProxy({
    settings: { ...DEFAULT_NETWORK_SETTINGS, enabled: true, ...settings },
    resolver: (host) => {
      lookups.push(host);
      return Promise.resolve(names[host] ?? []);
    },
    audit: (entry) => audit.push(entry),
    now: () => 1_700_000_000_500,
    ...rest,
  });
  const open: Deno.TcpConn[] = [];
  const connect = async (address = proxy.httpAddress): Promise<Deno.TcpConn> => {
    const { hostname, port } = new URL(`http://${address}`);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    open.push(connection);
    return connection;
  };
  return {
    proxy,
    originPort: origin.addr.port,
    seen,
    audit,
    lookups,
    connect,
    async ask(text) {
      const connection = await connect();
      await connection.write(new TextEncoder().encode(text));
      return await readAll(connection);
    },
    async [Symbol.asyncDispose]() {
      for (const connection of open) {
        try {
          connection.close();
        } catch {
          // The test closed it.
        }
      }
      await proxy[Symbol.asyncDispose]();
      await origin.shutdown();
    },
  };
}

export async function readAll(connection: Pick<Deno.Conn, "read">): Promise<string> {
  const decoder = new TextDecoder();
  const piece = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const count = await connection.read(piece);
    if (count === null) return text;
    text += decoder.decode(piece.subarray(0, count), { stream: true });
  }
}
