import type { ResponseItem, ThreadId } from "../protocol/mod.ts";
import { toEventMsgs } from "./event_msg.ts";
import { forStorage, isPersisted } from "./policy.ts";
import type { PersistenceMode, RolloutItem, SessionMeta, TurnContextRecord } from "./types.ts";
import { optional, sandboxPolicyToWire, sourceToWire, type Wire } from "./wire_values.ts";

/** What decides which lines an item becomes. */
export interface EncodeOptions {
  readonly threadId: ThreadId;
  readonly mode: PersistenceMode;
  readonly showRawReasoning: boolean;
}

/** A line before it is stamped. */
export interface LineBody {
  readonly type: "session_meta" | "response_item" | "turn_context" | "compacted" | "event_msg";
  readonly payload: Wire;
}

/** The lines that one item becomes: one, or for events as many as the policy keeps. */
export function encodeItem(item: RolloutItem, options: EncodeOptions): LineBody[] {
  switch (item.type) {
    case "session_meta":
      return [{ type: "session_meta", payload: metaToWire(item.meta) }];
    case "response_item":
      return [{ type: "response_item", payload: responseItemToWire(item.item) }];
    case "turn_context":
      return [{ type: "turn_context", payload: turnContextToWire(item.context) }];
    case "compacted":
      return [{
        type: "compacted",
        payload: {
          message: item.message,
          replacement_history: optional(item.replacementHistory)?.map(responseItemToWire),
        },
      }];
    case "event":
      return toEventMsgs(item.event, options.threadId, options)
        .filter((msg) => isPersisted(msg, options.mode))
        .map((msg) => ({ type: "event_msg", payload: forStorage(msg) }));
  }
}

/** The line itself, without its newline. `at`: milliseconds since the epoch. */
export function stampLine(body: LineBody, at: number): string {
  return JSON.stringify({ timestamp: new Date(at).toISOString(), ...body });
}

function metaToWire(meta: SessionMeta): Wire {
  const { git } = meta;
  return {
    id: meta.id,
    forked_from_id: optional(meta.forkedFromId),
    timestamp: meta.timestamp,
    cwd: meta.cwd,
    originator: meta.originator,
    cli_version: meta.cliVersion,
    source: sourceToWire(meta.source),
    model_provider: meta.modelProvider,
    base_instructions: meta.baseInstructions === null ? null : { text: meta.baseInstructions },
    dynamic_tools: meta.dynamicTools?.length === 0 ? undefined : meta.dynamicTools,
    git: git === null ? undefined : {
      commit_hash: optional(git.commitHash),
      branch: optional(git.branch),
      repository_url: optional(git.repositoryUrl),
    },
  };
}

export function turnContextToWire(context: TurnContextRecord): Wire {
  const { network, collaborationMode, truncationPolicy } = context;
  return {
    turn_id: optional(context.turnId),
    cwd: context.cwd,
    approval_policy: context.approvalPolicy,
    sandbox_policy: sandboxPolicyToWire(context.sandboxPolicy),
    network: network === undefined ? undefined : {
      allowed_domains: network.allowedDomains,
      denied_domains: network.deniedDomains,
    },
    model: context.model,
    personality: optional(context.personality),
    collaboration_mode: collaborationMode === null ? undefined : {
      mode: collaborationMode.mode,
      settings: {
        model: collaborationMode.settings.model,
        reasoning_effort: collaborationMode.settings.reasoningEffort,
        developer_instructions: collaborationMode.settings.developerInstructions,
      },
    },
    effort: optional(context.effort),
    summary: context.summary,
    user_instructions: optional(context.userInstructions),
    developer_instructions: optional(context.developerInstructions),
    final_output_json_schema: context.finalOutputJsonSchema ?? undefined,
    truncation_policy: truncationPolicy === null
      ? undefined
      : { mode: truncationPolicy.mode, limit: truncationPolicy.limit },
  };
}

/** An item without its server-side id, members in the order that existing files have. */
export function responseItemToWire(item: ResponseItem): Wire {
  switch (item.type) {
    case "message":
      return {
        type: item.type,
        role: item.role,
        content: item.content,
        end_turn: item.end_turn,
        phase: item.phase,
      };
    case "reasoning":
      return {
        type: item.type,
        summary: item.summary,
        content: item.content ?? null,
        encrypted_content: item.encrypted_content ?? null,
      };
    case "function_call":
      return {
        type: item.type,
        name: item.name,
        arguments: item.arguments,
        call_id: item.call_id,
      };
    case "custom_tool_call":
      return {
        type: item.type,
        status: item.status,
        call_id: item.call_id,
        name: item.name,
        input: item.input,
      };
    case "function_call_output":
    case "custom_tool_call_output":
      return { type: item.type, call_id: item.call_id, output: item.output };
    case "local_shell_call":
      return {
        type: item.type,
        call_id: item.call_id,
        status: item.status,
        action: {
          type: item.action.type,
          command: item.action.command,
          timeout_ms: item.action.timeout_ms,
          working_directory: item.action.working_directory,
          env: item.action.env,
          user: item.action.user,
        },
      };
    case "web_search_call":
      return { type: item.type, status: item.status, action: item.action };
    case "compaction":
      return { type: item.type, encrypted_content: item.encrypted_content };
    case "ghost_snapshot":
      return { type: item.type, ghost_commit: item.ghost_commit };
  }
}
