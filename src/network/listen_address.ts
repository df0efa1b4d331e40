import { isLoopbackAddress, parseAddress } from "./addresses.ts";
import { NetworkError } from "./error.ts";

export interface ListenAddress {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Reads an address to listen on as the configuration may have it: with or without scheme, user and path; IPv6 with
 * brackets, or without and then without port. `localhost` and names that are no address are 127.0.0.1; a port that is
 * none is the default. Throws `NetworkError("invalid_setting")` for an empty text.
 */
export function parseListenAddress(text: string, defaultPort: number): ListenAddress {
  const authority = (text.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").split(/[/?#]/)[0] ?? "")
    .replace(/^.*@/, "");
  if (authority === "") throw new NetworkError("invalid_setting", "an address is empty");
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
  if (bracketed !== null) {
    return { hostname: literal(bracketed[1] ?? ""), port: portOf(bracketed[2], defaultPort) };
  }
  if (authority.split(":").length > 2) return { hostname: literal(authority), port: defaultPort };
  const [host = "", port] = authority.split(":");
  return { hostname: literal(host), port: portOf(port, defaultPort) };
}

/** Whoever could reach it from elsewhere would have a way into this machine's network. */
export function clampToLoopback(address: ListenAddress, allowOthers: boolean): ListenAddress {
  const parsed = parseAddress(address.hostname);
  const loopback = parsed !== null && isLoopbackAddress(parsed) && parsed.some((byte) => byte > 0);
  return allowOthers || loopback ? address : { ...address, hostname: "127.0.0.1" };
}

function literal(host: string): string {
  return parseAddress(host) === null ? "127.0.0.1" : host;
}

function portOf(text: string | undefined, defaultPort: number): number {
  const port = /^\d{1,5}$/.test(text ?? "") ? Number(text) : defaultPort;
  return port <= 65535 ? port : defaultPort;
}
