import assert from "node:assert/strict";
import type {
  CommandTurnItem,
  Event,
  EventBody,
  PlanStep,
  TokenUsage,
  TurnItem,
} from "../protocol/mod.ts";
import { JsonlEncoder } from "./jsonl.ts";

const TURN = "turn-1";

function usage(inputTokens: number, cachedInputTokens: number, outputTokens: number): TokenUsage {
  return {
    inputTokens,
    cachedInputTokens,
    outputTokens,
    reasoningOutputTokens: 0,
    totalTokens: inputTokens + outputTokens,
  };
}

function tokenCount(total: TokenUsage): EventBody {
  const info = { totalTokenUsage: total, lastTokenUsage: total, modelContextWindow: null };
  return { type: "token_count", info, rateLimits: null };
}

function command(id: string, fields: Partial<CommandTurnItem>): CommandTurnItem {
  return {
    type: "command_execution",
    id,
    processId: null,
    command: ["/bin/bash", "-lc", "echo hi"],
    cwd: "/w",
    parsedCommand: [],
    source: "agent",
    interactionInput: null,
    status: "in_progress",
    result: null,
    ...fields,
  };
}

function ended(id: string, exitCode: number, output: string): CommandTurnItem {
  return command(id, {
    status: exitCode === 0 ? "completed" : "failed",
    result: {
      stdout: output,
      stderr: "",
      aggregatedOutput: output,
      exitCode,
      durationMs: 3,
      formattedOutput: output,
    },
  });
}

const started = (item: TurnItem): EventBody => ({ type: "item_started", turnId: TURN, item });
const completed = (item: TurnItem): EventBody => ({ type: "item_completed", turnId: TURN, item });
const plan = (...steps: PlanStep[]): EventBody => ({
  type: "plan_update",
  explanation: null,
  plan: steps,
});
const failure = (message: string, additionalDetails: string | null = null) => ({
  message,
  info: { type: "other" as const },
  additionalDetails,
});
const message = (...text: string[]): EventBody =>
  completed({ type: "agent_message", id: "m", text, phase: null });

const TURN_STARTED: EventBody = {
  type: "turn_started",
  turnId: TURN,
  modelContextWindow: null,
  collaborationModeKind: "default",
};
const TURN_COMPLETED: EventBody = {
  type: "turn_completed",
  turnId: TURN,
  lastAgentMessage: null,
};
const TURN_ABORTED: EventBody = { type: "turn_aborted", turnId: TURN, reason: "interrupted" };
const NOTHING_USED = '{"input_tokens":0,"cached_input_tokens":0,"output_tokens":0}';
const DONE = `{"type":"turn.completed","usage":${NOTHING_USED},"turn_usage":${NOTHING_USED}}`;

function linesOf(
  bodies: readonly EventBody[],
  encoder = new JsonlEncoder({ resumed: false }),
): string[] {
  return bodies.flatMap((msg) => encoder.lines({ id: "0", msg } satisfies Event));
}

