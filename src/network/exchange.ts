import type { Audit } from "./audit.ts";
import type { ByteReader } from "./byte_reader.ts";
import { type HostPolicy, type HostPolicyPorts, type HostVerdict } from "./host_policy.ts";
import type { Session, Wire } from "./session.ts";
import type {
  Block,
  DecisionSource,
  NetworkLimits,
  NetworkRequest,
  NetworkSettings,
} from "./types.ts";
import type { UpstreamProxies } from "./upstream_proxy.ts";

/** The settings in force; read anew for each request, so that a change counts at once. */
export interface ProxyState {
  readonly settings: NetworkSettings;
  readonly policy: HostPolicy;
  /** From `socketFinder`. */
  readonly sockets: ReadonlySet<string>;
}

/** What every protocol of the proxy works with. */
export interface ProxyContext {
  readonly state: () => ProxyState;
  readonly ports: HostPolicyPorts;
  readonly limits: NetworkLimits;
  readonly audit: Audit;
  readonly upstream: UpstreamProxies | null;
  /** Whether clients can be sent on to Unix sockets on this system. */
  readonly unixSockets: boolean;
}

/** One connection of a client. */
export interface Client {
  readonly wire: Wire;
  readonly reader: ByteReader;
  /** For the audit. */
  readonly address: string;
  readonly session: Session;
}

export const PROXY_DISABLED: Block = {
  reason: "proxy_disabled",
  source: "proxy_state",
  decision: "deny",
};

export const METHOD_NOT_ALLOWED: Block = {
  reason: "method_not_allowed",
  source: "mode_guard",
  decision: "deny",
};

export const UNIX_SOCKET_NOT_ALLOWED: Block = {
  reason: "not_allowed",
  source: "baseline_policy",
  decision: "deny",
};

/** Judges one request by proxy state, mode and host, and writes the audit. */
export async function judge(
  request: NetworkRequest,
  client: Client,
  context: ProxyContext,
  /** Looked at after the host; `null` = there is nothing to say against the method. */
  methodBlock: Block | null,
): Promise<HostVerdict> {
  const { settings, policy } = context.state();
  const verdict = await policy.decide(request, context.ports, client.session.signal);
  const final: HostVerdict = verdict.kind === "allowed" && methodBlock !== null
    ? { kind: "blocked", block: methodBlock }
    : verdict;
  const block = final.kind === "blocked" ? final.block : null;
  record(request, client, context, settings, block, final.kind === "allowed" ? final.source : null);
  return final;
}

/** Writes the audit for what was turned away before a host was looked at. */
export function recordBlock(
  request: NetworkRequest,
  client: Client,
  context: ProxyContext,
  block: Block,
): void {
  record(request, client, context, context.state().settings, block, null);
}

function record(
  request: NetworkRequest,
  client: Client,
  context: ProxyContext,
  settings: NetworkSettings,
  block: Block | null,
  source: DecisionSource | null,
): void {
  context.audit.record({
    ...request,
    client: client.address,
    mode: settings.mode,
    block,
    source: block?.source ?? source ?? "baseline_policy",
    unixSocket: null,
  });
}
