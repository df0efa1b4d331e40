import { NetworkError } from "./error.ts";
import { compileDomains, patternIncludes, samePattern } from "./domain_pattern.ts";
import type { NetworkLimits, NetworkSettings } from "./types.ts";

/** As the configuration has it when nothing is set: off, and nothing allowed. */
export const DEFAULT_NETWORK_SETTINGS: NetworkSettings = {
  enabled: false,
  mode: "full",
  allowedDomains: [],
  deniedDomains: [],
  allowUnixSockets: [],
  allowLocalBinding: true,
  allowUpstreamProxy: true,
  enableSocks5: true,
  dangerouslyAllowNonLoopbackProxy: false,
  dangerouslyAllowNonLoopbackAdmin: false,
};

export const DEFAULT_NETWORK_LIMITS: NetworkLimits = {
  connections: 512,
  headBytes: 64 * 1024,
  headMs: 15_000,
  resolveMs: 2_000,
  connectMs: 20_000,
  responseMs: 300_000,
  idleMs: 600_000,
  decideMs: 600_000,
};

/** What requirements fix; `null` = left to the settings. */
export interface NetworkConstraints {
  readonly enabled: boolean | null;
  readonly mode: NetworkSettings["mode"] | null;
  readonly allowedDomains: readonly string[] | null;
  readonly deniedDomains: readonly string[] | null;
  readonly allowUnixSockets: readonly string[] | null;
  readonly allowLocalBinding: boolean | null;
  readonly allowUpstreamProxy: boolean | null;
  readonly dangerouslyAllowNonLoopbackProxy: boolean | null;
  readonly dangerouslyAllowNonLoopbackAdmin: boolean | null;
}

export const NO_CONSTRAINTS: NetworkConstraints = {
  enabled: null,
  mode: null,
  allowedDomains: null,
  deniedDomains: null,
  allowUnixSockets: null,
  allowLocalBinding: null,
  allowUpstreamProxy: null,
  dangerouslyAllowNonLoopbackProxy: null,
  dangerouslyAllowNonLoopbackAdmin: null,
};

/** Key in the configuration of each switch that must not be wider than required. */
const SWITCHES = {
  enabled: "enabled",
  allowLocalBinding: "allow_local_binding",
  allowUpstreamProxy: "allow_upstream_proxy",
  dangerouslyAllowNonLoopbackProxy: "dangerously_allow_non_loopback_proxy",
  dangerouslyAllowNonLoopbackAdmin: "dangerously_allow_non_loopback_admin",
} as const;

/**
 * Throws `NetworkError("constraint")` for the first setting that is wider than its constraint, and
 * `NetworkError("invalid_pattern")` for a pattern that cannot be read.
 */
export function checkSettings(settings: NetworkSettings, constraints: NetworkConstraints): void {
  compileDomains(settings.allowedDomains);
  compileDomains(settings.deniedDomains);
  for (const [name, key] of Object.entries(SWITCHES)) {
    const property = name as keyof typeof SWITCHES;
    if (constraints[property] === false && settings[property]) throw wider(key, true, false);
  }
  if (constraints.mode === "limited" && settings.mode !== "limited") {
    throw wider("mode", settings.mode, "limited");
  }
  const { allowedDomains, deniedDomains, allowUnixSockets } = constraints;
  if (allowedDomains !== null) {
    const included = (candidate: string): boolean =>
      allowedDomains.some((managed) => patternIncludes(managed, candidate));
    if (!settings.allowedDomains.every(included)) {
      throw wider("allowed_domains", settings.allowedDomains, allowedDomains);
    }
  }
  if (deniedDomains !== null) {
    const kept = (managed: string): boolean =>
      settings.deniedDomains.some((candidate) => samePattern(candidate, managed));
    if (!deniedDomains.every(kept)) {
      throw wider("denied_domains", settings.deniedDomains, deniedDomains);
    }
  }
  if (allowUnixSockets !== null) {
    if (!settings.allowUnixSockets.every((path) => allowUnixSockets.includes(path))) {
      throw wider("allow_unix_sockets", settings.allowUnixSockets, allowUnixSockets);
    }
  }
}

function wider(key: string, candidate: unknown, allowed: unknown): NetworkError {
  return new NetworkError(
    "constraint",
    `invalid value for network.${key}: ${JSON.stringify(candidate)} (allowed ${
      JSON.stringify(allowed)
    })`,
  );
}
