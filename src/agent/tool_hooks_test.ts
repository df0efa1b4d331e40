import assert from "node:assert/strict";
import type { HookPayload } from "../protocol/mod.ts";
import { SILENT_LOGGER } from "../telemetry/mod.ts";
import type { Hooks } from "./hooks.ts";
import { NO_HOOKS } from "./hooks.ts";
import type { Session } from "./session.ts";
import { createToolHooks } from "./tool_hooks.ts";
import type { Turn } from "./turn_context.ts";

/** As much of a session as is looked at. */
function sessionWith(hooks: Hooks): Session {
  const services = { hooks, logger: SILENT_LOGGER, now: () => Date.UTC(2025, 0, 1) };
  return { id: "th", services } as unknown as Session;
}

/** As much of a turn as is looked at. */
const TURN = {
  id: "tu",
  settings: { cwd: "/w", sandboxPolicy: { type: "danger-full-access" } },
} as unknown as Turn;

Deno.test("after_tool_use: names and their order are fixed", async () => {
  const payloads: HookPayload[] = [];
  const hooks = createToolHooks(
    sessionWith({
      ...NO_HOOKS,
      afterToolUse: [(payload) => {
        payloads.push(payload);
        return { type: "failed_abort", error: "enough" };
      }],
    }),
    () => TURN,
  );
  const abort = await hooks?.afterToolUse({
    call_id: "c1",
    tool_name: "local_shell",
    tool_kind: "local_shell",
    tool_input: {
      input_type: "local_shell",
      params: {
        command: ["x"],
        workdir: null,
        timeout_ms: 60_000,
        sandbox_permissions: "use_default",
        justification: null,
        prefix_rule: null,
      },
    },
    executed: true,
    success: true,
    duration_ms: 42,
    mutating: true,
    sandbox_policy: "danger-full-access",
    output_preview: "ok",
  });
  assert.equal(abort, "enough");
  assert.equal(
    JSON.stringify(payloads[0]),
    '{"session_id":"th","cwd":"/w","triggered_at":"2025-01-01T00:00:00Z","hook_event":' +
      '{"event_type":"after_tool_use","turn_id":"tu","call_id":"c1","tool_name":"local_shell",' +
      '"tool_kind":"local_shell","tool_input":{"input_type":"local_shell","params":' +
      '{"command":["x"],"workdir":null,"timeout_ms":60000,"sandbox_permissions":"use_default",' +
      '"justification":null,"prefix_rule":null}},"executed":true,"success":true,' +
      '"duration_ms":42,"mutating":true,"sandbox":"none","sandbox_policy":"danger-full-access",' +
      '"output_preview":"ok"}}',
  );
});

Deno.test("without hooks a call has nothing to do with them", () => {
  assert.equal(createToolHooks(sessionWith(NO_HOOKS), () => TURN), null);
});