const CASES: readonly { name: string; events: readonly EventBody[]; lines: readonly string[] }[] = [
  {
    name: "the first line names the thread",
    events: [
      {
        type: "session_configured",
        threadId: "01a2",
        forkedFromId: null,
        threadName: null,
        model: "m",
        modelProviderId: "openai",
        approvalPolicy: "never",
        sandboxPolicy: { type: "danger-full-access" },
        cwd: "/w",
        reasoningEffort: null,
        historyLogId: 0,
        historyEntryCount: 0,
        networkProxy: null,
        rolloutPath: null,
      },
      { type: "warning", message: "take care" },
      { type: "deprecation_notice", summary: "old", details: null },
      TURN_STARTED,
    ],
    lines: [
      '{"type":"thread.started","thread_id":"01a2"}',
      '{"type":"item.completed","item":{"id":"item_0","type":"error","message":"take care"}}',
      '{"type":"turn.started"}',
    ],
  },
  {
    name: "one item for each part of a message and of a reasoning summary",
    events: [
      started({ type: "reasoning", id: "r", summaryText: [], rawContent: [] }),
      {
        type: "item_delta",
        turnId: TURN,
        itemId: "r",
        delta: { type: "reasoning_summary", text: "on", summaryIndex: 0 },
      },
      completed({ type: "reasoning", id: "r", summaryText: ["one", "two"], rawContent: ["x"] }),
      message("a", "b"),
    ],
    lines: [
      '{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"one"}}',
      '{"type":"item.completed","item":{"id":"item_1","type":"reasoning","text":"two"}}',
      '{"type":"item.completed","item":{"id":"item_2","type":"agent_message","text":"a"}}',
      '{"type":"item.completed","item":{"id":"item_3","type":"agent_message","text":"b"}}',
    ],
  },
  {
    name: "commands keep their id from start to end, in whatever order they end",
    events: [
      started(command("a", {})),
      started(command("b", { command: ["ls"] })),
      completed(ended("b", 2, "oh\n")),
      completed(ended("a", 0, "hi\n")),
      completed(ended("never begun", 0, "")),
    ],
    lines: [
      `{"type":"item.started","item":{"id":"item_0","type":"command_execution","command":"/bin/bash -lc 'echo hi'","aggregated_output":"","exit_code":null,"status":"in_progress"}}`,
      '{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"ls","aggregated_output":"","exit_code":null,"status":"in_progress"}}',
      `{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"/bin/bash -lc 'echo hi'","aggregated_output":"oh\\n","exit_code":2,"status":"failed"}}`,
      `{"type":"item.completed","item":{"id":"item_0","type":"command_execution","command":"/bin/bash -lc 'echo hi'","aggregated_output":"hi\\n","exit_code":0,"status":"completed"}}`,
    ],
  },
  {
    name: "a refused command has failed",
    events: [
      started(command("a", { command: ["rm"] })),
      completed({ ...ended("a", -1, "not allowed"), command: ["rm"], status: "declined" }),
    ],
    lines: [
      '{"type":"item.started","item":{"id":"item_0","type":"command_execution","command":"rm","aggregated_output":"","exit_code":null,"status":"in_progress"}}',
      '{"type":"item.completed","item":{"id":"item_0","type":"command_execution","command":"rm","aggregated_output":"not allowed","exit_code":-1,"status":"failed"}}',
    ],
  },
  {
    name: "a patch is one completed item; one that never began is none",
    events: [
      started(filePatch("in_progress")),
      completed(filePatch("completed")),
      completed(filePatch("declined")),
      started(filePatch("in_progress")),
      completed(filePatch("failed")),
    ],
    lines: [
      '{"type":"item.completed","item":{"id":"item_0","type":"file_change","changes":[{"path":"/w/a","kind":"add"},{"path":"/w/d","kind":"delete"},{"path":"/w/u","kind":"update"}],"status":"completed"}}',
      '{"type":"item.completed","item":{"id":"item_1","type":"file_change","changes":[{"path":"/w/a","kind":"add"},{"path":"/w/d","kind":"delete"},{"path":"/w/u","kind":"update"}],"status":"failed"}}',
    ],
  },
  {
    name: "a web search prints one id",
    events: [
      started(webSearch("")),
      completed(webSearch("rain")),
    ],
    lines: [
      '{"type":"item.started","item":{"id":"item_0","type":"web_search","query":"","action":{"type":"other"}}}',
      '{"type":"item.completed","item":{"id":"item_0","type":"web_search","query":"rain","action":{"type":"search","query":"rain"}}}',
    ],
  },
  {
    name: "tool errors keep their result, transport errors their message",
    events: [
      completed(mcp({ status: "failed", result: { content: [], isError: true } })),
      completed(mcp({ status: "failed", error: "gone", arguments: undefined })),
    ],
    lines: [
      '{"type":"item.completed","item":{"id":"item_0","type":"mcp_tool_call","server":"s","tool":"t","arguments":{"x":1},"result":{"content":[],"structured_content":null},"error":null,"status":"failed"}}',
      '{"type":"item.completed","item":{"id":"item_1","type":"mcp_tool_call","server":"s","tool":"t","arguments":null,"result":null,"error":{"message":"gone"},"status":"failed"}}',
    ],
  },
  {
    name: "a plan is started, updated, completed before the turn ends, and new in the next turn",
    events: [
      TURN_STARTED,
      plan({ step: "one", status: "in_progress" }),
      plan({ step: "one", status: "completed" }),
      started(command("left", { command: ["sleep"] })),
      TURN_COMPLETED,
      plan({ step: "two", status: "pending" }),
    ],
    lines: [
      '{"type":"turn.started"}',
      '{"type":"item.started","item":{"id":"item_0","type":"todo_list","items":[{"text":"one","completed":false}]}}',
      '{"type":"item.updated","item":{"id":"item_0","type":"todo_list","items":[{"text":"one","completed":true}]}}',
      '{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"sleep","aggregated_output":"","exit_code":null,"status":"in_progress"}}',
      '{"type":"item.completed","item":{"id":"item_0","type":"todo_list","items":[{"text":"one","completed":true}]}}',
      '{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"sleep","aggregated_output":"","exit_code":null,"status":"in_progress"}}',
      DONE,
      '{"type":"item.started","item":{"id":"item_2","type":"todo_list","items":[{"text":"two","completed":false}]}}',
    ],
  },
  {
    name: "an error fails the turn, a retry does not",
    events: [
      TURN_STARTED,
      { type: "stream_error", error: failure("Reconnecting... 1/5", "cut off") },
      TURN_COMPLETED,
      TURN_STARTED,
      { type: "error", error: failure("quota") },
      TURN_COMPLETED,
      TURN_STARTED,
      TURN_COMPLETED,
    ],
    lines: [
      '{"type":"turn.started"}',
      '{"type":"error","message":"Reconnecting... 1/5 (cut off)","will_retry":true}',
      DONE,
      '{"type":"turn.started"}',
      '{"type":"error","message":"quota"}',
      '{"type":"turn.failed","error":{"message":"quota"}}',
      '{"type":"turn.started"}',
      DONE,
    ],
  },
  {
    name: "an interrupted turn ends its items and itself",
    events: [
      TURN_STARTED,
      started(command("a", { command: ["sleep", "9"] })),
      started(mcp({})),
      TURN_ABORTED,
      completed(ended("a", -1, "")),
    ],
    lines: [
      '{"type":"turn.started"}',
      '{"type":"item.started","item":{"id":"item_0","type":"command_execution","command":"sleep 9","aggregated_output":"","exit_code":null,"status":"in_progress"}}',
      '{"type":"item.started","item":{"id":"item_1","type":"mcp_tool_call","server":"s","tool":"t","arguments":{"x":1},"result":null,"error":null,"status":"in_progress"}}',
      '{"type":"item.completed","item":{"id":"item_0","type":"command_execution","command":"sleep 9","aggregated_output":"","exit_code":null,"status":"failed"}}',
      '{"type":"item.completed","item":{"id":"item_1","type":"mcp_tool_call","server":"s","tool":"t","arguments":{"x":1},"result":null,"error":{"message":"interrupted"},"status":"failed"}}',
      '{"type":"turn.failed","error":{"message":"interrupted"}}',
    ],
  },
];

