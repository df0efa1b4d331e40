/**
 * The filtering proxy for confined commands: HTTP, CONNECT and SOCKS5, by patterns, mode and address.
 *
 * Owns: what a host pattern matches, which addresses are public, the decision for a host, the listeners, the
 * variables that lead a child to them, and the bridge from inside a network namespace. Never: confines a command, asks
 * a person (a `NetworkDecider` does), reads a configuration file, looks into an encrypted connection.
 *
 * Start with `proxy.ts`, then `host_policy.ts`, which decides, and `http_proxy.ts`. `docs/network.md` tells how a
 * command gets from its namespace to the proxy.
 *
 * @module
 */
export {
  type AskAboutHost,
  NetworkApprovals,
  type NetworkAttempt,
  type NetworkConsent,
  type NetworkOutcome,
  type NetworkQuestion,
  networkRefusal,
} from "./approvals.ts";
export { NETWORK_BRIDGE_FLAG, runNetworkBridge } from "./bridge.ts";
export { NetworkError, type NetworkErrorCode } from "./error.ts";
export { type BlockedEntry } from "./audit.ts";
export { type ListenAddress, parseListenAddress } from "./listen_address.ts";
export {
  type NetworkBridge,
  type NetworkProxy,
  type NetworkProxyOptions,
  startNetworkProxy,
} from "./proxy.ts";
export {
  managedConstraints,
  managedSettings,
  type NetworkRequirements,
  parseNetworkRequirements,
} from "./requirements.ts";
export {
  checkSettings,
  DEFAULT_NETWORK_LIMITS,
  DEFAULT_NETWORK_SETTINGS,
  type NetworkConstraints,
  NO_CONSTRAINTS,
} from "./settings.ts";
export type {
  Block,
  BlockReason,
  DecisionSource,
  NetworkAnswer,
  NetworkAuditEntry,
  NetworkDecider,
  NetworkLimits,
  NetworkMode,
  NetworkProtocol,
  NetworkRequest,
  NetworkSettings,
  Resolver,
} from "./types.ts";
export { upstreamFromEnvironment, type UpstreamProxies } from "./upstream_proxy.ts";
