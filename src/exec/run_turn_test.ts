import assert from "node:assert/strict";
import type { Event, EventBody, Op } from "../protocol/mod.ts";
import { runTurn } from "./run_turn.ts";

const TURN = "turn-1";

const STARTED: EventBody = {
  type: "turn_started",
  turnId: TURN,
  modelContextWindow: null,
  collaborationModeKind: "default",
};
const completed = (lastAgentMessage: string | null): EventBody => ({
  type: "turn_completed",
  turnId: TURN,
  lastAgentMessage,
});
const ABORTED: EventBody = { type: "turn_aborted", turnId: TURN, reason: "interrupted" };
const DOWN: EventBody = { type: "shutdown_complete" };
const failure = (message: string): EventBody => ({
  type: "error",
  error: { message, info: { type: "other" }, additionalDetails: null },
});

/** A turn whose events are told in advance. What stands behind an op is told once that op was submitted. */
async function play(
  events: readonly (EventBody | { readonly after: Op["type"] })[],
  options: { readonly eventId?: string; readonly stop?: AbortSignal } = {},
) {
  const ops: Op[] = [];
  const waiting = new Map<Op["type"], () => void>();
  const delivered: EventBody["type"][] = [];
  const thread = {
    submit(op: Op): Promise<string> {
      ops.push(op);
      waiting.get(op.type)?.();
      return Promise.resolve(op.type === "user_turn" ? TURN : "other");
    },
    async *events(): AsyncGenerator<Event> {
      for (const msg of events) {
        if (!("after" in msg)) yield { id: options.eventId ?? TURN, msg };
        else if (!ops.some((op) => op.type === msg.after)) {
          await new Promise<void>((resolve) => waiting.set(msg.after, resolve));
        }
      }
    },
  };
  const outcome = await runTurn(
    thread,
    { type: "user_turn", items: [], settings: {}, outputSchema: null },
    (event) => Promise.resolve(void delivered.push(event.msg.type)),
    options.stop ?? new AbortController().signal,
  );
  return { outcome, ops: ops.slice(1), delivered };
}

Deno.test("a turn that completes is followed by a shutdown", async () => {
  const { outcome, ops, delivered } = await play([
    STARTED,
    {
      type: "item_delta",
      turnId: TURN,
      itemId: "m",
      delta: { type: "agent_message", text: "x" },
    },
    completed("done"),
    { after: "shutdown" },
    { type: "warning", message: "late" },
    failure("too late"),
    DOWN,
  ]);
  assert.deepEqual(outcome, { end: "completed", lastMessage: "done" });
  assert.deepEqual(ops, [{ type: "shutdown" }]);
  assert.deepEqual(delivered, ["turn_started", "turn_completed", "error"]);
});

Deno.test("every question is answered with no, at once", async () => {
  const { ops } = await play([
    STARTED,
    {
      type: "exec_approval_request",
      callId: "c1",
      approvalId: null,
      turnId: TURN,
      command: ["ls"],
      cwd: "/w",
      reason: null,
      networkApprovalContext: null,
      proposedExecpolicyAmendment: null,
      parsedCommand: [],
    },
    {
      type: "apply_patch_approval_request",
      callId: "c2",
      turnId: TURN,
      changes: {},
      reason: null,
      grantRoot: null,
    },
    { type: "request_user_input", callId: "c3", turnId: TURN, questions: [] },
    { type: "elicitation_request", serverName: "s", requestId: 7, message: "which?" },
    { after: "resolve_elicitation" },
    completed(null),
    DOWN,
  ]);
  assert.deepEqual(ops, [
    { type: "exec_approval", id: "c1", decision: { type: "denied" } },
    { type: "patch_approval", id: "c2", decision: { type: "denied" } },
    { type: "user_input_answer", id: TURN, answers: null },
    { type: "resolve_elicitation", serverName: "s", requestId: 7, action: "cancel" },
    { type: "shutdown" },
  ]);
});

Deno.test("an error fails the turn, also before it began", async () => {
  const during = await play([STARTED, failure("no"), completed(null), DOWN]);
  assert.equal(during.outcome.end, "failed");
  const before = await play([failure("no"), { after: "shutdown" }, DOWN]);
  assert.equal(before.outcome.end, "failed");
});

Deno.test("an error of something else does not end the wait for the turn", async () => {
  const { outcome } = await play([failure("no"), DOWN], { eventId: "other" });
  assert.equal(outcome.end, "lost");
});

Deno.test("a request to stop interrupts the turn, once", async () => {
  const controller = new AbortController();
  const playing = play([STARTED, { after: "interrupt" }, ABORTED, DOWN], {
    stop: controller.signal,
  });
  controller.abort();
  const { outcome, ops } = await playing;
  assert.equal(outcome.end, "interrupted");
  assert.deepEqual(ops.map((op) => op.type), ["interrupt", "shutdown"]);
});

Deno.test("without a message, the proposed plan is the answer", async () => {
  const { outcome } = await play([
    STARTED,
    {
      type: "item_completed",
      turnId: TURN,
      item: { type: "plan", id: "p", text: "first this" },
    },
    completed(null),
    DOWN,
  ]);
  assert.equal(outcome.lastMessage, "first this");
});

Deno.test("a thread that falls silent is a lost turn", async () => {
  const { outcome } = await play([STARTED]);
  assert.deepEqual(outcome, { end: "lost", lastMessage: null });
});
