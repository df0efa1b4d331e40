import assert from "node:assert/strict";
import { callItem, functionTools } from "./tools.ts";

const FUNCTION = {
  type: "function",
  name: "f",
  description: "Does.",
  strict: false,
  parameters: { type: "object", properties: {} },
};
const FREEFORM = {
  type: "custom",
  name: "apply_patch",
  description: "Edits.",
  format: { type: "grammar", syntax: "lark", definition: "start: x" },
};
const TOOLS = [FUNCTION, FREEFORM, { type: "local_shell" }, { type: "web_search" }];

Deno.test("tools are offered as functions; what only the vendor's server runs is not offered", () => {
  const [plain, freeform, shell, ...rest] = functionTools(TOOLS);
  assert.deepEqual(plain, {
    type: "function",
    function: { name: "f", description: "Does.", parameters: FUNCTION.parameters },
  });
  const text = JSON.stringify(freeform);
  assert.match(text, /"name":"apply_patch".*Edits\..*lark.*start: x.*"required":\["input"\]/);
  assert.match(JSON.stringify(shell), /"name":"local_shell".*"required":\["command"\]/);
  assert.deepEqual(rest, []);
});

Deno.test("a call of a freeform tool is one again, however the model wrapped its text", () => {
  for (const args of ['{"input":"text"}', '{"patch":"text"}', "text"]) {
    assert.deepEqual(callItem({ name: "apply_patch", arguments: args }, "c", TOOLS), {
      type: "custom_tool_call",
      call_id: "c",
      name: "apply_patch",
      input: "text",
    });
  }
});

Deno.test("a call of the built-in shell is one again, if it is well formed", () => {
  const good = callItem({ name: "local_shell", arguments: '{"command":["ls"]}' }, "c", TOOLS);
  assert.equal(good.type, "local_shell_call");
  for (const bad of ['{"command":"ls"}', '{"command":[1]}', "ls"]) {
    const item = callItem({ name: "local_shell", arguments: bad }, "c", TOOLS);
    assert.deepEqual([item.type, "arguments" in item && item.arguments], ["function_call", bad]);
  }
  const unasked = callItem({ name: "local_shell", arguments: '{"command":["ls"]}' }, "c", []);
  assert.equal(unasked.type, "function_call");
});

Deno.test("notation of the model on a name does not hide which tool is meant", () => {
  const tools = [{ type: "function", name: "run" }, { type: "custom", name: "apply_patch" }];
  const named = (name: string) => {
    const item = callItem({ name, arguments: "{}" }, "c", tools);
    return item.type === "local_shell_call" ? item.type : `${item.type} ${item.name}`;
  };
  assert.equal(named("functions.run"), "function_call run");
  assert.equal(named("run<|channel|>commentary"), "function_call run");
  assert.equal(named("functions.apply_patch<|constrain|>json"), "custom_tool_call apply_patch");
  assert.equal(named("functions.other"), "function_call functions.other");
});
