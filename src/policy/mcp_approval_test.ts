import assert from "node:assert/strict";
import type { ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";
import {
  mcpApprovalKey,
  mcpApprovalQuestion,
  mcpNeedsApproval,
  type McpTool,
  readMcpDecision,
  type ToolHints,
} from "./mcp_approval.ts";

const FULL: SandboxPolicy = { type: "danger-full-access" };
const EXTERNAL: SandboxPolicy = { type: "external-sandbox", networkAccess: "restricted" };
const READ_ONLY: SandboxPolicy = { type: "read-only", access: { type: "full-access" } };

const hints = (
  readOnly: boolean | null,
  destructive: boolean | null,
  openWorld: boolean | null,
): ToolHints => ({ readOnly, destructive, openWorld });

const ROWS: readonly [ToolHints | null, ApprovalPolicy, SandboxPolicy, boolean][] = [
  [null, "untrusted", READ_ONLY, false],
  [hints(null, true, true), "untrusted", READ_ONLY, false],
  [hints(true, true, true), "untrusted", READ_ONLY, false],
  [hints(false, null, null), "untrusted", READ_ONLY, false],
  [hints(false, false, false), "on-request", READ_ONLY, false],
  [hints(false, true, null), "on-request", READ_ONLY, true],
  [hints(false, null, true), "on-request", READ_ONLY, true],
  [hints(false, true, true), "on-failure", FULL, true],
  [hints(false, true, true), "never", READ_ONLY, true],
  [hints(false, true, true), "never", FULL, false],
  [hints(false, true, true), "never", EXTERNAL, false],
];

for (const [tool, approval, sandbox, asked] of ROWS) {
  const name = `MCP tools: ${JSON.stringify(tool)} under ${approval} and ${sandbox.type}`;
  Deno.test(`${name}: ${asked ? "ask" : "run"}`, () => {
    assert.equal(mcpNeedsApproval(tool, approval, sandbox), asked);
  });
}

const CONNECTED: McpTool = {
  server: "codex_apps",
  connectorId: "calendar",
  connectorName: "Calendar",
  toolName: "delete_event",
  title: "Delete event",
};
const LOOSE: McpTool = { ...CONNECTED, connectorId: null };

const labels = (tool: McpTool) => mcpApprovalQuestion("c1", tool).options.map(({ label }) => label);

Deno.test("MCP tools: a question has a fixed id and fixed labels, and lasts only with a connector", () => {
  assert.equal(mcpApprovalQuestion("c1", CONNECTED).id, "mcp_tool_call_approval_c1");
  assert.deepEqual(labels(CONNECTED), ["Approve Once", "Approve this Session", "Deny", "Cancel"]);
  assert.deepEqual(labels(LOOSE), ["Approve Once", "Deny", "Cancel"]);
  assert.deepEqual(mcpApprovalKey(CONNECTED), {
    server: "codex_apps",
    connector_id: "calendar",
    tool_name: "delete_event",
  });
  assert.equal(mcpApprovalKey(LOOSE), null);
});

Deno.test("MCP tools: no answer cancels, an answer that was not offered denies", () => {
  const decide = (tool: McpTool, ...chosen: string[]) =>
    readMcpDecision({ mcp_tool_call_approval_c1: chosen }, "c1", tool);
  assert.equal(decide(CONNECTED, "Approve Once"), "approved");
  assert.equal(decide(CONNECTED, "Approve this Session"), "approved_for_session");
  assert.equal(decide(LOOSE, "Approve this Session"), "denied");
  assert.equal(decide(CONNECTED, "Deny"), "denied");
  assert.equal(decide(CONNECTED, "Cancel"), "cancelled");
  assert.equal(decide(CONNECTED, "yes please"), "denied");
  assert.equal(decide(CONNECTED), "cancelled");
  assert.equal(readMcpDecision({}, "c1", CONNECTED), "cancelled");
  assert.equal(readMcpDecision(null, "c1", CONNECTED), "cancelled");
});
