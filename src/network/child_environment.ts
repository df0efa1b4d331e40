/** Where children find the proxy. Ports are the same inside a network namespace, behind the bridge. */
export interface ProxyEndpoints {
  /** `host:port`. */
  readonly httpAddress: string;
  /** `null` = SOCKS is off. */
  readonly socksAddress: string | null;
}

export interface ChildEnvironmentOptions {
  readonly endpoints: ProxyEndpoints;
  readonly allowLocalBinding: boolean;
  /** Tool attempt that the child belongs to; its requests carry the id. */
  readonly attemptId: string | null;
  readonly os: typeof Deno.build.os;
}

const HTTP_VARIABLES = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "http_proxy",
  "https_proxy",
  "YARN_HTTP_PROXY",
  "YARN_HTTPS_PROXY",
  "npm_config_http_proxy",
  "npm_config_https_proxy",
  "npm_config_proxy",
  "NPM_CONFIG_HTTP_PROXY",
  "NPM_CONFIG_HTTPS_PROXY",
  "NPM_CONFIG_PROXY",
  "BUNDLE_HTTP_PROXY",
  "BUNDLE_HTTPS_PROXY",
  "PIP_PROXY",
  "DOCKER_HTTP_PROXY",
  "DOCKER_HTTPS_PROXY",
  "WS_PROXY",
  "WSS_PROXY",
  "ws_proxy",
  "wss_proxy",
] as const;

const SOCKS_VARIABLES = ["ALL_PROXY", "all_proxy", "FTP_PROXY", "ftp_proxy"] as const;

const DIRECT_VARIABLES = [
  "NO_PROXY",
  "no_proxy",
  "npm_config_noproxy",
  "NPM_CONFIG_NOPROXY",
  "YARN_NO_PROXY",
  "BUNDLE_NO_PROXY",
] as const;

const DIRECT =
  "localhost,127.0.0.1,::1,*.local,.local,169.254.0.0/16,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16";

/** The child's variables with those of the proxy over them. Its own `GIT_SSH_COMMAND` stays. */
export function proxyEnvironment(
  env: Readonly<Record<string, string>>,
  { endpoints, allowLocalBinding, attemptId, os }: ChildEnvironmentOptions,
): Record<string, string> {
  const { httpAddress, socksAddress } = endpoints;
  const user = attemptId === null ? "" : `codex-net-attempt-${attemptId}@`;
  const http = `http://${user}${httpAddress}`;
  // SOCKS carries no attempt.
  const socks = socksAddress === null || attemptId !== null ? http : `socks5h://${socksAddress}`;
  const ssh: Record<string, string> =
    os === "darwin" && socksAddress !== null && env["GIT_SSH_COMMAND"] === undefined
      ? { GIT_SSH_COMMAND: `ssh -o ProxyCommand='nc -X 5 -x ${socksAddress} %h %p'` }
      : {};
  return {
    ...env,
    ...all(HTTP_VARIABLES, http),
    ...all(SOCKS_VARIABLES, socks),
    ...all(DIRECT_VARIABLES, DIRECT),
    ELECTRON_GET_USE_PROXY: "true",
    CODEX_NETWORK_ALLOW_LOCAL_BINDING: allowLocalBinding ? "1" : "0",
    ...ssh,
  };
}

function all(names: readonly string[], value: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
