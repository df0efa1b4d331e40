import assert from "node:assert/strict";
import { sendToIssuer } from "./token_exchange.ts";

Deno.test("a redirect is not followed: it would carry a code or a token to wherever it points", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(new URL(request.url).pathname);
    return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
  });
  const answer = await sendToIssuer(`http://127.0.0.1:${server.addr.port}/oauth/token`, {
    body: "code=secret",
    contentType: "application/x-www-form-urlencoded",
    what: "the exchange",
    signal: new AbortController().signal,
  });
  assert.equal(answer.status, 307);
  assert.deepEqual(asked, ["/oauth/token"]);
});
