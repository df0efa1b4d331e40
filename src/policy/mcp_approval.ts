import type { ApprovalPolicy, SandboxPolicy } from "../protocol/mod.ts";

/** What an MCP server says of a tool; `null` = it does not say. Hints of the MCP specification, `ToolAnnotations`. */
export interface ToolHints {
  readonly readOnly: boolean | null;
  readonly destructive: boolean | null;
  readonly openWorld: boolean | null;
}

/** One tool of a connector, for {@link mcpApprovalQuestion} and {@link mcpApprovalKey}. */
export interface McpTool {
  readonly server: string;
  /** Without one, an approval cannot last for the session. */
  readonly connectorId: string | null;
  readonly connectorName: string | null;
  readonly toolName: string;
  readonly title: string | null;
}

/** What a person said about a call. */
export type McpDecision = "approved" | "approved_for_session" | "denied" | "cancelled";

/** A question as `request_user_input` asks it. */
export interface McpQuestion {
  readonly id: string;
  readonly header: string;
  readonly question: string;
  readonly isOther: false;
  readonly isSecret: false;
  readonly options: readonly { readonly label: string; readonly description: string }[];
}

/** Clients match on these. */
const LABELS = {
  approved: "Approve Once",
  approved_for_session: "Approve this Session",
  denied: "Deny",
  cancelled: "Cancel",
} as const;

/** What the model is told of a call that a person did not allow. */
export const MCP_REFUSALS: Readonly<Record<"denied" | "cancelled", string>> = {
  denied: "user rejected MCP tool call",
  cancelled: "user cancelled MCP tool call",
};

/**
 * Whether a person has to allow a call of a connector's tool: one that says of itself that it changes something,
 * and that this cannot be undone or reaches the open world. A tool that says nothing is not asked about. Where
 * everything is allowed and nobody is to be asked, neither is anything else.
 */
export function mcpNeedsApproval(
  hints: ToolHints | null,
  approvalPolicy: ApprovalPolicy,
  sandboxPolicy: SandboxPolicy,
): boolean {
  const free = sandboxPolicy.type === "danger-full-access" ||
    sandboxPolicy.type === "external-sandbox";
  if (approvalPolicy === "never" && free) return false;
  return hints?.readOnly === false && (hints.destructive === true || hints.openWorld === true);
}

/** The id under which the answer to the question about a call comes. */
export function mcpQuestionId(callId: string): string {
  return `mcp_tool_call_approval_${callId}`;
}

export function mcpApprovalQuestion(callId: string, tool: McpTool): McpQuestion {
  const name = tool.title ?? tool.toolName;
  const owner = tool.connectorName ?? tool.server;
  const option = (label: string, description: string) => ({ label, description });
  return {
    id: mcpQuestionId(callId),
    header: "Allow the call?",
    question: `${owner} wants to run "${name}", which may change things outside. Allow it?`,
    isOther: false,
    isSecret: false,
    options: [
      option(LABELS.approved, "Run this one call."),
      ...tool.connectorId === null ? [] : [
        option(LABELS.approved_for_session, "Do not ask about this tool again in this session."),
      ],
      option(LABELS.denied, "Do not run it; the model goes on without."),
      option(LABELS.cancelled, "Do not run it."),
    ],
  };
}

/** No answer cancels; an answer that was not offered denies. */
export function readMcpDecision(
  answers: Readonly<Record<string, readonly string[]>> | null,
  callId: string,
  tool: McpTool,
): McpDecision {
  const chosen = answers?.[mcpQuestionId(callId)]?.[0];
  if (chosen === undefined) return "cancelled";
  const offered = mcpApprovalQuestion(callId, tool).options.some(({ label }) => label === chosen);
  if (!offered) return "denied";
  for (const [decision, label] of Object.entries(LABELS)) {
    if (label === chosen) return decision as McpDecision;
  }
  return "denied";
}

/** Under what a session remembers an approval; `null` = it cannot be remembered. */
export function mcpApprovalKey(tool: McpTool): unknown | null {
  if (tool.connectorId === null) return null;
  return { server: tool.server, connector_id: tool.connectorId, tool_name: tool.toolName };
}
