import assert from "node:assert/strict";
import type { ApprovalPolicy } from "../protocol/mod.ts";
import { ToolFailure } from "./errors.ts";
import { refuseIdleEscalation } from "./orchestrate.ts";
import { SessionApprovals } from "./session_approvals.ts";

Deno.test("an escalation that nobody could grant is refused with the fixed text", () => {
  const text = (approval: ApprovalPolicy, verb: "should not" | "cannot"): string => {
    try {
      refuseIdleEscalation(approval, "require_escalated", verb);
      return "";
    } catch (error) {
      assert.ok(error instanceof ToolFailure);
      return error.message;
    }
  };
  assert.equal(
    text("never", "should not"),
    "approval policy is Never; reject command — you should not ask for escalated permissions if the approval policy is Never",
  );
  assert.equal(
    text("untrusted", "cannot"),
    "approval policy is UnlessTrusted; reject command — you cannot ask for escalated permissions if the approval policy is UnlessTrusted",
  );
  assert.equal(text("on-request", "cannot"), "");
});

Deno.test("a session's approval covers a question only with all of its keys", () => {
  const approvals = new SessionApprovals();
  assert.ok(!approvals.covers([]));
  approvals.add([{ path: "/a" }, { path: "/b" }]);
  assert.ok(approvals.covers([{ path: "/b" }, { path: "/a" }]));
  assert.ok(!approvals.covers([{ path: "/a" }, { path: "/c" }]));
});
