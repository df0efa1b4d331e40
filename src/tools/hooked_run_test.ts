import assert from "node:assert/strict";
import { CommandPolicy } from "../policy/mod.ts";
import type { HookReport } from "../protocol/mod.ts";
import { CallAborted, ToolFailure } from "./errors.ts";
import { hookedCall } from "./hooked_call.ts";
import { preview, runHooked } from "./hooked_run.ts";
import { SILENCE, type ToolEvent, type ToolHooks } from "./tool_hooks.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput, ToolPayload } from "./types.ts";

type Told = Parameters<ToolHooks["afterToolUse"]>[0];

interface Heard {
  readonly events: ToolEvent[];
  readonly told: Told[];
  readonly contexts: string[];
}

function hooksThat(
  answers: Partial<Record<"PreToolUse" | "PostToolUse", Partial<HookReport>>>,
  abort: string | null = null,
): { hooks: ToolHooks; heard: Heard } {
  const heard: Heard = { events: [], told: [], contexts: [] };
  return {
    heard,
    hooks: {
      has: (event) => event in answers,
      run: (event) => {
        heard.events.push(event);
        return Promise.resolve({ ...SILENCE, ...answers[event.hook_event_name] });
      },
      addContext: (texts) => void heard.contexts.push(...texts),
      listened: true,
      afterToolUse: (told) => {
        heard.told.push(told);
        return Promise.resolve(abort);
      },
    },
  };
}

/** As much of a context as is looked at. */
const CONTEXT = {
  policy: new CommandPolicy({ os: "linux", userShell: "/bin/bash" }),
  shell: { type: "bash", path: "/bin/bash" },
  sandboxPolicy: { type: "danger-full-access" },
} as unknown as ToolContext;

