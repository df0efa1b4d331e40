import assert from "node:assert/strict";
import type { EventBody, TurnItem } from "../protocol/mod.ts";
import { toEventMsgs } from "./event_msg.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

const THREAD = "01a20b50-372d-76f0-9237-29cd3b6052ef";

function lines(msg: EventBody, showRawReasoning = false): string[] {
  return toEventMsgs({ id: "2", msg }, THREAD, { showRawReasoning }).map((each) =>
    JSON.stringify(each)
  );
}

function done(item: TurnItem): EventBody {
  return { type: "item_completed", turnId: "2", item };
}

const COMMAND: Extract<TurnItem, { type: "command_execution" }> = {
  type: "command_execution",
  id: "c4",
  processId: null,
  command: ["bash", "-lc", "exit 3"],
  cwd: "/r/sub",
  parsedCommand: [{ type: "unknown", cmd: "exit 3" }],
  source: "agent",
  interactionInput: null,
  status: "failed",
  result: {
    stdout: "",
    stderr: "e",
    aggregatedOutput: "e",
    exitCode: 3,
    durationMs: 208.407387,
    formattedOutput: "e",
  },
};

const PATCH: Extract<TurnItem, { type: "file_change" }> = {
  type: "file_change",
  id: "c3",
  changes: {
    "/r/new": { type: "add", content: "hello\n" },
    "/r/old": { type: "update", unifiedDiff: "@@ -1 +1 @@\n-a\n+b\n", movePath: null },
  },
  autoApproved: false,
  status: "completed",
  stdout: "ok\n",
  stderr: "",
};

