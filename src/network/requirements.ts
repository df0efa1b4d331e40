import { NetworkError } from "./error.ts";
import {
  checkSettings,
  DEFAULT_NETWORK_SETTINGS,
  type NetworkConstraints,
  NO_CONSTRAINTS,
} from "./settings.ts";
import type { NetworkSettings } from "./types.ts";

/** The table `[experimental_network]` of `requirements.toml`; `null` = the key is not there. */
export interface NetworkRequirements {
  readonly enabled: boolean | null;
  readonly httpPort: number | null;
  readonly socksPort: number | null;
  readonly allowUpstreamProxy: boolean | null;
  readonly dangerouslyAllowNonLoopbackProxy: boolean | null;
  readonly dangerouslyAllowNonLoopbackAdmin: boolean | null;
  readonly allowedDomains: readonly string[] | null;
  readonly deniedDomains: readonly string[] | null;
  readonly allowUnixSockets: readonly string[] | null;
  readonly allowLocalBinding: boolean | null;
}

/**
 * Reads the table as a TOML parser gives it. Keys that are not known are passed over. Throws
 * `NetworkError("invalid_setting")`, which names the key, and `NetworkError("invalid_pattern")`.
 */
export function parseNetworkRequirements(table: unknown): NetworkRequirements {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw new NetworkError("invalid_setting", "experimental_network has to be a table");
  }
  const values = table as Readonly<Record<string, unknown>>;
  const requirements: NetworkRequirements = {
    enabled: flag(values, "enabled"),
    httpPort: port(values, "http_port"),
    socksPort: port(values, "socks_port"),
    allowUpstreamProxy: flag(values, "allow_upstream_proxy"),
    dangerouslyAllowNonLoopbackProxy: flag(values, "dangerously_allow_non_loopback_proxy"),
    dangerouslyAllowNonLoopbackAdmin: flag(values, "dangerously_allow_non_loopback_admin"),
    allowedDomains: texts(values, "allowed_domains"),
    deniedDomains: texts(values, "denied_domains"),
    allowUnixSockets: texts(values, "allow_unix_sockets"),
    allowLocalBinding: flag(values, "allow_local_binding"),
  };
  checkSettings(managedSettings(requirements), NO_CONSTRAINTS);
  return requirements;
}

/** Each value that is required is the setting; the rest has its defaults. */
export function managedSettings(requirements: NetworkRequirements): NetworkSettings {
  const { httpPort: _http, socksPort: _socks, ...required } = requirements;
  const given = Object.entries(required).filter(([, value]) => value !== null);
  return { ...DEFAULT_NETWORK_SETTINGS, ...Object.fromEntries(given) };
}

/** Each value that is required is also the widest that settings may become later. */
export function managedConstraints(requirements: NetworkRequirements): NetworkConstraints {
  const { httpPort: _http, socksPort: _socks, ...required } = requirements;
  return { ...NO_CONSTRAINTS, ...required };
}

type Values = Readonly<Record<string, unknown>>;

function flag(values: Values, key: string): boolean | null {
  const value = values[key];
  if (value === undefined) return null;
  if (typeof value !== "boolean") throw wrong(key, "true or false");
  return value;
}

function port(values: Values, key: string): number | null {
  const value = values[key];
  if (value === undefined) return null;
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 65535) {
    throw wrong(key, "a port, 0 to 65535");
  }
  return number;
}

function texts(values: Values, key: string): readonly string[] | null {
  const value = values[key];
  if (value === undefined) return null;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw wrong(key, "a list of texts");
  }
  return value;
}

function wrong(key: string, expected: string): NetworkError {
  return new NetworkError("invalid_setting", `experimental_network.${key} has to be ${expected}`);
}
