import type { SessionSource, SubAgentSource, TokenUsage, TokenUsageInfo } from "../protocol/mod.ts";
import { decodeResponseItem } from "./decode_item.ts";
import { asArray, asNumber, asRecord, asString, type JsonRecord } from "./json.ts";
import type { RolloutLine, SessionMeta } from "./types.ts";

/** One line of a session file; `null` when it is torn, no JSON, or of a kind or shape that this version lacks. */
export function decodeLine(line: string): RolloutLine | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const record = asRecord(value);
  const payload = asRecord(record?.payload);
  if (record === null || payload === null) return null;
  switch (record.type) {
    case "session_meta": {
      const meta = decodeMeta(payload);
      return meta === null ? null : { type: "session_meta", meta };
    }
    case "response_item": {
      const item = decodeResponseItem(payload);
      return item === null ? null : { type: "response_item", item };
    }
    case "turn_context": {
      const model = asString(payload.model);
      return model === null ? null : { type: "turn_context", model, payload };
    }
    case "compacted":
      return decodeCompacted(payload);
    case "event_msg":
      return asString(payload.type) === null ? null : { type: "event_msg", msg: payload };
    default:
      return null;
  }
}

function decodeCompacted(payload: JsonRecord): RolloutLine | null {
  const message = asString(payload.message);
  if (message === null) return null;
  const replacement = asArray(payload.replacement_history);
  if (replacement === null) return { type: "compacted", message, replacementHistory: null };
  const items = replacement.map((entry) => {
    const record = asRecord(entry);
    return record === null ? null : decodeResponseItem(record);
  });
  return {
    type: "compacted",
    message,
    replacementHistory: items.filter((item) => item !== null),
  };
}

function decodeMeta(payload: JsonRecord): SessionMeta | null {
  const id = asString(payload.id);
  if (id === null || id === "") return null;
  const git = asRecord(payload.git);
  return {
    id,
    forkedFromId: asString(payload.forked_from_id),
    timestamp: asString(payload.timestamp) ?? "",
    cwd: asString(payload.cwd) ?? "",
    originator: asString(payload.originator) ?? "",
    cliVersion: asString(payload.cli_version) ?? "",
    source: decodeSource(payload.source),
    modelProvider: asString(payload.model_provider),
    baseInstructions: asString(asRecord(payload.base_instructions)?.text),
    dynamicTools: asArray(payload.dynamic_tools) ?? [],
    git: git === null ? null : {
      commitHash: asString(git.commit_hash),
      branch: asString(git.branch),
      repositoryUrl: asString(git.repository_url),
    },
  };
}

function decodeSource(value: unknown): SessionSource {
  // Absent in files of the editor extension's early days.
  if (value === undefined) return "vscode";
  if (value === "cli" || value === "vscode" || value === "exec" || value === "mcp") return value;
  const subagent = asRecord(value)?.subagent;
  return subagent === undefined ? "unknown" : { subagent: decodeSubAgent(subagent) };
}

function decodeSubAgent(value: unknown): SubAgentSource {
  if (value === "review" || value === "compact" || value === "memory_consolidation") return value;
  const record = asRecord(value);
  const spawn = asRecord(record?.thread_spawn);
  const parentThreadId = asString(spawn?.parent_thread_id);
  if (parentThreadId !== null) {
    return { threadSpawn: { parentThreadId, depth: asNumber(spawn?.depth) ?? 1 } };
  }
  return { other: asString(record?.other) ?? (typeof value === "string" ? value : "unknown") };
}

function decodeUsage(value: unknown): TokenUsage | null {
  const usage = asRecord(value);
  const total = asNumber(usage?.total_tokens);
  if (usage === null || total === null) return null;
  return {
    inputTokens: asNumber(usage.input_tokens) ?? 0,
    cachedInputTokens: asNumber(usage.cached_input_tokens) ?? 0,
    outputTokens: asNumber(usage.output_tokens) ?? 0,
    reasoningOutputTokens: asNumber(usage.reasoning_output_tokens) ?? 0,
    totalTokens: total,
  };
}

/** The counts of a `token_count` event; `null` for other events and for one that has none. */
export function decodeTokenInfo(msg: JsonRecord): TokenUsageInfo | null {
  if (msg.type !== "token_count") return null;
  const info = asRecord(msg.info);
  const total = decodeUsage(info?.total_token_usage);
  const last = decodeUsage(info?.last_token_usage);
  if (total === null || last === null) return null;
  return {
    totalTokenUsage: total,
    lastTokenUsage: last,
    modelContextWindow: asNumber(info?.model_context_window),
  };
}
