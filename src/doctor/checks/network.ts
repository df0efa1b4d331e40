import { X509Certificate } from "node:crypto";
import { readWholeText } from "../../files/mod.ts";
import { ok, problem, reasonOf, skipped, warning } from "../finding.ts";
import type { Check } from "../run_checks.ts";
import { shownUrl } from "../secrets.ts";
import { addressOf, addressSetting } from "./provider.ts";

const PROXY_NAMES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/** Ways of talking to a proxy that the runtime knows. */
const PROXY_SCHEMES = ["http:", "https:", "socks5:", "socks5h:"];
/** A server that takes longer for its first byte is as good as gone. Milliseconds. */
const REACH_MS = 5_000;

type Env = Readonly<Record<string, string>>;

const proxy: Check = {
  id: "network.proxy",
  area: "network",
  run({ around: { env } }) {
    const details: string[] = [];
    const set = PROXY_NAMES.flatMap((name) => [name, name.toLowerCase()])
      .filter((name) => (env[name] ?? "") !== "");
    for (const name of set) {
      const value = env[name] ?? "";
      details.push(`${name}: ${shownUrl(value.includes("://") ? value : `http://${value}`)}`);
    }
    const except = env["NO_PROXY"] ?? env["no_proxy"];
    if (except !== undefined) details.push(`NO_PROXY: ${except}`);
    const broken = set.find((name) => !isProxy(env[name] ?? ""));
    if (broken !== undefined) {
      return Promise.resolve(problem(
        `${broken} is not the address of a proxy`,
        `Set ${broken} to an address such as http://proxy.example.com:8080, or unset it.`,
        details,
      ));
    }
    const torn = PROXY_NAMES.find((name) => differ(env, name, name.toLowerCase()));
    if (torn !== undefined) {
      return Promise.resolve(warning(
        `${torn} and ${torn.toLowerCase()} say different things`,
        "Set both to the same address, or unset one.",
        details,
      ));
    }
    return Promise.resolve(
      ok(set.length === 0 ? "no proxy is set" : `a proxy is set: ${set.join(", ")}`, details),
    );
  },
};

function isProxy(value: string): boolean {
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  return url !== null && PROXY_SCHEMES.includes(url.protocol) && url.hostname !== "";
}

function differ(env: Env, upper: string, lower: string): boolean {
  return Boolean(env[upper]) && Boolean(env[lower]) && env[upper] !== env[lower];
}

const reach: Check = {
  id: "network.provider",
  area: "network",
  async run(scene, signal) {
    if (scene.args.offline) return skipped("no connection is made with --offline");
    const loaded = await scene.config();
    if (!loaded.ok) return skipped("the configuration does not load, so the server is not known");
    const base = await addressOf(scene, loaded.value);
    const url = URL.parse(base);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return skipped("there is no address to try");
    }
    const host = url.host;
    const limit = AbortSignal.timeout(REACH_MS);
    const began = performance.now();
    try {
      // Nothing that proves who asks is sent: whatever the answer, the server is there.
      const response = await fetch(`${url.origin}${url.pathname}`, {
        method: "GET",
        redirect: "manual",
        signal: AbortSignal.any([signal, limit]),
      });
      await response.body?.cancel();
      const took = Math.round(performance.now() - began);
      if (response.status === 407) {
        return problem(
          `the proxy on the way to ${host} wants a login`,
          "Put a name and a password into HTTPS_PROXY, or ask who runs the proxy.",
        );
      }
      if (response.status >= 500) {
        return warning(
          `${host} is there, but does not work at the moment (HTTP ${response.status})`,
          isLocal(url)
            ? "Look into the log of the server on this machine."
            : "Try again later; if it stays like this, ask who runs the server or the gateway.",
        );
      }
      return ok(`${host} answers (HTTP ${response.status}, ${took} ms)`);
    } catch (error) {
      if (limit.aborted && isLocal(url)) {
        return problem(
          `${host} takes the connection and says nothing for ${REACH_MS / 1000} s`,
          "Wait until the server on this machine has started, or restart it.",
        );
      }
      const reason = limit.aborted ? `no answer within ${REACH_MS / 1000} s` : reasonOf(error);
      return problem(
        `${host} cannot be reached: ${reason}`,
        remedyFor(url, addressSetting(loaded.value.provider), scene.around.env),
      );
    }
  },
};

function isLocal({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

function remedyFor(url: URL, setting: string, env: Env): string {
  const { protocol } = url;
  if (isLocal(url)) {
    return `Start the server on this machine, or correct its port in ${setting}.`;
  }
  const proxied = PROXY_NAMES.some((name) => env[name] || env[name.toLowerCase()]);
  if (proxied) return "Check the proxy, and whether it lets this host through.";
  return `Check the network and the name of the host; behind a company's proxy, set ${
    protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY"
  }.`;
}

/** Variables that name a file with certificates to trust. */
const CERTIFICATE_FILES = ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "DENO_CERT"];

const certificates: Check = {
  id: "network.certificates",
  area: "network",
  async run({ around: { env } }) {
    const details: string[] = [];
    for (const name of CERTIFICATE_FILES) {
      const file = env[name] ?? "";
      if (file === "") continue;
      const found = await certificatesIn(file);
      if (typeof found === "string") {
        return problem(`${name} names ${file}, ${found}`, `Correct ${name}, or unset it.`, details);
      }
      const many = `${found} certificate${found === 1 ? "" : "s"}`;
      const whose = name === "NODE_EXTRA_CA_CERTS"
        ? "; for Node, DENO_CERT does the same here"
        : "";
      details.push(`${name}: ${file}, ${many}${whose}`);
    }
    const folder = env["SSL_CERT_DIR"] ?? "";
    if (folder !== "") {
      const info = await Deno.stat(folder).catch(() => null);
      if (!info?.isDirectory) {
        return problem(
          `SSL_CERT_DIR names ${folder}, which is no folder`,
          "Correct SSL_CERT_DIR, or unset it.",
          details,
        );
      }
      details.push(`SSL_CERT_DIR: ${folder}`);
    }
    const store = env["DENO_TLS_CA_STORE"] ?? "";
    if (store !== "") details.push(`DENO_TLS_CA_STORE: ${store}`);
    const idle = ["SSL_CERT_FILE", "SSL_CERT_DIR"].find((name) => (env[name] ?? "") !== "");
    // The runtime looks at these two only when it asks the system for its certificates, as it does unless told otherwise.
    if (idle !== undefined && store !== "" && !store.split(",").includes("system")) {
      return warning(
        `${idle} is set, but DENO_TLS_CA_STORE keeps it from counting`,
        "Unset DENO_TLS_CA_STORE, or set it to mozilla,system.",
        details,
      );
    }
    return ok(
      details.length === 0
        ? "no certificates besides the built-in ones"
        : "the variables about certificates name what is there",
      details,
    );
  },
};

/** How many certificates a file holds, or what is wrong with it. */
async function certificatesIn(file: string): Promise<number | string> {
  let text: string;
  try {
    text = await readWholeText(file);
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "which does not exist"
      : `which cannot be read: ${reasonOf(error)}`;
  }
  const blocks = text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END/g) ?? [];
  if (blocks.length === 0) return "which holds no certificate";
  for (const block of blocks) {
    try {
      new X509Certificate(`${block} CERTIFICATE-----\n`);
    } catch {
      return "which holds a certificate that cannot be read";
    }
  }
  return blocks.length;
}

export const NETWORK_CHECKS: readonly Check[] = [proxy, reach, certificates];
