import assert from "node:assert/strict";
import { delayInMessage, retryAfterMs } from "./retry_after.ts";

const NOW = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");

Deno.test("both headers are read, in seconds, as a date, and in milliseconds", () => {
  const read = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), NOW);
  assert.equal(read({}), null);
  assert.equal(read({ "retry-after": "3" }), 3000);
  assert.equal(read({ "retry-after": "1.5" }), 1500);
  assert.equal(read({ "retry-after": "Wed, 21 Oct 2026 07:28:05 GMT" }), 5000);
  assert.equal(read({ "retry-after": "Wed, 21 Oct 2026 07:00:00 GMT" }), 0);
  assert.equal(read({ "retry-after": "soon" }), null);
  assert.equal(read({ "retry-after": "-5x" }), null);
  assert.equal(read({ "retry-after-ms": "250", "retry-after": "3" }), 250);
  assert.equal(read({ "retry-after-ms": "x", "retry-after": "3" }), 3000);
  assert.equal(read({ "retry-after": "86400" }), 60_000);
});

Deno.test("delays in texts", () => {
  assert.equal(delayInMessage("Please try again in 1.5s."), 1500);
  assert.equal(delayInMessage("TRY AGAIN IN 20 ms"), 20);
  assert.equal(delayInMessage("try again in 2 seconds"), 2000);
  assert.equal(delayInMessage("try again in 1 second"), 1000);
  assert.equal(delayInMessage("try again later"), null);
});
