import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import { type AuthorityAnswer, createAuthority } from "./authority.ts";
import { knownRejection, rejectionError } from "./journal.ts";
import { ServerClock, Staleness } from "./staleness.ts";
import { parseLogin } from "./record.ts";

async function answerTo(
  response: (request: Request) => Response,
  onServerTime?: (ms: number) => void,
): Promise<AuthorityAnswer> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    response,
  );
  return await ask(server.addr.port, onServerTime);
}

function ask(port: number, onServerTime = (_ms: number) => {}): Promise<AuthorityAnswer> {
  return createAuthority({
    env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${port}/t?secret` },
    clientHeaders: () => Promise.resolve({}),
    timeoutMs: 5_000,
    onServerTime,
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

Deno.test("the authority's redirect is not followed: it would carry the token to wherever it points", async () => {
  const asked: string[] = [];
  const answer = await answerTo((request) => {
    asked.push(new URL(request.url).pathname);
    return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
  });
  assert.equal(answer.type, "unknown");
  assert.deepEqual(asked, ["/t"]);
});

Deno.test("the authority tells what time it is, also with a refusal", async () => {
  for (const status of [200, 401]) {
    const headers = { date: "Sun, 22 Nov 2026 12:03:33 GMT" };
    const told: number[] = [];
    await answerTo(() => new Response("{}", { status, headers }), (ms) => told.push(ms));
    assert.deepEqual(told, [Date.UTC(2026, 10, 22, 12, 3, 33)]);
  }
});

/** What comes of an answer that begins like this, and then the connection is closed. */
async function answerToCut(text: string): Promise<AuthorityAnswer> {
  const server = createServer(async (request, response) => {
    for await (const _part of request);
    response.writeHead(200, { "content-length": 9999 });
    response.write(text, () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await ask(Number((server.address() as AddressInfo).port));
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

const WHOLE = '{"access_token":"at.1","refresh_token":"rt.1","id_token":"a.b.c"}';

const RESCUES: readonly [string, () => Promise<AuthorityAnswer>, string | null][] = [
  ["breaks off behind the refresh token", () => answerToCut(WHOLE.slice(0, -9)), "at.1"],
  [
    "breaks off before the access token",
    () => answerToCut('{ "refresh_token" : "rt.1", "access_token":"at'),
    null,
  ],
  ["has something before it", () => answerTo(() => new Response(`)]}'\n${WHOLE}`)), "at.1"],
];

for (const [name, asked, accessToken] of RESCUES) {
  Deno.test(`an answer that ${name}: the new refresh token is not lost`, async () => {
    const answer = await asked();
    assert.ok(answer.type === "tokens");
    assert.equal(answer.tokens.refreshToken, "rt.1");
    assert.equal(answer.tokens.accessToken, accessToken);
    assert.equal(answer.error?.retryable, accessToken === null ? true : undefined);
  });
}

Deno.test("an answer that breaks off within the refresh token decides nothing", async () => {
  const answer = await answerToCut(WHOLE.slice(0, 40));
  assert.ok(answer.type === "unknown" && answer.error.code === "authority_unreachable");
});

Deno.test("an answer without end is not read to it", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent++;
      controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
    },
  });
  const answer = await answerTo(() => new Response(endless));
  assert.ok(answer.type === "unknown" && answer.error.retryable);
  assert.ok(sent < 1000, `${sent} parts`);
});

Deno.test("a refusal is remembered for its token; one without a known reason for five minutes", () => {
  const at = 1_000_000;
  const attempt = { presented: "f", outcome: "rejected", reason: "reused", pid: 1, at } as const;
  assert.equal(knownRejection(attempt, "f", at * 99)?.code, rejectionError("reused").code);
  assert.equal(knownRejection(attempt, "other", at), null);
  assert.equal(knownRejection({ ...attempt, outcome: "inflight" }, "f", at), null);
  const other = { ...attempt, reason: "other" } as const;
  assert.equal(knownRejection(other, "f", at + 299_000)?.code, "refresh_refused");
  assert.equal(knownRejection(other, "f", at + 301_000), null);
  assert.equal(knownRejection(other, "f", at - 1), null, "the clock was put back");
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
