import assert from "node:assert/strict";
import type { ResponseItem, TokenUsage } from "../protocol/mod.ts";
import { History } from "./history.ts";
import { userMessage } from "./messages.ts";
import { effectiveWindow, estimateItemTokens, percentLeft, TokenLedger } from "./tokens.ts";

function usage(total: number): TokenUsage {
  return {
    inputTokens: total - 1,
    cachedInputTokens: 2,
    outputTokens: 1,
    reasoningOutputTokens: 0,
    totalTokens: total,
  };
}

function encrypted(length: number): ResponseItem {
  return { type: "reasoning", summary: [], encrypted_content: "x".repeat(length) };
}

const SAID: ResponseItem = {
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: "x" }],
};

Deno.test("the window that a turn may fill is a share of the model's", () => {
  const model = { contextWindow: 272_000, effectiveContextWindowPercent: 95 };
  assert.equal(effectiveWindow(model), 258_400);
  assert.equal(effectiveWindow({ ...model, contextWindow: null }), null);
});

Deno.test("what is left is shown as a share of the room above the baseline", () => {
  assert.equal(percentLeft(112_000, 0), 100);
  assert.equal(percentLeft(112_000, 12_000), 100);
  assert.equal(percentLeft(112_000, 37_000), 75);
  assert.equal(percentLeft(112_000, 500_000), 0);
  assert.equal(percentLeft(12_000, 0), 0);
});

Deno.test("totals are sums, last is the last, a resumed thread goes on", () => {
  const first = new TokenLedger();
  assert.equal(first.info(), null);
  first.addUsage(usage(100), 1000);
  const ledger = new TokenLedger(first.info());
  ledger.addUsage(usage(200), null);
  assert.deepEqual(ledger.info(), {
    totalTokenUsage: {
      inputTokens: 298,
      cachedInputTokens: 4,
      outputTokens: 2,
      reasoningOutputTokens: 0,
      totalTokens: 300,
    },
    lastTokenUsage: usage(200),
    modelContextWindow: 1000,
  });
});

Deno.test("a window that overflowed counts as full, however much was used before", () => {
  const ledger = new TokenLedger();
  ledger.addUsage(usage(5000), 1000);
  ledger.setFull(1000);
  assert.equal(ledger.totalForLimits([], true), 1000);
  assert.equal(ledger.info()?.totalTokenUsage.totalTokens, 5000);
  ledger.setEstimate(10, null);
  assert.equal(ledger.totalForLimits([], true), 10);
  assert.equal(ledger.info()?.modelContextWindow, 1000);
});

Deno.test("estimates: a quarter of the JSON, less for what is encrypted, nothing for local items", () => {
  assert.equal(estimateItemTokens(SAID), Math.ceil(JSON.stringify(SAID).length / 4));
  assert.equal(estimateItemTokens(encrypted(4000)), Math.ceil((3000 - 650) / 4));
  assert.equal(estimateItemTokens(encrypted(100)), 0);
  assert.equal(estimateItemTokens({ type: "ghost_snapshot", ghost_commit: { id: "x" } }), 0);
});

Deno.test("limits count what the last response did not see", () => {
  const ledger = new TokenLedger();
  ledger.addUsage(usage(100), 1000);
  const late = userMessage("late");
  const items = [userMessage("a"), encrypted(4000), SAID, userMessage("b"), encrypted(4000), SAID];
  assert.equal(ledger.totalForLimits(items, true), 100);
  assert.equal(ledger.totalForLimits([...items, late], true), 100 + estimateItemTokens(late));
  // Reasoning before the last message of the person is in the request, but not in the count.
  assert.equal(ledger.totalForLimits(items, false), 100 + 588);
});

Deno.test("the size of a history includes the base prompt", () => {
  const history = new History();
  assert.equal(history.estimateTokens("abcde"), 2);
  history.record([SAID], { mode: "bytes", limit: 10 });
  assert.equal(history.estimateTokens("abcde"), 2 + estimateItemTokens(SAID));
});
