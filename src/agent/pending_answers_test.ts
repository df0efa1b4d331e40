import assert from "node:assert/strict";
import { type Logger, SILENT_LOGGER } from "../telemetry/mod.ts";
import { PendingAnswers } from "./pending_answers.ts";

function pendingWithLog() {
  const warnings: string[] = [];
  const logger: Logger = {
    ...SILENT_LOGGER,
    warn: (message, fields) => void warnings.push(`${message} ${fields?.["id"]}`),
  };
  return { pending: new PendingAnswers(logger), warnings };
}

Deno.test("an answer that nobody waits for is ignored, and logged", () => {
  const { pending, warnings } = pendingWithLog();
  assert.equal(pending.decide("c1", { type: "approved" }), false);
  assert.equal(pending.answer("t1", {}), false);
  assert.equal(pending.resolveElicitation("files", 1, "accept"), false);
  assert.deepEqual(warnings, [
    "an answer to no approval that is open c1",
    "an answer to no user input that is open t1",
    'an answer to no elicitation that is open ["files",1]',
  ]);
});

Deno.test("a second question under an id replaces the first, which is denied", async () => {
  const { pending, warnings } = pendingWithLog();
  const first = pending.awaitDecision("c1");
  const second = pending.awaitDecision("c1");
  assert.deepEqual(await first, { type: "denied" });
  assert.deepEqual(warnings, ["a second approval is asked for under the same id c1"]);
  assert.ok(pending.decide("c1", { type: "approved_for_session" }));
  assert.deepEqual(await second, { type: "approved_for_session" });
  assert.equal(pending.decide("c1", { type: "approved" }), false);
});

Deno.test("a number and its text are two elicitations, and two servers may use one number", async () => {
  const { pending } = pendingWithLog();
  const answers = [
    pending.awaitElicitation("files", 1),
    pending.awaitElicitation("files", "1"),
    pending.awaitElicitation("mail", 1),
  ];
  pending.resolveElicitation("mail", 1, "accept");
  pending.resolveElicitation("files", "1", "decline");
  pending.abandonAll();
  assert.deepEqual(await Promise.all(answers), ["cancel", "decline", "accept"]);
});

Deno.test("what is abandoned is denied or cancelled", async () => {
  const { pending } = pendingWithLog();
  const decision = pending.awaitDecision("c1");
  const answers = pending.awaitAnswers("t1");
  pending.abandonAll();
  assert.deepEqual(await decision, { type: "denied" });
  assert.equal(await answers, null);
  assert.ok(!pending.isOpen("c1"), "a late abort ends no later turn");
  assert.ok(!pending.decide("c1", { type: "approved" }) && !pending.answer("t1", {}));
});