// Names, order of members and what is left out are as the reference program writes them.
const CASES: readonly (readonly [string, EventBody, readonly string[]])[] = [
  ["session_configured leaves out what is not set", {
    type: "session_configured",
    threadId: THREAD,
    forkedFromId: null,
    threadName: null,
    model: "m",
    modelProviderId: "s",
    approvalPolicy: "untrusted",
    sandboxPolicy: WORKSPACE_WRITE,
    cwd: "/r/sub",
    reasoningEffort: null,
    historyLogId: 0,
    historyEntryCount: 0,
    networkProxy: null,
    rolloutPath: "/h/x.jsonl",
  }, [
    `{"type":"session_configured","session_id":"${THREAD}","model":"m","model_provider_id":"s","approval_policy":"untrusted","sandbox_policy":{"type":"workspace-write","network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},"cwd":"/r/sub","history_log_id":0,"history_entry_count":0,"rollout_path":"/h/x.jsonl"}`,
  ]],
  ["turn_started", {
    type: "turn_started",
    turnId: "2",
    modelContextWindow: 258400,
    collaborationModeKind: "default",
  }, [
    '{"type":"task_started","turn_id":"2","model_context_window":258400,"collaboration_mode_kind":"default"}',
  ]],
  ["turn_completed after a failure", {
    type: "turn_completed",
    turnId: "2",
    lastAgentMessage: null,
  }, ['{"type":"task_complete","turn_id":"2","last_agent_message":null}']],
  ["turn_aborted", { type: "turn_aborted", turnId: "2", reason: "interrupted" }, [
    '{"type":"turn_aborted","turn_id":"2","reason":"interrupted"}',
  ]],
  [
    "a user message and its twin",
    done({
      type: "user_message",
      id: "u",
      content: [
        { type: "local_image", path: "/p.png" },
        { type: "image", imageUrl: "data:x" },
        { type: "text", text: "hé ", textElements: [] },
        {
          type: "text",
          text: "@a",
          textElements: [{ byteRange: { start: 0, end: 2 }, placeholder: null }],
        },
      ],
    }),
    [
      `{"type":"item_completed","thread_id":"${THREAD}","turn_id":"2","item":{"type":"UserMessage","id":"u","content":[{"type":"local_image","path":"/p.png"},{"type":"image","image_url":"data:x"},{"type":"text","text":"hé ","text_elements":[]},{"type":"text","text":"@a","text_elements":[{"byte_range":{"start":0,"end":2},"placeholder":null}]}]}}`,
      '{"type":"user_message","message":"hé @a","images":["data:x"],"local_images":["/p.png"],"text_elements":[{"byte_range":{"start":4,"end":6},"placeholder":null}]}',
    ],
  ],
  [
    "an agent message, one twin a part",
    done({ type: "agent_message", id: "m1", text: ["I will", "more"], phase: "commentary" }),
    [
      `{"type":"item_completed","thread_id":"${THREAD}","turn_id":"2","item":{"type":"AgentMessage","id":"m1","content":[{"type":"Text","text":"I will"},{"type":"Text","text":"more"}],"phase":"commentary"}}`,
      '{"type":"agent_message","message":"I will"}',
      '{"type":"agent_message","message":"more"}',
    ],
  ],
  [
    "reasoning keeps its raw part to itself",
    done({ type: "reasoning", id: "rs1", summaryText: ["**T** h"], rawContent: ["raw"] }),
    [
      `{"type":"item_completed","thread_id":"${THREAD}","turn_id":"2","item":{"type":"Reasoning","id":"rs1","summary_text":["**T** h"],"raw_content":["raw"]}}`,
      '{"type":"agent_reasoning","text":"**T** h"}',
    ],
  ],
  [
    "a web search, started",
    {
      type: "item_started",
      turnId: "2",
      item: { type: "web_search", id: "ws1", query: "", action: { type: "other" } },
    },
    [
      `{"type":"item_started","thread_id":"${THREAD}","turn_id":"2","item":{"type":"WebSearch","id":"ws1","query":"","action":{"type":"other"}}}`,
      '{"type":"web_search_begin","call_id":"ws1"}',
    ],
  ],
  [
    "a web search, completed",
    done({
      type: "web_search",
      id: "ws1",
      query: "deno",
      action: { type: "search", query: "deno", queries: ["deno", "x"] },
    }),
    [
      `{"type":"item_completed","thread_id":"${THREAD}","turn_id":"2","item":{"type":"WebSearch","id":"ws1","query":"deno","action":{"type":"search","query":"deno","queries":["deno","x"]}}}`,
      '{"type":"web_search_end","call_id":"ws1","query":"deno","action":{"type":"search","query":"deno","queries":["deno","x"]}}',
    ],
  ],
  [
    "a command, begun",
    {
      type: "item_started",
      turnId: "2",
      item: { ...COMMAND, processId: "58719", source: "unified_exec_startup", result: null },
    },
    [
      '{"type":"exec_command_begin","call_id":"c4","process_id":"58719","turn_id":"2","command":["bash","-lc","exit 3"],"cwd":"/r/sub","parsed_cmd":[{"type":"unknown","cmd":"exit 3"}],"source":"unified_exec_startup"}',
    ],
  ],
  ["a command, ended", done(COMMAND), [
    '{"type":"exec_command_end","call_id":"c4","turn_id":"2","command":["bash","-lc","exit 3"],"cwd":"/r/sub","parsed_cmd":[{"type":"unknown","cmd":"exit 3"}],"source":"agent","stdout":"","stderr":"e","aggregated_output":"e","exit_code":3,"duration":{"secs":0,"nanos":208407387},"formatted_output":"e","status":"failed"}',
  ]],
  ["a patch, begun", { type: "item_started", turnId: "2", item: PATCH }, [
    '{"type":"patch_apply_begin","call_id":"c3","turn_id":"2","auto_approved":false,"changes":{"/r/new":{"type":"add","content":"hello\\n"},"/r/old":{"type":"update","unified_diff":"@@ -1 +1 @@\\n-a\\n+b\\n","move_path":null}}}',
  ]],
  ["a patch, ended", done({ ...PATCH, changes: {} }), [
    '{"type":"patch_apply_end","call_id":"c3","turn_id":"2","stdout":"ok\\n","stderr":"","success":true,"changes":{},"status":"completed"}',
  ]],
  [
    "a call of another server, failed",
    done({
      type: "mcp_tool_call",
      id: "c9",
      server: "s",
      tool: "t",
      arguments: null,
      status: "failed",
      result: null,
      error: "gone",
      durationMs: 1500,
    }),
    [
      '{"type":"mcp_tool_call_end","call_id":"c9","invocation":{"server":"s","tool":"t","arguments":null},"duration":{"secs":1,"nanos":500000000},"result":{"Err":"gone"}}',
    ],
  ],
  ["an image", done({ type: "image_view", id: "c5", path: "/p.png" }), [
    '{"type":"view_image_tool_call","call_id":"c5","path":"/p.png"}',
  ]],
  ["compaction", done({ type: "context_compaction", id: "k" }), [
    `{"type":"item_completed","thread_id":"${THREAD}","turn_id":"2","item":{"type":"ContextCompaction","id":"k"}}`,
    '{"type":"context_compacted"}',
  ]],
  ["text that arrives", {
    type: "item_delta",
    turnId: "2",
    itemId: "m1",
    delta: { type: "agent_message", text: "I will" },
  }, [
    `{"type":"agent_message_content_delta","thread_id":"${THREAD}","turn_id":"2","item_id":"m1","delta":"I will"}`,
    '{"type":"agent_message_delta","delta":"I will"}',
  ]],
  ["raw reasoning that arrives", {
    type: "item_delta",
    turnId: "2",
    itemId: "rs1",
    delta: { type: "reasoning_raw", text: "raw", contentIndex: 0 },
  }, [
    `{"type":"reasoning_raw_content_delta","thread_id":"${THREAD}","turn_id":"2","item_id":"rs1","delta":"raw","content_index":0}`,
    '{"type":"agent_reasoning_raw_content_delta","delta":"raw"}',
  ]],
  ["output that arrives", {
    type: "item_delta",
    turnId: "2",
    itemId: "c4",
    delta: { type: "command_output", stream: "stderr", chunk: new Uint8Array([0x0a]) },
  }, ['{"type":"exec_command_output_delta","call_id":"c4","stream":"stderr","chunk":"Cg=="}']],
  ["a question", {
    type: "exec_approval_request",
    callId: "c4",
    approvalId: null,
    turnId: "2",
    command: ["exit", "3"],
    cwd: "/r/sub",
    reason: null,
    networkApprovalContext: null,
    proposedExecpolicyAmendment: ["exit", "3"],
    parsedCommand: [{ type: "unknown", cmd: "exit 3" }],
  }, [
    '{"type":"exec_approval_request","call_id":"c4","turn_id":"2","command":["exit","3"],"cwd":"/r/sub","proposed_execpolicy_amendment":["exit","3"],"parsed_cmd":[{"type":"unknown","cmd":"exit 3"}]}',
  ]],
  ["a question about a host", {
    type: "exec_approval_request",
    callId: "c4",
    approvalId: "c4/network/1",
    turnId: "2",
    command: ["curl", "http://a.example"],
    cwd: "/r/sub",
    reason: 'Network access to "a.example" is blocked by policy.',
    networkApprovalContext: { host: "a.example", protocol: "http" },
    proposedExecpolicyAmendment: null,
    parsedCommand: [],
  }, [
    '{"type":"exec_approval_request","call_id":"c4","approval_id":"c4/network/1","turn_id":"2","command":["curl","http://a.example"],"cwd":"/r/sub","reason":"Network access to \\"a.example\\" is blocked by policy.","network_approval_context":{"host":"a.example","protocol":"http"},"parsed_cmd":[]}',
  ]],
  ["what a server asks for", {
    type: "elicitation_request",
    serverName: "files",
    requestId: 7,
    message: "Which one?",
  }, [
    '{"type":"elicitation_request","server_name":"files","id":7,"message":"Which one?"}',
  ]],
  ["a request that is made again", {
    type: "stream_error",
    error: {
      message: "Reconnecting... 1/5",
      info: { type: "response_stream_disconnected", httpStatusCode: null },
      additionalDetails: "closed",
    },
  }, [
    '{"type":"stream_error","message":"Reconnecting... 1/5","codex_error_info":{"response_stream_disconnected":{"http_status_code":null}},"additional_details":"closed"}',
  ]],
  ["token counts before the first answer", {
    type: "token_count",
    info: null,
    rateLimits: {
      limitId: "codex",
      limitName: null,
      primary: { usedPercent: 12.5, windowMinutes: 300, resetsAt: null },
      secondary: null,
      credits: null,
      planType: null,
    },
  }, [
    '{"type":"token_count","info":null,"rate_limits":{"limit_id":"codex","limit_name":null,"primary":{"used_percent":12.5,"window_minutes":300,"resets_at":null},"secondary":null,"credits":null,"plan_type":null}}',
  ]],
  ["an update is news to the new vocabulary only", {
    type: "item_updated",
    turnId: "2",
    item: COMMAND,
  }, []],
];

for (const [name, msg, expected] of CASES) {
  Deno.test(`event in the older vocabulary: ${name}`, () => {
    assert.deepEqual(lines(msg), expected);
  });
}

Deno.test("raw reasoning becomes an event of its own when it is shown", () => {
  const item: TurnItem = { type: "reasoning", id: "r", summaryText: [], rawContent: ["raw"] };
  assert.deepEqual(lines(done(item), true).slice(1), [
    '{"type":"agent_reasoning_raw_content","text":"raw"}',
  ]);
});
