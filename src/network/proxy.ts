import { type AbsolutePath } from "../protocol/mod.ts";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { isLoopbackAddress, parseAddress } from "./addresses.ts";
import { serveAdmin } from "./admin.ts";
import { Audit, type BlockedEntry } from "./audit.ts";
import { openBridgeSocket } from "./bridge_socket.ts";
import { proxyEnvironment } from "./child_environment.ts";
import type { Client, ProxyContext, ProxyState } from "./exchange.ts";
import { HostPolicy, systemResolver } from "./host_policy.ts";
import { serveHttp } from "./http_proxy.ts";
import { clampToLoopback, type ListenAddress } from "./listen_address.ts";
import { Clients, listenTcp } from "./listening.ts";
import {
  checkSettings,
  DEFAULT_NETWORK_LIMITS,
  type NetworkConstraints,
  NO_CONSTRAINTS,
} from "./settings.ts";
import { serveSocks } from "./socks5.ts";
import type {
  NetworkAuditEntry,
  NetworkDecider,
  NetworkLimits,
  NetworkSettings,
  Resolver,
} from "./types.ts";
import type { UpstreamProxies } from "./upstream_proxy.ts";
import { socketFinder } from "./unix_socket.ts";

export interface NetworkProxyOptions {
  readonly settings: NetworkSettings;
  readonly constraints?: NetworkConstraints;
  /** Judges hosts that no pattern names; without one they are blocked. */
  readonly decider?: NetworkDecider | null;
  /** Replaces the system's resolver. */
  readonly resolver?: Resolver;
  /** From `upstreamFromEnvironment`; used only when the settings allow it. */
  readonly upstream?: UpstreamProxies | null;
  /** Where to listen; port 0, the default, takes a free one. */
  readonly http?: ListenAddress;
  readonly socks?: ListenAddress;
  /** Opens the admin interface, for whoever has {@link NetworkProxy.admin}'s token. */
  readonly admin?: ListenAddress | null;
  /**
   * Folder for the socket by which commands in a network namespace get here; made when missing, for this user alone,
   * and short, since the path of a socket has about 100 bytes. `null` = no such socket.
   */
  readonly bridgeDir?: AbsolutePath | null;
  /** Gets every decision. Must not throw. */
  readonly audit?: ((entry: NetworkAuditEntry) => void) | null;
  readonly limits?: Partial<NetworkLimits>;
  readonly logger?: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a sandbox needs to give a command its way to the proxy; the shape of `ConfineRequest.bridge`. */
export interface NetworkBridge {
  readonly socketPath: AbsolutePath;
  readonly httpPort: number;
  /** `null` = SOCKS is off. */
  readonly socksPort: number | null;
}

/** A running proxy. Disposing it closes every connection and waits until nothing is left. */
export interface NetworkProxy extends AsyncDisposable {
  /** `host:port`. */
  readonly httpAddress: string;
  readonly socksAddress: string | null;
  readonly admin: { readonly address: string; readonly token: string } | null;
  readonly bridge: NetworkBridge | null;
  readonly settings: NetworkSettings;
  /** Clients at the moment. */
  readonly connections: number;
  /** Takes effect for the next request. Throws `NetworkError` for settings wider than the constraints. */
  update(settings: NetworkSettings): void;
  /** The last blocked requests, oldest first. */
  blocked(): readonly BlockedEntry[];
  /** Variables for a child that is to use the proxy, over its own ones. */
  environment(
    env: Readonly<Record<string, string>>,
    attemptId?: string | null,
  ): Record<string, string>;
}

const LOOPBACK: ListenAddress = { hostname: "127.0.0.1", port: 0 };

/**
 * Opens the listeners and serves; not to be called while the settings say that the proxy is off, since every request
 * would be answered with 503. Throws `NetworkError` when the settings are wrong or a listener cannot be opened;
 * then nothing stays open.
 */
export async function startNetworkProxy(options: NetworkProxyOptions): Promise<NetworkProxy> {
  const constraints = options.constraints ?? NO_CONSTRAINTS;
  const compile = stateCompiler(constraints);
  const initial = compile(options.settings);
  let state = initial;
  await using stack = new AsyncDisposableStack();
  const logger = options.logger ?? SILENT_LOGGER;
  const limits = { ...DEFAULT_NETWORK_LIMITS, ...options.limits };
  const clients = stack.use(
    new Clients({
      most: limits.connections,
      onError: (error) => logger.debug("network proxy: a connection failed", { error: `${error}` }),
    }),
  );
  const audit = new Audit({ sink: options.audit ?? null, logger, now: options.now });
  const own: ListenAddress[] = [];
  const context = contextOf(options, limits, audit, own, () => state);
  const open = (address: ListenAddress, others: boolean, serve: Serve): ListenAddress =>
    openListener(clients, own, clampToLoopback(address, mayListenAnywhere(state, others)), serve);
  const { settings } = initial;
  const anywhere = settings.dangerouslyAllowNonLoopbackProxy;
  const http = open(options.http ?? LOOPBACK, anywhere, (client) => serveHttp(client, context));
  const socks = settings.enableSocks5
    ? open(options.socks ?? LOOPBACK, anywhere, (client) => serveSocks(client, context))
    : null;
  const update = (next: NetworkSettings): void => void (state = compile(next));
  const token = crypto.randomUUID().replaceAll("-", "") + crypto.randomUUID().replaceAll("-", "");
  const admin = options.admin
    ? open(
      options.admin,
      settings.dangerouslyAllowNonLoopbackAdmin,
      (client) =>
        serveAdmin(client, {
          token,
          settings: () => state.settings,
          blocked: () => audit.blocked(),
          setMode: (mode) => update({ ...state.settings, mode }),
          reload: () => void (state = initial),
          limits,
        }),
    )
    : null;
  const socketPath = options.bridgeDir
    ? await openBridgeSocket(options.bridgeDir, clients, context)
    : null;
  const endpoints = {
    httpAddress: written(http),
    socksAddress: socks === null ? null : written(socks),
  };
  const owned = stack.move();
  return {
    ...endpoints,
    admin: admin === null ? null : { address: written(admin), token },
    bridge: socketPath === null
      ? null
      : { socketPath, httpPort: http.port, socksPort: socks?.port ?? null },
    get settings() {
      return state.settings;
    },
    get connections() {
      return clients.size;
    },
    update,
    blocked: () => audit.blocked(),
    environment: (env, attemptId = null) =>
      proxyEnvironment(env, {
        endpoints,
        allowLocalBinding: state.settings.allowLocalBinding,
        attemptId,
        os: Deno.build.os,
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function stateCompiler(constraints: NetworkConstraints): (settings: NetworkSettings) => ProxyState {
  const findSockets = socketFinder();
  return (settings) => {
    checkSettings(settings, constraints);
    const sockets = findSockets(settings.allowUnixSockets);
    return { settings, policy: new HostPolicy(settings), sockets };
  };
}

function contextOf(
  options: NetworkProxyOptions,
  limits: NetworkLimits,
  audit: Audit,
  own: readonly ListenAddress[],
  state: () => ProxyState,
): ProxyContext {
  return {
    state,
    ports: {
      resolver: options.resolver ?? systemResolver,
      decider: options.decider ?? null,
      limits,
      isOwnListener: (address, port) => leadsTo(own, address, port),
    },
    limits,
    audit,
    upstream: options.upstream ?? null,
    unixSockets: Deno.build.os !== "windows",
  };
}

type Serve = (client: Client) => Promise<void>;

/** Sockets of this machine are not for others to reach, so allowing one keeps every listener at home. */
function mayListenAnywhere({ settings }: ProxyState, asked: boolean): boolean {
  return asked && settings.allowUnixSockets.length === 0;
}

function openListener(
  clients: Clients,
  own: ListenAddress[],
  { hostname, port }: ListenAddress,
  serve: Serve,
): ListenAddress {
  const listener = listenTcp(hostname, port);
  const opened = { hostname, port: listener.addr.port };
  own.push(opened);
  clients.serve(listener, ({ remoteAddr }) => `${remoteAddr.hostname}:${remoteAddr.port}`, serve);
  return opened;
}

function leadsTo(own: readonly ListenAddress[], address: string, port: number): boolean {
  const parsed = parseAddress(address);
  return own.some((listener) =>
    listener.port === port &&
    (address === listener.hostname || (parsed !== null && isLoopbackAddress(parsed)))
  );
}

function written({ hostname, port }: ListenAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
