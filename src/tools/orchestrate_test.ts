import assert from "node:assert/strict";
import type { ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import { ToolFailure } from "./errors.ts";
import { refuseIdleEscalation, requirement, type SandboxPermissions } from "./orchestrate.ts";

const READ_ONLY: SandboxPolicy = { type: "read-only", access: { type: "full-access" } };
const FREE: SandboxPolicy = { type: "danger-full-access" };
const EXTERNAL: SandboxPolicy = { type: "external-sandbox", networkAccess: "restricted" };

const TABLE: [ApprovalPolicy, SandboxPolicy, SandboxPermissions, string][] = [
  ["never", READ_ONLY, "use_default", "run confined"],
  ["never", READ_ONLY, "require_escalated", "run confined"],
  ["never", FREE, "use_default", "run confined"],
  ["on-failure", READ_ONLY, "use_default", "run confined"],
  ["on-request", READ_ONLY, "use_default", "run confined"],
  ["on-request", READ_ONLY, "require_escalated", "ask free"],
  ["on-request", FREE, "require_escalated", "run confined"],
  ["on-request", EXTERNAL, "require_escalated", "run confined"],
  ["untrusted", READ_ONLY, "use_default", "ask confined"],
  ["untrusted", FREE, "use_default", "ask confined"],
];

for (const [approval, sandbox, permissions, expected] of TABLE) {
  Deno.test(`${approval} + ${sandbox.type} + ${permissions}: ${expected}`, () => {
    const found = requirement(approval, sandbox, permissions);
    assert.equal(`${found.type} ${found.confined ? "confined" : "free"}`, expected);
  });
}

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
