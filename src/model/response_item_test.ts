import assert from "node:assert/strict";
import { parseResponseItem } from "./response_item.ts";

Deno.test("known items keep what we know and lose the rest", () => {
  assert.deepEqual(
    parseResponseItem({
      type: "message",
      id: "m1",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: "hi", annotations: [] }, { type: "future" }],
      phase: "commentary",
      end_turn: true,
    }),
    {
      type: "message",
      id: "m1",
      role: "assistant",
      content: [{ type: "output_text", text: "hi" }],
      end_turn: true,
      phase: "commentary",
    },
  );
  assert.deepEqual(
    parseResponseItem({
      type: "reasoning",
      id: "r1",
      summary: [{ type: "summary_text", text: "s", x: 1 }],
      content: [{ type: "reasoning_text", text: "raw" }],
      encrypted_content: "e",
    }),
    {
      type: "reasoning",
      id: "r1",
      summary: [{ type: "summary_text", text: "s" }],
      content: [{ type: "reasoning_text", text: "raw" }],
      encrypted_content: "e",
    },
  );
  assert.deepEqual(
    parseResponseItem({
      type: "function_call",
      name: "f",
      arguments: "{",
      call_id: "c",
      status: 1,
    }),
    { type: "function_call", name: "f", arguments: "{", call_id: "c" },
  );
  assert.deepEqual(
    parseResponseItem({
      type: "custom_tool_call",
      status: "completed",
      call_id: "c",
      name: "apply_patch",
      input: "*** Begin",
    }),
    {
      type: "custom_tool_call",
      status: "completed",
      call_id: "c",
      name: "apply_patch",
      input: "*** Begin",
    },
  );
});

Deno.test("a shell call has all members of its action, those left out as null", () => {
  assert.deepEqual(
    parseResponseItem({
      type: "local_shell_call",
      status: "completed",
      action: { type: "exec", command: ["ls", "-l"], env: { A: "1", B: 2 } },
    }),
    {
      type: "local_shell_call",
      call_id: null,
      status: "completed",
      action: {
        type: "exec",
        command: ["ls", "-l"],
        timeout_ms: null,
        working_directory: null,
        env: { A: "1" },
        user: null,
      },
    },
  );
});

Deno.test("web searches keep their action, an unknown one becomes `other`", () => {
  assert.deepEqual(
    parseResponseItem({
      type: "web_search_call",
      status: "completed",
      action: { type: "search", query: "q", queries: ["q", 1] },
    }),
    {
      type: "web_search_call",
      status: "completed",
      action: { type: "search", query: "q", queries: ["q"] },
    },
  );
  assert.deepEqual(
    parseResponseItem({ type: "web_search_call", action: { type: "time_travel" } }),
    { type: "web_search_call", action: { type: "other" } },
  );
});

Deno.test("a compaction has two names on the wire", () => {
  for (const type of ["compaction", "compaction_summary"]) {
    assert.deepEqual(parseResponseItem({ type, encrypted_content: "e" }), {
      type: "compaction",
      encrypted_content: "e",
    });
  }
});

Deno.test("a refusal is shown as what the assistant says", () => {
  const item = parseResponseItem({
    type: "message",
    role: "assistant",
    content: [{ type: "refusal", refusal: "I will not." }],
  });
  assert.deepEqual(item, {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "I will not." }],
  });
});

Deno.test("what we do not know, or what lacks a needed member, is no item", () => {
  for (
    const value of [
      null,
      "message",
      [],
      { type: "from_the_future" },
      { type: "ghost_snapshot", ghost_commit: {} },
      { type: "message", role: "assistant" },
      { type: "message", role: "robot", content: [] },
      { type: "function_call", name: "f", arguments: {}, call_id: "c" },
      { type: "function_call", name: "f", arguments: "{}" },
      { type: "custom_tool_call", name: "f", call_id: "c" },
      { type: "local_shell_call", status: "completed", action: { type: "exec", command: [1] } },
      { type: "reasoning" },
      { type: "compaction" },
    ]
  ) {
    assert.equal(parseResponseItem(value), null, JSON.stringify(value));
  }
});
