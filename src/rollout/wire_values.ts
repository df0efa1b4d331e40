import type {
  CodexErrorInfo,
  FileChange,
  RateLimitSnapshot,
  RateLimitWindow,
  SandboxPolicy,
  SessionSource,
  SubAgentSource,
  TokenUsage,
  TokenUsageInfo,
} from "../protocol/mod.ts";

/** A JSON object on its way out. Members that are `undefined` are left out by `JSON.stringify`. */
export type Wire = Readonly<Record<string, unknown>>;

/** `undefined` for null, so that the key is left out. */
export function optional<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

export function usageToWire(usage: TokenUsage): Wire {
  return {
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_output_tokens: usage.reasoningOutputTokens,
    total_tokens: usage.totalTokens,
  };
}

export function usageInfoToWire(info: TokenUsageInfo): Wire {
  return {
    total_token_usage: usageToWire(info.totalTokenUsage),
    last_token_usage: usageToWire(info.lastTokenUsage),
    model_context_window: info.modelContextWindow,
  };
}

function windowToWire(window: RateLimitWindow | null): Wire | null {
  return window === null ? null : {
    used_percent: window.usedPercent,
    window_minutes: window.windowMinutes,
    resets_at: window.resetsAt,
  };
}

export function rateLimitsToWire(limits: RateLimitSnapshot): Wire {
  return {
    limit_id: limits.limitId,
    limit_name: limits.limitName,
    primary: windowToWire(limits.primary),
    secondary: windowToWire(limits.secondary),
    credits: limits.credits === null ? null : {
      has_credits: limits.credits.hasCredits,
      unlimited: limits.credits.unlimited,
      balance: limits.credits.balance,
    },
    plan_type: limits.planType,
  };
}

export function errorInfoToWire(info: CodexErrorInfo): string | Wire {
  switch (info.type) {
    case "http_connection_failed":
    case "response_stream_connection_failed":
    case "response_stream_disconnected":
    case "response_too_many_failed_attempts":
      return { [info.type]: { http_status_code: info.httpStatusCode } };
    case "context_window_exceeded":
    case "usage_limit_exceeded":
    case "server_overloaded":
    case "internal_server_error":
    case "unauthorized":
    case "bad_request":
    case "sandbox_error":
    case "thread_rollback_failed":
    case "other":
      return info.type;
  }
}

function accessToWire(
  access: Extract<SandboxPolicy, { type: "read-only" }>["access"],
): Wire | undefined {
  if (access.type === "full-access") return undefined;
  return {
    type: "restricted",
    include_platform_defaults: access.includePlatformDefaults,
    readable_roots: access.readableRoots,
  };
}

export function sandboxPolicyToWire(policy: SandboxPolicy): Wire {
  switch (policy.type) {
    case "danger-full-access":
      return { type: policy.type };
    case "read-only":
      return { type: policy.type, access: accessToWire(policy.access) };
    case "external-sandbox":
      return { type: policy.type, network_access: policy.networkAccess };
    case "workspace-write":
      return {
        type: policy.type,
        writable_roots: policy.writableRoots.length === 0 ? undefined : policy.writableRoots,
        read_only_access: accessToWire(policy.readOnlyAccess),
        network_access: policy.networkAccess,
        exclude_tmpdir_env_var: policy.excludeTmpdirEnvVar,
        exclude_slash_tmp: policy.excludeSlashTmp,
        git_writable: policy.gitWritable || undefined,
      };
  }
}

function subAgentToWire(source: SubAgentSource): string | Wire {
  if (typeof source === "string") return source;
  if ("other" in source) return { other: source.other };
  const { parentThreadId, depth } = source.threadSpawn;
  return { thread_spawn: { parent_thread_id: parentThreadId, depth } };
}

export function sourceToWire(source: SessionSource): string | Wire {
  return typeof source === "string" ? source : { subagent: subAgentToWire(source.subagent) };
}

export function changesToWire(changes: Readonly<Record<string, FileChange>>): Wire {
  return Object.fromEntries(
    Object.entries(changes).map(([path, change]) => [
      path,
      change.type === "update"
        ? { type: "update", unified_diff: change.unifiedDiff, move_path: change.movePath }
        : { type: change.type, content: change.content },
    ]),
  );
}

/** Milliseconds as the older vocabulary writes a duration. */
export function durationToWire(ms: number): Wire {
  const nanos = Math.max(0, Math.round(ms * 1e6));
  return { secs: Math.floor(nanos / 1e9), nanos: nanos % 1e9 };
}
