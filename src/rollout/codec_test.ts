import assert from "node:assert/strict";
import type { TurnItem } from "../protocol/mod.ts";
import { decodeLine } from "./decode.ts";
import { encodeItem, type EncodeOptions, stampLine } from "./encode.ts";
import type { PersistenceMode, RolloutItem } from "./types.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

const AT = Date.UTC(2026, 10, 24, 1, 53, 40, 491);
const STAMP = '{"timestamp":"2026-11-24T01:53:40.491Z",';

function options(mode: PersistenceMode): EncodeOptions {
  return { threadId: "t", mode, showRawReasoning: false };
}

function lines(item: RolloutItem, mode: PersistenceMode = "limited"): string[] {
  return encodeItem(item, options(mode)).map((body) => stampLine(body, AT));
}

// As the reference program wrote them, with shorter texts.
const REFERENCE_LINES = [
  '"type":"session_meta","payload":{"id":"01a20b42-3e7a-7f12-864d-ec5296f64ba8","timestamp":"2026-11-24T01:53:40.474Z","cwd":"/r/sub","originator":"codex_exec","cli_version":"0.104.0","source":"exec","model_provider":"s","base_instructions":{"text":"be"},"git":{"commit_hash":"7cbd","branch":"master","repository_url":"https://example.org/a.git"}}}',
  '"type":"session_meta","payload":{"id":"x","forked_from_id":"y","timestamp":"","cwd":"/","originator":"o","cli_version":"1","source":{"subagent":{"thread_spawn":{"parent_thread_id":"p","depth":1}}},"model_provider":null,"base_instructions":null,"dynamic_tools":[{"name":"n"}],"git":{}}}',
  '"type":"response_item","payload":{"type":"message","role":"developer","content":[{"type":"input_text","text":"x"}]}}',
  '"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"<image name=[Image #1]>"},{"type":"input_image","image_url":"data:image/png;base64,iVBO"},{"type":"input_text","text":"</image>"}]}}',
  '"type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"x"}],"end_turn":true,"phase":"commentary"}}',
  '"type":"response_item","payload":{"type":"reasoning","summary":[{"type":"summary_text","text":"t"}],"content":[{"type":"reasoning_text","text":"raw"}],"encrypted_content":"QUJD"}}',
  '"type":"response_item","payload":{"type":"reasoning","summary":[],"content":null,"encrypted_content":null}}',
  '"type":"response_item","payload":{"type":"web_search_call"}}',
  '"type":"response_item","payload":{"type":"web_search_call","status":"completed","action":{"type":"search","query":"deno","queries":["deno","x"]}}}',
  '"type":"response_item","payload":{"type":"web_search_call","status":"completed","action":{"type":"open_page"}}}',
  '"type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\\"cmd\\":\\"ls\\"}","call_id":"c1"}}',
  '"type":"response_item","payload":{"type":"custom_tool_call","status":"completed","call_id":"c3","name":"apply_patch","input":"*** x"}}',
  '"type":"response_item","payload":{"type":"local_shell_call","call_id":"c4","status":"completed","action":{"type":"exec","command":["echo","hi"],"timeout_ms":null,"working_directory":null,"env":null,"user":null}}}',
  '"type":"response_item","payload":{"type":"local_shell_call","call_id":null,"status":"in_progress","action":{"type":"exec","command":[],"timeout_ms":5,"working_directory":"/w","env":{"A":"b"},"user":"u"}}}',
  '"type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":"Plan updated"}}',
  '"type":"response_item","payload":{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"t"},{"type":"input_image","image_url":"u"}]}}',
  '"type":"response_item","payload":{"type":"custom_tool_call_output","call_id":"c3","output":"no"}}',
  '"type":"response_item","payload":{"type":"compaction","encrypted_content":"abc"}}',
  '"type":"response_item","payload":{"type":"ghost_snapshot","ghost_commit":{"id":"1","parent":null}}}',
  '"type":"compacted","payload":{"message":"sum"}}',
  '"type":"compacted","payload":{"message":"","replacement_history":[{"type":"compaction","encrypted_content":"abc"}]}}',
].map((rest) => STAMP + rest);

for (const line of REFERENCE_LINES) {
  Deno.test(`a line read and written again is the same: ${line.slice(41, 150)}`, () => {
    const item = decodeLine(line);
    assert.ok(item !== null && item.type !== "event_msg" && item.type !== "turn_context");
    assert.deepEqual(lines(item), [line]);
  });
}

