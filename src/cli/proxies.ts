const PROXY_NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

/** The value of `NO_PROXY` under which servers on this machine are reached directly; `null` = no proxy is set. */
export function directLoopback(env: Readonly<Record<string, string>>): string | null {
  const has = (name: string): boolean => Boolean(env[name] || env[name.toLowerCase()]);
  if (!PROXY_NAMES.some(has)) return null;
  const exceptions = (env["NO_PROXY"] || env["no_proxy"] || "").split(",").map((entry) =>
    entry.trim()
  ).filter((entry) => entry !== "");
  return [...exceptions, ...LOOPBACK.filter((host) => !exceptions.includes(host))].join(",");
}

/**
 * Tells the runtime which proxy to ask, as far as `.env` says otherwise than the environment, and to ask none for this
 * machine's own servers, such as a local model. Changes this process only: commands get the environment as it was
 * handed in.
 */
export function useProxies(env: Readonly<Record<string, string>>): void {
  const direct = directLoopback(env);
  if (direct === null) return;
  for (const name of PROXY_NAMES.flatMap((upper) => [upper, upper.toLowerCase()])) {
    const value = env[name];
    if (value !== undefined) Deno.env.set(name, value);
  }
  Deno.env.set("NO_PROXY", direct);
  Deno.env.set("no_proxy", direct);
}
