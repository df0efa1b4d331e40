/** The certificates of the runtime, then those of this machine. */
const BOTH_STORES = "mozilla,system";

/**
 * Makes servers count whose certificates come from `SSL_CERT_FILE` or `SSL_CERT_DIR`, as behind a company's proxy: the
 * runtime looks at these only when it is told to ask the system. One that names nothing is taken away, for the runtime
 * would fail altogether. Changes this process only: commands get the environment as it was handed in.
 */
export function useCertificates(env: Readonly<Record<string, string>>): void {
  if (env["DENO_TLS_CA_STORE"]) return;
  const names = ["SSL_CERT_FILE", "SSL_CERT_DIR"].filter((name) => Boolean(env[name]));
  const there = names.filter((name) => isThere(env[name] ?? ""));
  for (const name of names) {
    if (there.includes(name)) Deno.env.set(name, env[name] ?? "");
    else Deno.env.delete(name);
  }
  if (there.length > 0) Deno.env.set("DENO_TLS_CA_STORE", BOTH_STORES);
}

/** A named pipe counts as none: the runtime would wait for its other end, and no signal could end that. */
function isThere(path: string): boolean {
  try {
    return !Deno.statSync(path).isFifo || path.startsWith("/dev/fd/");
  } catch {
    return false;
  }
}
