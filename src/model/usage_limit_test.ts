import assert from "node:assert/strict";
import { usageLimitMessage } from "./usage_limit.ts";

const NOW = new Date(2026, 1, 19, 9, 0).getTime();
const NOTHING = { planType: null, resetsAt: null, limitName: null, promotion: null };
const at = (...parts: [number, number, number, number, number]) =>
  new Date(...parts).getTime() / 1000;

Deno.test("the time of the reset is local, and short on the same day", () => {
  const message = (resetsAt: number | null) => usageLimitMessage({ ...NOTHING, resetsAt }, NOW);
  assert.match(message(at(2026, 1, 19, 15, 7)), / at 3:07 PM\.$/u);
  assert.match(message(at(2026, 1, 19, 0, 30)), / at 12:30 AM\.$/u);
  assert.match(message(at(2026, 1, 20, 15, 7)), / on Feb 20th, 2026 3:07 PM\.$/u);
  assert.match(message(at(2026, 2, 1, 12, 0)), / on Mar 1st, 2026 12:00 PM\.$/u);
  assert.match(message(at(2026, 2, 22, 12, 0)), / on Mar 22nd, 2026 /u);
  assert.match(message(at(2026, 2, 13, 12, 0)), / on Mar 13th, 2026 /u);
  assert.match(message(null), / later\.$/u);
});

Deno.test("advice depends on the plan", () => {
  const message = (planType: string | null) => usageLimitMessage({ ...NOTHING, planType }, NOW);
  assert.match(message("plus"), /explore\/pro.*settings\/usage/u);
  assert.match(message("business"), /administrator/u);
  assert.match(message("free"), /explore\/plus/u);
  assert.match(message("pro"), /settings\/usage/u);
  assert.equal(message("enterprise"), message(null));
});

Deno.test("the server's own sentence replaces the advice, a named limit points to other models", () => {
  const promoted = usageLimitMessage({ ...NOTHING, planType: "plus", promotion: "Wait!" }, NOW);
  assert.match(promoted, /Wait!/u);
  assert.doesNotMatch(promoted, /explore/u);
  const named = usageLimitMessage({ ...NOTHING, limitName: "gpt-9" }, NOW);
  assert.match(named, /gpt-9.*[Aa]nother model/u);
  const ordinary = usageLimitMessage({ ...NOTHING, limitName: "codex" }, NOW);
  assert.equal(ordinary, usageLimitMessage(NOTHING, NOW));
});
