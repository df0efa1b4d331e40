import assert from "node:assert/strict";
import type { ResponseItem } from "../protocol/mod.ts";
import { History } from "./history.ts";
import { developerMessage, userMessage } from "./messages.ts";
import { processorTime } from "../../tests/support/processor_time.ts";

const POLICY = { mode: "bytes", limit: 100 } as const;
const SEES = { acceptsImages: true };

function call(id: string, name = "exec_command"): ResponseItem {
  return { type: "function_call", name, arguments: "{}", call_id: id };
}

function output(id: string, text = "done"): ResponseItem {
  return { type: "function_call_output", call_id: id, output: text };
}

function said(text: string): ResponseItem {
  return { type: "message", role: "assistant", content: [{ type: "output_text", text }] };
}

const LOCAL_CALL: Extract<ResponseItem, { type: "local_shell_call" }> = {
  type: "local_shell_call",
  call_id: "c",
  status: "completed",
  action: {
    type: "exec",
    command: ["ls"],
    timeout_ms: null,
    working_directory: null,
    env: null,
    user: null,
  },
};

function history(...items: ResponseItem[]): History {
  const made = new History();
  made.record(items, POLICY);
  return made;
}

Deno.test("outputs are cut to the policy and a fifth when they enter; the rest is stored as is", () => {
  const long = "x".repeat(500);
  const made = new History();
  const stored = made.record([userMessage(long), output("c", long), output("d", "y".repeat(120))], {
    mode: "bytes",
    limit: 100,
  });
  assert.deepEqual(stored, [
    userMessage(long),
    output("c", `${"x".repeat(60)}…380 chars truncated…${"x".repeat(60)}`),
    output("d", "y".repeat(120)),
  ]);
  assert.deepEqual(made.items(), stored);
});

Deno.test("system messages and kinds of a newer server do not enter", () => {
  // No kind that the types know: that is the point.
  const novelty = { type: "novelty", text: "x" } as unknown as ResponseItem;
  const system: ResponseItem = { type: "message", role: "system", content: [] };
  assert.deepEqual(history(system, novelty, said("x")).items(), [said("x")]);
});

Deno.test("a call without output gets one right after it; an output without call goes", () => {
  const made = history(
    output("lost"),
    call("a"),
    { type: "custom_tool_call", call_id: "b", name: "apply_patch", input: "" },
    LOCAL_CALL,
    said("x"),
    { type: "custom_tool_call_output", call_id: "a", output: "of another kind of call" },
  );
  assert.deepEqual(made.forPrompt(SEES), [
    call("a"),
    output("a", "aborted"),
    { type: "custom_tool_call", call_id: "b", name: "apply_patch", input: "" },
    { type: "custom_tool_call_output", call_id: "b", output: "aborted" },
    LOCAL_CALL,
    output("c", "aborted"),
    said("x"),
  ]);
  assert.equal(made.items().length, 6);
});

Deno.test("a local shell call without call id keeps its output by the id of the item", () => {
  const made = history({ ...LOCAL_CALL, id: "lsh_1", call_id: null }, output("lsh_1"));
  assert.deepEqual(made.forPrompt(SEES), [
    { ...LOCAL_CALL, id: "lsh_1", call_id: "lsh_1" },
    output("lsh_1"),
  ]);
});

Deno.test("local items are not sent", () => {
  assert.deepEqual(history({ type: "ghost_snapshot", ghost_commit: {} }).forPrompt(SEES), []);
});

Deno.test("a text-only model reads words in place of images, and the history keeps them", () => {
  const image = { type: "input_image", image_url: "data:x" } as const;
  const items: ResponseItem[] = [
    { type: "message", role: "user", content: [image, { type: "input_text", text: "t" }] },
    call("c"),
    { type: "function_call_output", call_id: "c", output: [image] },
  ];
  const omitted = {
    type: "input_text",
    text: "image content omitted because you do not support image input",
  } as const;
  const made = history(...items);
  assert.deepEqual(made.forPrompt({ acceptsImages: false }), [
    { type: "message", role: "user", content: [omitted, { type: "input_text", text: "t" }] },
    call("c"),
    { type: "function_call_output", call_id: "c", output: [omitted] },
  ]);
  assert.deepEqual(made.forPrompt(SEES), items);
});

Deno.test("items are shared with a request, not copied", () => {
  const made = history(userMessage("x"), call("a"), output("a"));
  assert.ok(made.forPrompt(SEES).every((item, at) => item === made.items()[at]));
});

Deno.test("removing the first or last item takes its partner along", () => {
  const made = history(call("a"), said("x"), output("a"), said("y"));
  assert.equal(made.removeFirst(), true);
  assert.deepEqual(made.items(), [said("x"), said("y")]);
  const other = history(said("x"), call("a"), said("y"), output("a"));
  assert.equal(other.removeLast(), true);
  assert.deepEqual(other.items(), [said("x"), said("y")]);
  assert.equal(new History().removeFirst(), false);
});

Deno.test("rollback cuts before a person's message and counts no scaffolding", () => {
  const items = [
    developerMessage("permissions"),
    userMessage("<environment_context>\n</environment_context>"),
    userMessage("one"),
    said("1"),
    userMessage("<turn_aborted>\n</turn_aborted>"),
    developerMessage("changed"),
    userMessage("two"),
    said("2"),
  ];
  const left = (count: number): number => {
    const made = history(...items);
    made.dropLastUserTurns(count);
    return made.items().length;
  };
  assert.deepEqual([0, 1, 2, 9].map(left), [8, 6, 2, 2]);
});

Deno.test("images that a server refused are replaced in the newest tool output alone", () => {
  const image = { type: "input_image", image_url: "data:x" } as const;
  const shown = (id: string): ResponseItem => ({
    type: "function_call_output",
    call_id: id,
    output: [image, { type: "input_text", text: "t" }],
  });
  const made = history(call("a"), shown("a"), call("b"), shown("b"), said("x"));
  assert.equal(made.replaceLastToolImages("Invalid image"), true);
  assert.deepEqual(made.items()[1], shown("a"));
  assert.deepEqual(made.items()[3], {
    type: "function_call_output",
    call_id: "b",
    output: [{ type: "input_text", text: "Invalid image" }, { type: "input_text", text: "t" }],
  });
  assert.equal(made.replaceLastToolImages("Invalid image"), false);
  assert.equal(history(shown("a"), userMessage("u")).replaceLastToolImages("x"), false);
});

Deno.test("a prompt of a long history costs in proportion to its length", () => {
  const measure = (turns: number): number => {
    const made = new History();
    for (let turn = 0; turn < turns; turn++) {
      made.record([userMessage("x"), call(`c${turn}`), output(`c${turn}`)], POLICY);
    }
    const runs = Array.from({ length: 25 }, () => {
      const start = processorTime();
      made.forPrompt(SEES);
      return processorTime() - start;
    });
    return Math.min(...runs);
  };
  measure(1000);
  // The square would be 64 times as long.
  const [eighth, whole] = [measure(1000), measure(8000)];
  assert.ok(whole < eighth * 24 + 20, `${eighth} ms, then ${whole} ms`);
});
