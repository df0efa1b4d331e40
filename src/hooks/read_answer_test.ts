import assert from "node:assert/strict";
import type { LifecycleEventName } from "../protocol/mod.ts";
import { AnswerFlaw, NO_ANSWER, readAnswer, readRefusal } from "./read_answer.ts";

const TOOL_EVENTS = ["PreToolUse", "PermissionRequest", "PostToolUse"] as const;
const EVENTS: readonly LifecycleEventName[] = [
  "SessionStart",
  "UserPromptSubmit",
  ...TOOL_EVENTS,
  "PreCompact",
  "PostCompact",
  "Stop",
];

function specific(hookEventName: string, more: object): object {
  return { hookSpecificOutput: { hookEventName, ...more } };
}

/** What differs from no answer at all; a flaw as its text. */
function read(event: LifecycleEventName, printed: unknown): object | string {
  try {
    const text = typeof printed === "string" ? printed : JSON.stringify(printed);
    const answer = readAnswer(event, text);
    return Object.fromEntries(
      Object.entries(answer).filter(([key, value]) =>
        value !== NO_ANSWER[key as keyof typeof NO_ANSWER]
      ),
    );
  } catch (error) {
    assert.ok(error instanceof AnswerFlaw, String(error));
    return error.message;
  }
}

Deno.test("answers: silence, and an empty object, say nothing at any event", () => {
  for (const event of EVENTS) {
    for (const text of ["", " \n", "{}", ' {"continue": true, "suppressOutput": false}\n']) {
      assert.deepEqual(read(event, text), {}, event);
    }
    assert.deepEqual(read(event, { systemMessage: "hi" }), { warning: "hi" });
    assert.match(String(read(event, '{"a":')), /looks like JSON and is none/);
    assert.match(
      String(read(event, { systemMessage: 1 })),
      /systemMessage of its answer is not a text/,
    );
    assert.match(String(read(event, specific("Other", {}))), /hookSpecificOutput is not for/);
    assert.deepEqual(read(event, { unknown: 1, systemMessage: null }), {}, event);
  }
});

Deno.test("answers: plain text is context, or nothing, or a mistake", () => {
  for (const event of EVENTS) {
    const expected = event === "SessionStart" || event === "UserPromptSubmit"
      ? { context: "[1] words" }
      : event === "Stop"
      ? "it printed text that is no JSON"
      : {};
    assert.deepEqual(read(event, " [1] words\n"), expected, event);
  }
});

Deno.test("answers: additionalContext is for the model", () => {
  for (const event of EVENTS) {
    assert.deepEqual(read(event, specific(event, { additionalContext: "c" })), { context: "c" });
  }
});

Deno.test("answers: continue false, where it is supported", () => {
  for (const event of EVENTS) {
    const answer = read(event, { continue: false, stopReason: "why" });
    if (event === "PreToolUse" || event === "PermissionRequest") {
      assert.match(String(answer), /"continue": false, which is not supported/);
      assert.match(
        String(read(event, { stopReason: "why" })),
        /stopReason, which is not supported/,
      );
    } else assert.deepEqual(answer, { stop: "why" }, event);
  }
  assert.deepEqual(read("Stop", { continue: false }), { stop: "it gave no reason" });
});

Deno.test("answers: what is documented as unsupported costs the whole answer", () => {
  for (const event of TOOL_EVENTS) {
    const answer = { decision: "block", reason: "no", suppressOutput: true };
    assert.match(String(read(event, answer)), /suppressOutput, which is not supported/);
  }
  assert.match(
    String(read("PostToolUse", specific("PostToolUse", { updatedMCPToolOutput: {} }))),
    /updatedMCPToolOutput/,
  );
  for (const decision of ["approve", "other"]) {
    assert.match(String(read("PreToolUse", { decision, reason: "r" })), /which is not supported/);
  }
  const ask = specific("PreToolUse", { permissionDecision: "ask" });
  assert.match(String(read("PreToolUse", ask)), /"ask", which is not supported/);
});

Deno.test("answers: block with a reason; where the model reads it there has to be one", () => {
  for (const event of ["UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"] as const) {
    assert.deepEqual(read(event, { decision: "block", reason: " no \n" }), { block: "no" });
    const bare = read(event, { decision: "block", reason: " " });
    if (event === "PostToolUse" || event === "Stop") assert.match(String(bare), /without a reason/);
    else assert.deepEqual(bare, { block: "it gave no reason" });
  }
});

Deno.test("answers: PreToolUse allows, refuses and changes", () => {
  const pre = (more: object) => read("PreToolUse", specific("PreToolUse", more));
  assert.deepEqual(pre({ permissionDecision: "deny", permissionDecisionReason: "no" }), {
    block: "no",
  });
  assert.deepEqual(pre({ permissionDecision: "deny" }), { block: "it gave no reason" });
  assert.deepEqual(pre({ permissionDecision: "allow" }), {});
  const updatedInput = { command: "ls" };
  assert.deepEqual(pre({ permissionDecision: "allow", updatedInput }), { updatedInput });
  assert.match(String(pre({ updatedInput })), /without the permission "allow"/);
  assert.match(String(pre({ permissionDecision: "deny", updatedInput })), /without the permission/);
  assert.deepEqual(pre({ permissionDecision: "allow", updatedInput: null }), {});
});

Deno.test("answers: PermissionRequest decides, and what is reserved counts as no", () => {
  const decide = (decision: unknown) =>
    read("PermissionRequest", specific("PermissionRequest", { decision }));
  assert.deepEqual(decide({ behavior: "allow" }), { allow: true });
  assert.deepEqual(decide({ behavior: "deny", message: "no" }), { block: "no" });
  assert.deepEqual(decide({ behavior: "deny" }), { block: "it gave no reason" });
  assert.match(String(decide({ behavior: "ask" })), /neither allow nor deny/);
  assert.match(String(decide("allow")), /hookSpecificOutput.decision of its answer/);
  for (const reserved of [{ updatedInput: {} }, { updatedPermissions: [] }, { interrupt: true }]) {
    const answer = decide({ behavior: "allow", ...reserved }) as { block?: string };
    assert.match(answer.block ?? "", /which is not supported/);
  }
  assert.deepEqual(decide({ behavior: "allow", interrupt: false, updatedInput: null }), {
    allow: true,
  });
  // The word of other events is none here.
  assert.deepEqual(read("PermissionRequest", { decision: "block", reason: "no" }), {});
});

Deno.test("answers: leaving with 2 refuses with what stands on stderr, where something can be refused", () => {
  for (const event of EVENTS) {
    const can = event !== "SessionStart" && !event.endsWith("Compact");
    if (can) {
      assert.deepEqual(readRefusal(event, " no\nreally \n"), { ...NO_ANSWER, block: "no\nreally" });
    } else assert.throws(() => readRefusal(event, "no"), AnswerFlaw);
    assert.throws(() => readRefusal(event, " \n"), AnswerFlaw);
  }
});