Deno.test("turn settings are written as the reference program does", () => {
  assert.deepEqual(
    lines({
      type: "turn_context",
      context: {
        turnId: "01a2",
        cwd: "/r/sub",
        approvalPolicy: "never",
        sandboxPolicy: WORKSPACE_WRITE,
        model: "gpt-5.1-codex",
        personality: "pragmatic",
        collaborationMode: {
          mode: "default",
          settings: { model: "gpt-5.1-codex", reasoningEffort: null, developerInstructions: null },
        },
        effort: null,
        summary: "auto",
        userInstructions: "doc",
        developerInstructions: null,
        finalOutputJsonSchema: { type: "object" },
        truncationPolicy: { mode: "tokens", limit: 10000 },
      },
    }),
    [
      STAMP +
      '"type":"turn_context","payload":{"turn_id":"01a2","cwd":"/r/sub","approval_policy":"never","sandbox_policy":{"type":"workspace-write","network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},"model":"gpt-5.1-codex","personality":"pragmatic","collaboration_mode":{"mode":"default","settings":{"model":"gpt-5.1-codex","reasoning_effort":null,"developer_instructions":null}},"summary":"auto","user_instructions":"doc","final_output_json_schema":{"type":"object"},"truncation_policy":{"mode":"tokens","limit":10000}}}',
    ],
  );
});

Deno.test("an item loses its server-side id", () => {
  const [line] = lines({
    type: "response_item",
    item: { type: "function_call", id: "fc_1", name: "n", arguments: "{}", call_id: "c" },
  });
  assert.ok(line !== undefined && !line.includes("fc_1"));
});

Deno.test("the older name of a compaction item is understood", () => {
  const line =
    `${STAMP}"type":"response_item","payload":{"type":"compaction_summary","encrypted_content":"a"}}`;
  assert.deepEqual(decodeLine(line), {
    type: "response_item",
    item: { type: "compaction", encrypted_content: "a" },
  });
});

Deno.test("torn, foreign and misshapen lines are refused, never half read", () => {
  const refused = [
    "",
    "{",
    "null",
    "[]",
    '"x"',
    '{"type":"response_item"}',
    `${STAMP}"type":"world_state","payload":{}}`,
    `${STAMP}"type":"response_item","payload":{"type":"novelty"}}`,
    `${STAMP}"type":"response_item","payload":{"type":"message","role":"robot","content":[]}}`,
    `${STAMP}"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"smell"}]}}`,
    `${STAMP}"type":"response_item","payload":{"type":"function_call","name":"n","call_id":"c"}}`,
    `${STAMP}"type":"session_meta","payload":{"cwd":"/"}}`,
    `${STAMP}"type":"compacted","payload":{}}`,
    `${STAMP}"type":"event_msg","payload":{"num_turns":1}}`,
  ];
  for (const line of refused) assert.equal(decodeLine(line), null, line);
});

const COMMAND: TurnItem = {
  type: "command_execution",
  id: "c",
  processId: null,
  command: ["x"],
  cwd: "/",
  parsedCommand: [],
  source: "agent",
  interactionInput: null,
  status: "completed",
  result: {
    stdout: "out",
    stderr: "err",
    aggregatedOutput: "é".repeat(10_000),
    exitCode: 0,
    durationMs: 1,
    formattedOutput: "formatted",
  },
};

Deno.test("a finished command is kept in extended mode alone, with a sample of its output", () => {
  const item: RolloutItem = {
    type: "event",
    event: { id: "1", msg: { type: "item_completed", turnId: "1", item: COMMAND } },
  };
  assert.deepEqual(lines(item), []);
  const [line = ""] = lines(item, "extended");
  const { payload } = JSON.parse(line);
  assert.equal(payload.type, "exec_command_end");
  assert.deepEqual([payload.stdout, payload.stderr, payload.formatted_output], ["", "", ""]);
  const [head, tail] = payload.aggregated_output.split("…5000 chars truncated…");
  assert.deepEqual([head, tail], ["é".repeat(2500), "é".repeat(2500)]);
});

Deno.test("a proposed plan is the one item that is kept as such", () => {
  const event = (item: TurnItem): RolloutItem => ({
    type: "event",
    event: { id: "1", msg: { type: "item_completed", turnId: "1", item } },
  });
  const kinds = (item: RolloutItem) => lines(item).map((line) => JSON.parse(line).payload.type);
  assert.deepEqual(kinds(event({ type: "plan", id: "p", text: "t" })), ["item_completed"]);
  assert.deepEqual(
    kinds(event({ type: "agent_message", id: "m", text: ["t"], phase: null })),
    ["agent_message"],
  );
});
