import assert from "node:assert/strict";
import type { MessageItem, ReasoningItem, ResponseItem } from "../../protocol/mod.ts";
import { chatMessages } from "./messages.ts";

function said(role: MessageItem["role"], ...texts: readonly string[]): MessageItem {
  const type = role === "assistant" ? "output_text" : "input_text";
  return { type: "message", role, content: texts.map((text) => ({ type, text })) };
}

function call(id: string, args = "{}"): ResponseItem {
  return { type: "function_call", name: "f", arguments: args, call_id: id };
}

function output(id: string, text: string): ResponseItem {
  return { type: "function_call_output", call_id: id, output: text };
}

function thought(text: string): ReasoningItem {
  return { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text }] };
}

function toolCall(id: string, args = "{}") {
  return { id, type: "function", function: { name: "f", arguments: args } };
}

const IMAGE = "data:image/png;base64,AA==";

Deno.test("one system message at the front, one message of the user at a time", () => {
  const items = [
    said("developer", "rules"),
    said("user", "context"),
    said("user", "do", "it"),
    said("assistant", "done"),
    said("developer", "new rules"),
    said("user", "more"),
  ];
  assert.deepEqual(chatMessages("Be brief.", items, null), [
    { role: "system", content: "Be brief.\n\nrules\n\nnew rules" },
    { role: "user", content: "context\n\ndo\n\nit" },
    { role: "assistant", content: "done" },
    { role: "user", content: "more" },
  ]);
});

Deno.test("nothing to say as the system is no message", () => {
  assert.deepEqual(chatMessages(" ", [said("user", "x")], null), [{ role: "user", content: "x" }]);
});

Deno.test("text and calls of one answer are one message, and each call is answered behind it", () => {
  const items = [
    said("user", "go"),
    said("assistant", "let me see"),
    call("a"),
    call("b"),
    // Steered in while both ran.
    said("user", "faster"),
    output("b", "B"),
    output("a", "A"),
    call("c"),
    output("c", "C"),
  ];
  assert.deepEqual(chatMessages("", items, null), [
    { role: "user", content: "go" },
    {
      role: "assistant",
      content: "let me see",
      tool_calls: [toolCall("a"), toolCall("b")],
    },
    { role: "tool", tool_call_id: "a", content: "A" },
    { role: "tool", tool_call_id: "b", content: "B" },
    { role: "user", content: "faster" },
    { role: "assistant", content: "", tool_calls: [toolCall("c")] },
    { role: "tool", tool_call_id: "c", content: "C" },
  ]);
});

Deno.test("arguments that are no object are wrapped, since templates read them", () => {
  const items = [call("a", "{cmd: ls"), call("b", ""), call("c", '{"x":1}'), call("d", "[1]")];
  const [message] = chatMessages("", items, null);
  assert.deepEqual(message?.["tool_calls"], [
    toolCall("a", '{"unreadable":"{cmd: ls"}'),
    toolCall("b", "{}"),
    toolCall("c", '{"x":1}'),
    toolCall("d", '{"unreadable":"[1]"}'),
  ]);
});

Deno.test("freeform and built-in calls are told as function calls", () => {
  const items: ResponseItem[] = [
    { type: "custom_tool_call", call_id: "p", name: "apply_patch", input: "*** Begin\n" },
    { type: "custom_tool_call_output", call_id: "p", output: "ok" },
    {
      type: "local_shell_call",
      call_id: "s",
      status: "completed",
      action: {
        type: "exec",
        command: ["ls"],
        timeout_ms: 5,
        working_directory: null,
        env: null,
        user: null,
      },
    },
    output("s", "files"),
  ];
  const messages = chatMessages("", items, null);
  const calls = messages.map((message) => message["tool_calls"]).filter((calls) => calls);
  assert.deepEqual(calls, [
    [{
      id: "p",
      type: "function",
      function: { name: "apply_patch", arguments: '{"input":"*** Begin\\n"}' },
    }],
    [{
      id: "s",
      type: "function",
      function: { name: "local_shell", arguments: '{"command":["ls"],"timeout_ms":5}' },
    }],
  ]);
  assert.deepEqual(messages[1], { role: "tool", tool_call_id: "p", content: "ok" });
});

Deno.test("images are parts of a user's message; those of a tool follow its texts", () => {
  const items: ResponseItem[] = [
    {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "see" }, { type: "input_image", image_url: IMAGE }],
    },
    call("a"),
    {
      type: "function_call_output",
      call_id: "a",
      output: [{ type: "input_image", image_url: IMAGE }],
    },
    said("user", "and?"),
  ];
  const image = { type: "image_url", image_url: { url: IMAGE } };
  assert.deepEqual(chatMessages("", items, null), [
    { role: "user", content: [{ type: "text", text: "see" }, image] },
    { role: "assistant", content: "", tool_calls: [toolCall("a")] },
    { role: "tool", tool_call_id: "a", content: "The image follows as the next message." },
    { role: "user", content: [image, { type: "text", text: "and?" }] },
  ]);
});

Deno.test("reasoning goes back within its turn, where the server hands it out", () => {
  const items = [
    said("user", "one"),
    thought("old"),
    said("assistant", "first"),
    said("user", "two"),
    thought("new"),
    call("a"),
    output("a", "A"),
    thought("led to nothing"),
  ];
  const reasoned = (field: "reasoning" | "reasoning_content" | null) =>
    chatMessages("", items, field).filter(({ role }) => role === "assistant");
  assert.deepEqual(reasoned("reasoning_content"), [
    { role: "assistant", content: "first" },
    { role: "assistant", content: "", reasoning_content: "new", tool_calls: [toolCall("a")] },
  ]);
  assert.equal(reasoned("reasoning")[1]?.["reasoning"], "new");
  assert.deepEqual(Object.keys(reasoned(null)[1] ?? {}), ["role", "content", "tool_calls"]);
});

Deno.test("what is of use to the vendor's server alone stays away", () => {
  const items: ResponseItem[] = [
    { type: "web_search_call", id: "w" },
    { type: "compaction", encrypted_content: "e" },
    { type: "ghost_snapshot", ghost_commit: {} },
  ];
  assert.deepEqual(chatMessages("", items, null), []);
});
