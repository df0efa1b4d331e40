import type {
  ElicitationRequest,
  Event,
  EventBody,
  ExecApprovalRequest,
  ItemDelta,
  PatchApprovalRequest,
  SessionConfigured,
  ThreadId,
  TurnError,
  TurnId,
  TurnItem,
} from "../protocol/mod.ts";
import {
  commandBegin,
  commandEnd,
  completedTwins,
  itemToWire,
  mcpBegin,
  mcpEnd,
  patchBegin,
  patchEnd,
} from "./event_msg_items.ts";
import type { EventMsg } from "./event_msg_type.ts";
import {
  changesToWire,
  errorInfoToWire,
  optional,
  rateLimitsToWire,
  sandboxPolicyToWire,
  usageInfoToWire,
} from "./wire_values.ts";

export interface EventMsgOptions {
  /** Raw reasoning as events of its own (`show_raw_agent_reasoning`). */
  readonly showRawReasoning?: boolean;
}

/**
 * One inner event in the older vocabulary, which rollout files and some front ends speak: none, one, or a newer name
 * followed at once by its older twins. Members keep the order that existing files have.
 */
export function toEventMsgs(
  event: Event,
  threadId: ThreadId,
  options: EventMsgOptions = {},
): EventMsg[] {
  const { msg } = event;
  switch (msg.type) {
    case "item_started":
      return started(msg.item, threadId, msg.turnId);
    case "item_completed":
      return completed(msg.item, threadId, msg.turnId, options.showRawReasoning ?? false);
    case "item_updated":
      return [];
    case "item_delta":
      return delta(msg.delta, msg.itemId, threadId, msg.turnId);
    default:
      return [single(msg)];
  }
}

type SingleBody = Exclude<
  EventBody,
  { type: "item_started" | "item_completed" | "item_updated" | "item_delta" }
>;

function single(msg: SingleBody): EventMsg {
  switch (msg.type) {
    case "session_configured":
      return sessionConfigured(msg);
    case "warning":
      return { type: "warning", message: msg.message };
    case "background":
      return { type: "background_event", message: msg.message };
    case "deprecation_notice":
      return { type: msg.type, summary: msg.summary, details: optional(msg.details) };
    case "error":
      return { type: "error", ...errorMembers(msg.error) };
    case "stream_error":
      return {
        type: "stream_error",
        ...errorMembers(msg.error),
        additional_details: msg.error.additionalDetails,
      };
    case "turn_started":
      return {
        type: "task_started",
        turn_id: msg.turnId,
        model_context_window: msg.modelContextWindow,
        collaboration_mode_kind: msg.collaborationModeKind,
      };
    case "turn_completed":
      return {
        type: "task_complete",
        turn_id: msg.turnId,
        last_agent_message: msg.lastAgentMessage,
      };
    case "turn_aborted":
      return { type: "turn_aborted", turn_id: msg.turnId, reason: msg.reason };
    case "token_count":
      return {
        type: "token_count",
        info: msg.info === null ? null : usageInfoToWire(msg.info),
        rate_limits: msg.rateLimits === null ? null : rateLimitsToWire(msg.rateLimits),
      };
    case "turn_diff":
      return { type: "turn_diff", unified_diff: msg.unifiedDiff };
    case "plan_update":
      return { type: "plan_update", explanation: msg.explanation, plan: msg.plan };
    case "model_reroute":
      return {
        type: "model_reroute",
        from_model: msg.fromModel,
        to_model: msg.toModel,
        reason: msg.reason,
      };
    case "terminal_interaction":
      return {
        type: "terminal_interaction",
        call_id: msg.callId,
        process_id: msg.processId,
        stdin: msg.stdin,
      };
    case "exec_approval_request":
      return execApproval(msg);
    case "apply_patch_approval_request":
      return patchApproval(msg);
    case "elicitation_request":
      return elicitation(msg);
    case "request_user_input":
      return {
        type: "request_user_input",
        call_id: msg.callId,
        turn_id: msg.turnId,
        questions: msg.questions,
      };
    case "thread_rolled_back":
      return { type: "thread_rolled_back", num_turns: msg.numTurns };
    case "raw_response_item":
      return { type: "raw_response_item", item: msg.item };
    case "shutdown_complete":
      return { type: "shutdown_complete" };
  }
}

function errorMembers(error: TurnError): { message: string; codex_error_info: unknown } {
  return { message: error.message, codex_error_info: errorInfoToWire(error.info) };
}

