/** `limited` lets through requests that only read: no request can carry data out in a body, and no tunnels exist. */
export type NetworkMode = "full" | "limited";

/** What the proxy filters by. Names as in the configuration, in camelCase. */
export interface NetworkSettings {
  readonly enabled: boolean;
  readonly mode: NetworkMode;
  /** Patterns; see `domain_pattern.ts`. Nothing is allowed that no pattern names. */
  readonly allowedDomains: readonly string[];
  /** Patterns; they win over the allowed ones. */
  readonly deniedDomains: readonly string[];
  /** Absolute paths of sockets that requests with `x-unix-socket` may go to. */
  readonly allowUnixSockets: readonly string[];
  /** Whether allowed hosts may be this machine or a private network. */
  readonly allowLocalBinding: boolean;
  /** Whether connections may go through the proxy that this program itself was told to use. */
  readonly allowUpstreamProxy: boolean;
  readonly enableSocks5: boolean;
  readonly dangerouslyAllowNonLoopbackProxy: boolean;
  readonly dangerouslyAllowNonLoopbackAdmin: boolean;
}

/** As policies and approvals name it. */
export type NetworkProtocol = "http" | "https_connect" | "socks5_tcp" | "socks5_udp";

export type DecisionSource = "baseline_policy" | "mode_guard" | "proxy_state" | "decider";

/** Wire strings; a decider may give a reason of its own instead. */
export type BlockReason =
  | "denied"
  | "not_allowed"
  | "not_allowed_local"
  | "method_not_allowed"
  | "proxy_disabled"
  | (string & Record<never, never>);

/** Why something is not let through. */
export interface Block {
  readonly reason: BlockReason;
  readonly source: DecisionSource;
  /** `ask`: a person could allow it. */
  readonly decision: "deny" | "ask";
}

/** A host that no pattern names, for the decider to judge. */
export interface NetworkRequest {
  readonly protocol: NetworkProtocol;
  /** Normalised: lower case, without brackets, port and trailing dots. */
  readonly host: string;
  readonly port: number;
  /** Method of a plain request or `CONNECT`; `null` for SOCKS. */
  readonly method: string | null;
  /** Which tool attempt asks, as its proxy URL says; `null` = the client did not say. */
  readonly attemptId: string | null;
}

export type NetworkAnswer =
  | { readonly kind: "allow" }
  | { readonly kind: "deny" | "ask"; readonly reason: BlockReason };

/**
 * Judges hosts that are neither allowed nor denied. It cannot overrule a denied pattern, the check of private
 * addresses or the mode. The signal fires when the proxy ends or the time for an answer is over.
 */
export interface NetworkDecider {
  decide(request: NetworkRequest, signal: AbortSignal): Promise<NetworkAnswer>;
}

/** One line of the audit: what was asked for, and what became of it. */
export interface NetworkAuditEntry extends NetworkRequest {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Address of the client, `bridge` for one inside a network namespace. */
  readonly client: string;
  readonly mode: NetworkMode;
  /** `null` = let through. */
  readonly block: Block | null;
  /** Who let it through or did not. */
  readonly source: DecisionSource;
  /** Path of the Unix socket that was asked for. */
  readonly unixSocket: string | null;
}

/** Bounds of everything a client or a server could drag out. Times in milliseconds. */
export interface NetworkLimits {
  /** Connections of clients at the same time; more are turned away with 503. */
  readonly connections: number;
  /** Of a request's or a response's head. */
  readonly headBytes: number;
  /** From the first moment of a connection to the end of the head. */
  readonly headMs: number;
  readonly resolveMs: number;
  readonly connectMs: number;
  /** From the end of the request's head to the end of the response's head. */
  readonly responseMs: number;
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** For the decider, who may have to ask a person. */
  readonly decideMs: number;
}

/** Looks a name up and returns addresses; `[]` when there are none. Throws only when the signal has fired. */
export type Resolver = (host: string, signal: AbortSignal) => Promise<readonly string[]>;
