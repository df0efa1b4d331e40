/** The proxy that this program itself was told to use. */
export interface UpstreamProxy {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** Value for `Proxy-Authorization`; `null` when its URL names no user. */
  readonly authorization: string | null;
}

export interface UpstreamProxies {
  readonly http: UpstreamProxy | null;
  readonly https: UpstreamProxy | null;
  /** Hosts that are reached directly; from `NO_PROXY`. */
  readonly direct: readonly string[];
}

/**
 * Reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not. What is no http or https proxy is
 * passed over.
 */
export function upstreamFromEnvironment(env: Readonly<Record<string, string>>): UpstreamProxies {
  const named = (name: string): UpstreamProxy | null =>
    parseProxy(env[name]) ?? parseProxy(env[name.toLowerCase()]);
  const all = named("ALL_PROXY");
  return {
    http: named("HTTP_PROXY") ?? all,
    https: named("HTTPS_PROXY") ?? all,
    direct: (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",")
      .map((entry) => entry.trim().toLowerCase().replace(/^\*?\./, ""))
      .filter((entry) => entry !== ""),
  };
}

/** The proxy for a host, `null` = none. */
export function upstreamFor(
  proxies: UpstreamProxies,
  scheme: "http" | "https",
  host: string,
): UpstreamProxy | null {
  const direct = proxies.direct.some((entry) =>
    entry === "*" || host === entry || host.endsWith(`.${entry}`)
  );
  return direct ? null : proxies[scheme];
}

function parseProxy(text: string | undefined): UpstreamProxy | null {
  if (text === undefined || text.trim() === "") return null;
  const written = text.trim();
  const url = URL.parse(written.includes("://") ? written : `http://${written}`);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
  const tls = url.protocol === "https:";
  return {
    tls,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (tls ? 443 : 80) : Number(url.port),
    authorization: url.username === "" ? null : credentials(url.username, url.password),
  };
}

function credentials(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decoded(user)}:${decoded(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** A stray percent sign stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
