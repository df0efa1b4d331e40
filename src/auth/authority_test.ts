import assert from "node:assert/strict";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { type AuthorityAnswer, createAuthority } from "./authority.ts";
import { knownRejection, rejectionError } from "./journal.ts";
import { ServerClock, Staleness } from "./staleness.ts";
import { parseLogin } from "./record.ts";

async function answerTo(response: () => Response): Promise<AuthorityAnswer> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    response,
  );
  return await createAuthority({
    env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${server.addr.port}/t?secret` },
    clientHeaders: () => Promise.resolve({}),
    timeoutMs: 5_000,
    onServerTime: () => {},
    logger: SILENT_LOGGER,
  }).requestChatgptTokenRefresh("rt");
}

const REFUSALS: readonly [number, string, string][] = [
  [401, '{"error":{"code":"refresh_token_expired"}}', "expired"],
  [401, '{"error":{"code":"Refresh_Token_Reused"}}', "reused"],
  [401, '{"error":"refresh_token_invalidated"}', "invalidated"],
  [401, '{"code":"refresh_token_reused"}', "reused"],
  [401, '{"error":{"message":"m"},"code":"refresh_token_reused"}', "reused"],
  [400, '{"error":{"code":"refresh_token_reused"}}', "reused"],
  [401, "", "other"],
  [401, "[]", "other"],
  [401, '{"error":{"code":"invalid_grant"}}', "other"],
];

for (const [status, body, reason] of REFUSALS) {
  Deno.test(`the authority's ${status} ${body} is a refusal: ${reason}`, async () => {
    const answer = await answerTo(() => new Response(body, { status }));
    assert.deepEqual(answer, { type: "rejected", reason });
  });
}

const NO_DECISIONS: readonly [number, string][] = [
  [400, '{"error":{"code":"invalid_request"}}'],
  [429, ""],
  [500, "<html>"],
  [307, ""],
  [200, "no json"],
  [200, "{}"],
  [200, '{"access_token":5}'],
];

for (const [status, body] of NO_DECISIONS) {
  Deno.test(`the authority's ${status} ${body} decides nothing`, async () => {
    const headers = { location: "http://127.0.0.1:9/" };
    const answer = await answerTo(() => new Response(body, { status, headers }));
    assert.ok(answer.type === "unknown" && answer.error.retryable);
    assert.ok(!answer.error.message.includes("secret"));
  });
}

Deno.test("a refusal is remembered for its token; one without a known reason for five minutes", () => {
  const at = 1_000_000;
  const attempt = { presented: "f", outcome: "rejected", reason: "reused", pid: 1, at } as const;
  assert.equal(knownRejection(attempt, "f", at * 99)?.code, rejectionError("reused").code);
  assert.equal(knownRejection(attempt, "other", at), null);
  assert.equal(knownRejection({ ...attempt, outcome: "inflight" }, "f", at), null);
  const other = { ...attempt, reason: "other" } as const;
  assert.equal(knownRejection(other, "f", at + 299_000)?.code, "refresh_refused");
  assert.equal(knownRejection(other, "f", at + 301_000), null);
});

Deno.test("stale: by the token's end, else by the age of the last renewal; the future counts as now", () => {
  const now = Date.UTC(2026, 5, 1);
  const login = (lastRefresh: string, exp?: number) => {
    const payload = btoa(JSON.stringify(exp === undefined ? {} : { exp })).replaceAll("=", "");
    const token = `e30.${payload}.s`;
    const tokens = { id_token: token, access_token: token, refresh_token: "r" };
    return parseLogin(JSON.stringify({ tokens, last_refresh: lastRefresh }));
  };
  const seconds = now / 1000;
  const staleness = new Staleness();
  const isStale = staleness.isStale.bind(staleness);
  assert.equal(isStale(login("2020-01-01T00:00:00Z", seconds + 301), now), false);
  assert.equal(isStale(login("2026-06-01T00:00:00Z", seconds + 299), now), true);
  assert.equal(isStale(login("2026-05-22T00:00:00Z"), now), true);
  assert.equal(isStale(login("2026-05-25T00:00:00Z"), now), false);
  assert.equal(isStale(login("2030-01-01T00:00:00Z"), now), false);
});

Deno.test("the clock follows a server only when it is off by more than a minute", () => {
  const clock = new ServerClock(() => 1_000_000);
  clock.note(1_030_000);
  assert.equal(clock.now(), 1_000_000);
  clock.note(9_000_000);
  assert.equal(clock.now(), 9_000_000);
});
