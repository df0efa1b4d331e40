/**
 * What the protocol that shares a login between instances costs: a request whose token is fresh, beside one that
 * carries the same token without asking anybody; and a renewal, beside the bare request to the authority.
 *
 * @module
 */
import { AuthManager, type AuthOptions, openAuth, saveLogin } from "../../src/auth/mod.ts";

export const LOCK_COST = "cost of the lock";

const REQUESTS = 400;
const RENEWALS = 40;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Runs both in turn, so that a busy moment hits both. Medians, in milliseconds. */
async function alternate(
  times: number,
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<[number, number]> {
  const samples: [number[], number[]] = [[], []];
  for (let round = 0; round < times; round++) {
    samples[0].push(await timed(one));
    samples[1].push(await timed(other));
  }
  return [median(samples[0]), median(samples[1])];
}

function jwt(payload: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  return `e30.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}.c2ln`;
}

async function post(url: string, authorization: string | null): Promise<void> {
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  await (await fetch(url, { method: "POST", headers, body: "{}" })).text();
}

/** Prints the figures. */
export async function benchLockCost(codexHome: string): Promise<void> {
  let serial = 0;
  const claims = () => ({ exp: Math.floor(Date.now() / 1000) + 3600, serial: serial++, sub: "u" });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => Response.json({ access_token: jwt(claims()), refresh_token: `rt-${serial}` }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/oauth/token`;
  const options: AuthOptions = {
    codexHome,
    env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: url },
    allowApiKeyEnv: false,
    store: "file",
  };
  await saveLogin(options, {
    kind: "chatgpt",
    apiKey: null,
    tokens: {
      idToken: jwt(claims()),
      accessToken: jwt(claims()),
      refreshToken: "rt",
      accountId: "a",
    },
  });
  await using auth: AuthManager = await openAuth(options);
  const { signal } = new AbortController();
  const { authorization } = await auth.get(signal);
  const [bare, fresh] = await alternate(
    REQUESTS,
    () => post(url, authorization),
    async () => post(url, (await auth.get(signal)).authorization),
  );
  const [asked, renewed] = await alternate(
    RENEWALS,
    () => post(url, null),
    () => auth.refreshToken(signal),
  );
  console.log(`${LOCK_COST} (medians)`);
  console.log(`  a request with a known token  ${bare.toFixed(3)} ms`);
  console.log(`  a request with a fresh token  ${fresh.toFixed(3)} ms`);
  console.log(`  asking the authority          ${asked.toFixed(3)} ms`);
  console.log(`  a renewal, lock to rename     ${renewed.toFixed(3)} ms\n`);
}
