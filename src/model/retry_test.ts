import assert from "node:assert/strict";
import { modelError } from "./model_error.ts";
import { backoffMs, retry, retryDelayMs, sleep } from "./retry.ts";

const SIGNAL = new AbortController().signal;

Deno.test("the wait doubles, give or take a tenth, up to a minute", () => {
  const waits = (random: number) => [1, 2, 3, 4, 5].map((n) => backoffMs(n, () => random));
  assert.deepEqual(waits(0.5), [200, 400, 800, 1600, 3200]);
  assert.deepEqual(waits(0), [180, 360, 720, 1440, 2880]);
  assert.equal(backoffMs(1, () => 0.999999), 220);
  assert.equal(backoffMs(50, () => 1), 60_000);
});

Deno.test("the server's wish comes first, within a minute", () => {
  const asked = (retryAfterMs: number | null) =>
    retryDelayMs(3, modelError("rate_limited", "x", { retryAfterMs }), () => 0.5);
  assert.equal(asked(null), 800);
  assert.equal(asked(0), 0);
  assert.equal(asked(1500), 1500);
  assert.equal(asked(3_600_000), 60_000);
});

Deno.test("it goes on until it works, the budget is spent, or the policy says no", async () => {
  const run = async (works: number, maxRetries: number, fatal = Infinity) => {
    let tries = 0;
    const waits: number[] = [];
    const action = () => {
      tries += 1;
      return tries === works ? Promise.resolve("ok") : Promise.reject(new Error(String(tries)));
    };
    const result = await retry(action, {
      maxRetries,
      shouldRetry: (error) => Number((error as Error).message) < fatal,
      delayMs: (attempt) => {
        waits.push(attempt);
        return 0;
      },
    }, SIGNAL).catch((error: Error) => error.message);
    return { result, tries, waits };
  };
  assert.deepEqual(await run(3, 5), { result: "ok", tries: 3, waits: [1, 2] });
  assert.deepEqual(await run(9, 2), { result: "3", tries: 3, waits: [1, 2] });
  assert.deepEqual(await run(9, 5, 2), { result: "2", tries: 2, waits: [1] });
  assert.deepEqual(await run(9, 0), { result: "1", tries: 1, waits: [] });
});

Deno.test("an abort ends the wait with its reason", async () => {
  const stop = new AbortController();
  const waiting = sleep(60_000, stop.signal);
  stop.abort("enough");
  await assert.rejects(waiting, (reason) => reason === "enough");
  await assert.rejects(sleep(0, stop.signal), (reason) => reason === "enough");
});
