import assert from "node:assert/strict";
import { activeRateLimits, rateLimitsFromHeaders } from "./rate_limits.ts";

Deno.test("a response without limits says nothing about them", () => {
  assert.deepEqual(rateLimitsFromHeaders(new Headers({ "content-type": "x" })), []);
});

Deno.test("each family with data gives a snapshot, the ordinary one first", () => {
  const headers = new Headers({
    "x-codex-bonus-primary-used-percent": "3",
    "x-codex-bonus-limit-name": "Bonus",
    "x-codex-primary-used-percent": "12.5",
    "x-codex-primary-window-minutes": "300",
    "x-codex-primary-reset-at": "1739900000",
    "x-codex-secondary-used-percent": "0",
    "x-codex-secondary-window-minutes": "10080",
    "x-codex-credits-has-credits": "true",
    "x-codex-credits-unlimited": "False",
    "x-codex-credits-balance": " 5 ",
  });
  const credits = { hasCredits: true, unlimited: false, balance: "5" };
  assert.deepEqual(rateLimitsFromHeaders(headers), [
    {
      limitId: "codex",
      limitName: null,
      primary: { usedPercent: 12.5, windowMinutes: 300, resetsAt: 1739900000 },
      secondary: { usedPercent: 0, windowMinutes: 10080, resetsAt: null },
      credits,
      planType: null,
    },
    {
      limitId: "codex_bonus",
      limitName: "Bonus",
      primary: { usedPercent: 3, windowMinutes: null, resetsAt: null },
      secondary: null,
      credits,
      planType: null,
    },
  ]);
});

Deno.test("a window of nothing, or without a number, is no window", () => {
  for (const percent of ["0", "abc", "Infinity", ""]) {
    const headers = new Headers({ "x-codex-primary-used-percent": percent });
    assert.deepEqual(rateLimitsFromHeaders(headers), [], percent);
  }
});

Deno.test("a refusal names the family that is used up", () => {
  const headers = new Headers({
    "x-codex-primary-used-percent": "10",
    "x-codex-bonus-primary-used-percent": "100",
    "x-codex-active-limit": "codex_bonus",
  });
  assert.equal(activeRateLimits(headers)?.limitId, "codex_bonus");
  headers.delete("x-codex-active-limit");
  assert.equal(activeRateLimits(headers)?.limitId, "codex");
  assert.equal(activeRateLimits(new Headers()), null);
});