function sessionConfigured(msg: SessionConfigured): EventMsg {
  return {
    type: "session_configured",
    session_id: msg.threadId,
    forked_from_id: optional(msg.forkedFromId),
    thread_name: optional(msg.threadName),
    model: msg.model,
    model_provider_id: msg.modelProviderId,
    approval_policy: msg.approvalPolicy,
    sandbox_policy: sandboxPolicyToWire(msg.sandboxPolicy),
    cwd: msg.cwd,
    reasoning_effort: optional(msg.reasoningEffort),
    history_log_id: msg.historyLogId,
    history_entry_count: msg.historyEntryCount,
    network_proxy: msg.networkProxy === null
      ? undefined
      : { http_addr: msg.networkProxy.httpAddr, socks_addr: optional(msg.networkProxy.socksAddr) },
    rollout_path: optional(msg.rolloutPath),
  };
}

function execApproval(msg: ExecApprovalRequest): EventMsg {
  return {
    type: "exec_approval_request",
    call_id: msg.callId,
    approval_id: optional(msg.approvalId),
    turn_id: msg.turnId,
    command: msg.command,
    cwd: msg.cwd,
    reason: optional(msg.reason),
    network_approval_context: optional(msg.networkApprovalContext),
    proposed_execpolicy_amendment: optional(msg.proposedExecpolicyAmendment),
    parsed_cmd: msg.parsedCommand,
  };
}

function elicitation(msg: ElicitationRequest): EventMsg {
  return {
    type: "elicitation_request",
    server_name: msg.serverName,
    id: msg.requestId,
    message: msg.message,
  };
}

function patchApproval(msg: PatchApprovalRequest): EventMsg {
  return {
    type: "apply_patch_approval_request",
    call_id: msg.callId,
    turn_id: msg.turnId,
    changes: changesToWire(msg.changes),
    reason: optional(msg.reason),
    grant_root: optional(msg.grantRoot),
  };
}

function started(item: TurnItem, threadId: ThreadId, turnId: TurnId): EventMsg[] {
  switch (item.type) {
    case "command_execution":
      return [commandBegin(item, turnId)];
    case "file_change":
      return [patchBegin(item, turnId)];
    case "mcp_tool_call":
      return [mcpBegin(item)];
    case "image_view":
      return [];
    default: {
      const msgs: EventMsg[] = [{
        type: "item_started",
        thread_id: threadId,
        turn_id: turnId,
        item: itemToWire(item),
      }];
      if (item.type === "web_search") msgs.push({ type: "web_search_begin", call_id: item.id });
      return msgs;
    }
  }
}

function completed(
  item: TurnItem,
  threadId: ThreadId,
  turnId: TurnId,
  showRawReasoning: boolean,
): EventMsg[] {
  switch (item.type) {
    case "command_execution":
      return [commandEnd(item, turnId)];
    case "file_change":
      return [patchEnd(item, turnId)];
    case "mcp_tool_call":
      return [mcpEnd(item)];
    case "image_view":
      return [{ type: "view_image_tool_call", call_id: item.id, path: item.path }];
    default:
      return [
        { type: "item_completed", thread_id: threadId, turn_id: turnId, item: itemToWire(item) },
        ...completedTwins(item, showRawReasoning),
      ];
  }
}

function delta(
  piece: ItemDelta,
  itemId: string,
  threadId: ThreadId,
  turnId: TurnId,
): EventMsg[] {
  const place = { thread_id: threadId, turn_id: turnId, item_id: itemId };
  switch (piece.type) {
    case "agent_message":
      return [
        { type: "agent_message_content_delta", ...place, delta: piece.text },
        { type: "agent_message_delta", delta: piece.text },
      ];
    case "plan":
      return [{ type: "plan_delta", ...place, delta: piece.text }];
    case "reasoning_summary":
      return [
        {
          type: "reasoning_content_delta",
          ...place,
          delta: piece.text,
          summary_index: piece.summaryIndex,
        },
        { type: "agent_reasoning_delta", delta: piece.text },
      ];
    case "reasoning_section_break":
      return [{
        type: "agent_reasoning_section_break",
        item_id: itemId,
        summary_index: piece.summaryIndex,
      }];
    case "reasoning_raw":
      return [
        {
          type: "reasoning_raw_content_delta",
          ...place,
          delta: piece.text,
          content_index: piece.contentIndex,
        },
        { type: "agent_reasoning_raw_content_delta", delta: piece.text },
      ];
    case "command_output":
      return [{
        type: "exec_command_output_delta",
        call_id: itemId,
        stream: piece.stream,
        chunk: piece.chunk.toBase64(),
      }];
  }
}