function filePatch(status: "in_progress" | "completed" | "failed" | "declined"): TurnItem {
  return {
    type: "file_change",
    id: "p",
    changes: {
      "/w/a": { type: "add", content: "x" },
      "/w/d": { type: "delete", content: "" },
      "/w/u": { type: "update", unifiedDiff: "@@", movePath: "/w/v" },
    },
    autoApproved: true,
    status,
    stdout: "",
    stderr: "",
  };
}

function webSearch(query: string): TurnItem {
  return query === ""
    ? { type: "web_search", id: "ws", query, action: { type: "search" } }
    : { type: "web_search", id: "ws", query, action: { type: "search", query } };
}

function mcp(fields: Partial<Extract<TurnItem, { type: "mcp_tool_call" }>>): TurnItem {
  return {
    type: "mcp_tool_call",
    id: "mcp",
    server: "s",
    tool: "t",
    arguments: { x: 1 },
    status: "in_progress",
    result: null,
    error: null,
    durationMs: null,
    ...fields,
  };
}

for (const { name, events, lines } of CASES) {
  Deno.test(name, () => assert.deepEqual(linesOf(events), lines));
}

Deno.test("usage is the thread's, turn_usage the turn's", () => {
  const encoder = new JsonlEncoder({ resumed: true });
  const lines = linesOf([
    tokenCount(usage(700, 70, 140)),
    TURN_STARTED,
    tokenCount(usage(780, 75, 160)),
    tokenCount(usage(800, 80, 170)),
    TURN_COMPLETED,
  ], encoder);
  assert.equal(
    lines.at(-1),
    '{"type":"turn.completed","usage":{"input_tokens":800,"cached_input_tokens":80,"output_tokens":170},"turn_usage":{"input_tokens":100,"cached_input_tokens":10,"output_tokens":30}}',
  );
});

Deno.test("turn_usage is left out when nobody told what the thread had used before", () => {
  const encoder = new JsonlEncoder({ resumed: true });
  const lines = linesOf([TURN_STARTED, tokenCount(usage(800, 80, 170)), TURN_COMPLETED], encoder);
  assert.equal(
    lines.at(-1),
    '{"type":"turn.completed","usage":{"input_tokens":800,"cached_input_tokens":80,"output_tokens":170}}',
  );
});

Deno.test("a long answer costs nothing before it is whole", () => {
  const encoder = new JsonlEncoder({ resumed: false });
  const delta: EventBody = {
    type: "item_delta",
    turnId: TURN,
    itemId: "m",
    delta: { type: "agent_message", text: "x" },
  };
  for (let i = 0; i < 20_000; i++) assert.equal(encoder.lines({ id: "0", msg: delta }).length, 0);
});