function toolThat(answer: ToolOutput | Error): { tool: Tool; ran: ToolCall[] } {
  const ran: ToolCall[] = [];
  const run = (call: ToolCall): Promise<ToolOutput> => {
    ran.push(call);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return {
    ran,
    tool: { name: "any", spec: null, parallel: true, accepts: () => true, run },
  };
}

const OK: ToolOutput = { body: "ok", success: true };

function call(name: string, payload: ToolPayload): ToolCall {
  return { callId: "c1", name, payload };
}

function functionCall(name: string, args: unknown): ToolCall {
  return call(name, { kind: "function", arguments: JSON.stringify(args) });
}

const LOCAL_SHELL = call("local_shell", {
  kind: "local_shell",
  command: ["x"],
  timeoutMs: 60_000,
  workdir: null,
});

function run(of: ToolCall, tool: Tool, hooks: ToolHooks): Promise<ToolOutput> {
  return runHooked(tool, of, CONTEXT, hooks, new AbortController().signal);
}

Deno.test("after_tool_use: what is told of a call", async () => {
  const { hooks, heard } = hooksThat({});
  assert.deepEqual(await run(LOCAL_SHELL, toolThat(OK).tool, hooks), OK);
  const { duration_ms, ...told } = heard.told[0]!;
  assert.ok(Number.isInteger(duration_ms) && duration_ms >= 0);
  assert.equal(
    JSON.stringify(told),
    '{"call_id":"c1","tool_name":"local_shell","tool_kind":"local_shell","tool_input":' +
      '{"input_type":"local_shell","params":{"command":["x"],"workdir":null,"timeout_ms":60000,' +
      '"sandbox_permissions":"use_default","justification":null,"prefix_rule":null}},' +
      '"executed":true,"success":true,"mutating":true,"sandbox_policy":"danger-full-access",' +
      '"output_preview":"ok"}',
  );
  assert.deepEqual(heard.events, []);
});

Deno.test("after_tool_use: failures are told with what the model reads", async () => {
  const { hooks, heard } = hooksThat({});
  const broken = toolThat(new ToolFailure("no such thing"));
  const plan = functionCall("update_plan", {});
  await assert.rejects(run(plan, broken.tool, hooks), ToolFailure);
  const { executed, success, output_preview, mutating, tool_input } = heard.told[0]!;
  assert.deepEqual([executed, success, output_preview, mutating], [
    true,
    false,
    "no such thing",
    false,
  ]);
  assert.deepEqual(tool_input, { input_type: "function", arguments: "{}" });
});

Deno.test("after_tool_use: who demands it gets the call ended without an answer", async () => {
  const { hooks } = hooksThat({}, "enough");
  await assert.rejects(run(LOCAL_SHELL, toolThat(OK).tool, hooks), CallAborted);
});

for (
  const [name, of, mutating] of [
    ["a harmless script", functionCall("exec_command", { cmd: "ls -l" }), false],
    ["a script that writes", functionCall("exec_command", { cmd: "ls > f" }), true],
    ["a harmless command", functionCall("shell", { command: ["ls"] }), false],
    ["arguments that nobody understands", functionCall("shell", { command: "ls" }), true],
    ["a patch", call("apply_patch", { kind: "custom", input: "" }), true],
    ["a plan", functionCall("update_plan", {}), false],
  ] as const
) {
  Deno.test(`after_tool_use: ${name} is ${mutating ? "" : "not "}mutating`, async () => {
    const { hooks, heard } = hooksThat({});
    await run(of, toolThat(OK).tool, hooks);
    assert.equal(heard.told[0]?.mutating, mutating);
  });
}

Deno.test("PreToolUse: a refused call is told as not executed", async () => {
  const { hooks, heard } = hooksThat({ PreToolUse: { block: "no", contexts: ["words"] } });
  const { tool, ran } = toolThat(OK);
  await assert.rejects(run(LOCAL_SHELL, tool, hooks), /refused this call, so it did not run: no$/);
  assert.deepEqual([ran, heard.contexts], [[], ["words"]]);
  assert.deepEqual([heard.told[0]?.executed, heard.told[0]?.success], [false, false]);
});

Deno.test("PreToolUse: a change that fits no call runs nothing", async () => {
  for (const updatedInput of ["ls", { command: 7 }, { command: "'open" }, null]) {
    const { hooks } = hooksThat({ PreToolUse: { updatedInput } });
    const { tool, ran } = toolThat(OK);
    await assert.rejects(run(LOCAL_SHELL, tool, hooks), ToolFailure);
    assert.deepEqual(ran, []);
  }
});

Deno.test("PostToolUse: sees the command that ran, and stop counts like block", async () => {
  const { hooks, heard } = hooksThat({
    PreToolUse: { updatedInput: { command: "a 'b c'" } },
    PostToolUse: { stop: "look" },
  });
  const { tool, ran } = toolThat(OK);
  const output = await run(functionCall("shell", { command: ["x"], workdir: "w" }), tool, hooks);
  assert.deepEqual(output, { body: "look", success: true });
  assert.deepEqual(ran[0]?.payload, {
    kind: "function",
    arguments: '{"command":["a","b c"],"workdir":"w"}',
  });
  assert.deepEqual(heard.events[1], {
    hook_event_name: "PostToolUse",
    tool_name: "Bash",
    tool_input: { command: "a 'b c'" },
    tool_use_id: "c1",
    tool_response: "ok",
  });
});

Deno.test("hooks see commands and patches, whatever tool they come by, and nothing else", () => {
  const seen = (of: ToolCall) => {
    const { name, command, names } = hookedCall(of) ?? { name: null, command: null, names: [] };
    return [name, command, names.length];
  };
  assert.deepEqual(seen(functionCall("exec_command", { cmd: "a; b" })), ["Bash", "a; b", 1]);
  assert.deepEqual(seen(functionCall("shell_command", { command: "a" })), ["Bash", "a", 1]);
  assert.deepEqual(seen(functionCall("shell", { command: ["a", "b c"] })), ["Bash", "a 'b c'", 1]);
  assert.deepEqual(seen(LOCAL_SHELL), ["Bash", "x", 1]);
  assert.deepEqual(seen(functionCall("apply_patch", { input: "p" })), ["apply_patch", "p", 3]);
  const custom = call("apply_patch", { kind: "custom", input: "p" });
  assert.deepEqual(seen(custom), ["apply_patch", "p", 3]);
  assert.deepEqual(hookedCall(custom)?.with("q")?.payload, { kind: "custom", input: "q" });
  for (const name of ["update_plan", "view_image", "write_stdin", "toString"]) {
    assert.deepEqual(seen(functionCall(name, { cmd: "a", command: "a", input: "a" })), [
      null,
      null,
      0,
    ]);
  }
  assert.equal(hookedCall(call("shell", { kind: "function", arguments: "{" })), null);
});

const CUT = "[... telemetry preview truncated ...]";

Deno.test("output previews: 2048 bytes and 64 lines, whole characters, and a word about the rest", () => {
  const bytes = "x".repeat(2048);
  assert.equal(preview(bytes), bytes);
  assert.equal(preview(`${bytes}y`), `${bytes}\n${CUT}`);
  // The cut would go through the last character of the first 2048 bytes.
  assert.equal(preview(`x${"é".repeat(1024)}`), `x${"é".repeat(1023)}\n${CUT}`);
  const lines = Array.from({ length: 64 }, (_, index) => `line ${index}`).join("\n");
  assert.equal(preview(lines), lines);
  assert.equal(preview(`${lines}\n`), `${lines}\n`);
  assert.equal(preview(`${lines}\nmore`), `${lines}\n${CUT}`);
  assert.equal(preview(""), "");
});
