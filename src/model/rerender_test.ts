import assert from "node:assert/strict";
import type { ResponseItem } from "../protocol/mod.ts";
import { offersFreeformPatch, rerenderShellOutputs } from "./rerender.ts";

function result(output: string, seconds = 0.3, exitCode = 4): string {
  return JSON.stringify({ output, metadata: { exit_code: exitCode, duration_seconds: seconds } });
}

function after(call: ResponseItem, output: string): unknown {
  const callId = "call_id" in call ? call.call_id ?? "" : "";
  const answer: ResponseItem = call.type === "custom_tool_call"
    ? { type: "custom_tool_call_output", call_id: callId, output }
    : { type: "function_call_output", call_id: callId, output };
  const last = rerenderShellOutputs([call, answer]).at(-1);
  return last && "output" in last ? last.output : null;
}

function call(name: string): ResponseItem {
  return { type: "function_call", name, arguments: "{}", call_id: "c" };
}

Deno.test("JSON results of shell-like calls become lines", () => {
  const text = "Exit code: 4\nWall time: 0.3 seconds\nOutput:\na\nb\n";
  for (const name of ["shell", "container.exec", "apply_patch"]) {
    assert.equal(after(call(name), result("a\nb\n")), text);
  }
  const custom: ResponseItem = {
    type: "custom_tool_call",
    name: "apply_patch",
    input: "",
    call_id: "c",
  };
  assert.equal(after(custom, result("a\nb\n")), text);
  const local: ResponseItem = {
    type: "local_shell_call",
    call_id: "c",
    status: "completed",
    action: {
      type: "exec",
      command: ["x"],
      timeout_ms: null,
      working_directory: null,
      env: null,
      user: null,
    },
  };
  assert.equal(after(local, result("a\nb\n")), text);
});

Deno.test("durations lose a trailing zero, and a line count moves up", () => {
  assert.equal(
    after(call("shell"), result("", 1)),
    "Exit code: 4\nWall time: 1 seconds\nOutput:\n",
  );
  assert.equal(
    after(call("shell"), result("Total output lines: 9\n\nx\n…", 0)),
    "Exit code: 4\nWall time: 0 seconds\nTotal output lines: 9\nOutput:\nx\n…",
  );
});

Deno.test("other calls and other texts stay as they are", () => {
  assert.equal(after(call("shell_command"), result("x")), result("x"));
  assert.equal(after(call("shell"), "aborted"), "aborted");
  assert.equal(after(call("shell"), "{broken"), "{broken");
  assert.equal(after(call("shell"), '{"output":"x"}'), '{"output":"x"}');
});

Deno.test("the freeform patch tool is found by kind and name", () => {
  assert.equal(offersFreeformPatch([{ type: "custom", name: "apply_patch" }]), true);
  assert.equal(offersFreeformPatch([{ type: "function", name: "apply_patch" }]), false);
  assert.equal(offersFreeformPatch([{ type: "custom", name: "other" }, null]), false);
});
