import assert from "node:assert/strict";
import {
  assistantMessage,
  completed,
  created,
  customToolCall,
  functionCall,
  reply,
  type ScriptStep,
  type SseEvent,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRigOptions } from "../support/thread_rig.ts";

const calls = (...events: SseEvent[]): ScriptStep => reply(created(), ...events, completed());

/** Runs one turn in which the model makes these calls; gives their outputs by call id, and the events. */
async function outputsOf(events: SseEvent[], options: ThreadRigOptions = {}) {
  await using rig = await openThreadRig([calls(...events), textReply("done")], options);
  await rig.say("go");
  await rig.until("turn_completed");
  const outputs: Record<string, string> = {};
  for (const item of rig.server.requests[1]!.body.input) {
    if (item.type.endsWith("_output")) outputs[String(item["call_id"])] = String(item["output"]);
  }
  const items = rig.server.requests[1]!.body.input;
  return { outputs, items, seen: rig.seen.map((event) => event.msg), workspace: rig.workspace };
}

const PATCH = "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch";

Deno.test("the older shell tool answers in JSON, or in text where the freeform patch tool is offered", async () => {
  const call = functionCall("c", "shell", { command: ["sh", "-c", "echo out; exit 3"] });
  const text = await outputsOf([call], { config: ["model=gpt-5.2-codex"] });
  assert.match(text.outputs["c"]!, /^Exit code: 3\nWall time: [\d.]+ seconds\nOutput:\nout\n$/);
  const json = await outputsOf([call], { config: ["model=gpt-5", "features.unified_exec=false"] });
  assert.match(
    json.outputs["c"]!,
    /^\{"output":"out\\n","metadata":\{"exit_code":3,"duration_seconds":\d+\.\d\}\}$/,
  );
});

Deno.test("a time limit ends the command and what it started, whichever name the limit has", async () => {
  await Promise.all(["timeout_ms", "timeout"].map(async (name) => {
    const { outputs } = await outputsOf([
      functionCall("c", "shell_command", {
        command: "echo before; sleep 1000 & sleep 1000",
        login: false,
        [name]: 2_000,
      }),
    ]);
    assert.match(
      outputs["c"]!,
      /^Exit code: 124\nWall time: \d+(?:\.\d)? seconds\nOutput:\ncommand timed out after \d+ milliseconds\nbefore\n$/,
    );
  }));
});

Deno.test("death by a signal keeps the output", async () => {
  const { outputs } = await outputsOf([
    functionCall("c", "shell_command", { command: "echo last words; kill -9 $$", login: false }),
  ]);
  assert.match(outputs["c"]!, /^Exit code: 137\n.*\nOutput:\nlast words\n$/s);
});

Deno.test("asking for more than the sandbox gives is refused where nobody can be asked", async () => {
  const { outputs, seen } = await outputsOf([
    functionCall("a", "shell_command", { command: "x", sandbox_permissions: "require_escalated" }),
    functionCall("b", "exec_command", { cmd: "x", sandbox_permissions: "require_escalated" }),
  ]);
  assert.match(outputs["a"]!, /^approval policy is Never; .* you should not ask/);
  assert.match(outputs["b"]!, /^approval policy is Never; .* you cannot ask/);
  assert.ok(
    !seen.some((msg) =>
      msg.type === "item_started" && msg.item.type !== "user_message" &&
      msg.item.type !== "agent_message"
    ),
  );
});

Deno.test("a patch: begin, end, the turn's diff, and the file", async () => {
  for (
    const call of [
      customToolCall("c", "apply_patch", PATCH),
      functionCall("c", "apply_patch", { input: PATCH }),
    ]
  ) {
    const { outputs, seen } = await outputsOf([call]);
    assert.match(
      outputs["c"]!,
      /Success\. Updated the following files:\nA new\.txt\n$/,
    );
    const kinds = seen.flatMap((msg) =>
      "item" in msg && (msg.item as { type: string }).type === "file_change" ? [msg.type] : []
    );
    assert.deepEqual(kinds, ["item_started", "item_completed"]);
    const diff = seen.find((msg) => msg.type === "turn_diff");
    assert.match(diff?.type === "turn_diff" ? diff.unifiedDiff : "", /^diff --git a\/.*new\.txt b/);
  }
});

Deno.test("a patch in a shell call is a patch, with a word to the model; a bare one is refused", async () => {
  const heredoc = `apply_patch <<'EOF'\n${PATCH}\nEOF`;
  const { outputs, items, seen } = await outputsOf([
    functionCall("a", "exec_command", { cmd: heredoc, yield_time_ms: 1 }),
    functionCall("b", "shell", { command: [PATCH] }),
    functionCall("d", "exec_command", { cmd: `${heredoc}; echo more`, login: false }),
  ]);
  assert.match(outputs["a"]!, /Success/);
  assert.match(outputs["b"]!, /^apply_patch verification failed: patch detected without explicit/);
  assert.match(outputs["d"]!, /^Chunk ID/);
  const warning = items.findIndex((item) => JSON.stringify(item).includes("Warning: apply_patch"));
  const answer = items.findIndex((item) => item["call_id"] === "a" && item.type.endsWith("output"));
  assert.ok(warning !== -1 && warning < answer);
  assert.equal(seen.filter((msg) => msg.type === "turn_diff").length > 0, true);
});

Deno.test("a patch outside the workspace is refused whole, also as the target of a move", async () => {
  const outside = (await Deno.makeTempFile()).replaceAll("\\", "/");
  try {
    const config = [
      "sandbox_mode=workspace-write",
      "sandbox_workspace_write.exclude_slash_tmp=true",
      "sandbox_workspace_write.exclude_tmpdir_env_var=true",
    ];
    const { outputs, workspace } = await outputsOf([
      customToolCall("a", "apply_patch", PATCH.replace("new.txt", `${outside}.new`)),
      customToolCall(
        "b",
        "apply_patch",
        `*** Begin Patch\n*** Add File: in.txt\n+x\n*** Update File: ${outside}\n*** Move to: in2.txt\n@@\n+y\n*** End Patch`,
      ),
    ], { config });
    for (const id of ["a", "b"]) {
      assert.equal(
        outputs[id],
        "patch rejected: writing outside of the project; rejected by user approval settings",
      );
    }
    await assert.rejects(Deno.stat(`${workspace}/in.txt`));
  } finally {
    await Deno.remove(outside);
  }
});

Deno.test("the fields of a plan are checked, and the plan is told", async () => {
  const { outputs, seen } = await outputsOf([
    functionCall("a", "update_plan", { plan: [{ step: "s", status: "pending" }], more: 1 }),
    functionCall("b", "update_plan", { plan: [{ step: "s", status: "completed" }] }),
  ]);
  assert.match(outputs["a"]!, /^failed to parse function arguments: unknown field `more`/);
  assert.equal(outputs["b"], "Plan updated");
  assert.equal(seen.filter((msg) => msg.type === "plan_update").length, 1);
});

Deno.test("the three refusals of view_image", async () => {
  const folder = await outputsOf([functionCall("c", "view_image", { path: "." })]);
  assert.equal(folder.outputs["c"], `image path \`${folder.workspace}\` is not a file`);
  const missing = await outputsOf([functionCall("c", "view_image", { path: "no.png" })]);
  assert.equal(
    missing.outputs["c"],
    `unable to locate image at \`${missing.workspace}/no.png\`: No such file or directory (os error 2)`,
  );
});

Deno.test("an open command: session id, typing, polling, an end told once, and unknown afterwards", async () => {
  await using rig = await openThreadRig((request, index) => {
    if (index === 0) {
      return calls(functionCall("open", "exec_command", {
        cmd: "read -r line; echo got:$line",
        tty: true,
        login: false,
        yield_time_ms: 250,
      }));
    }
    const opened = request.body.input.find((item) => item["call_id"] === "open" && item["output"]);
    const id = Number(/session ID (\d+)/.exec(String(opened?.["output"]))?.[1]);
    if (index === 1) {
      return calls(functionCall("type", "write_stdin", {
        session_id: id,
        chars: "hey\n",
        yield_time_ms: 30_000,
      }));
    }
    return index === 2
      ? calls(functionCall("late", "write_stdin", { session_id: id, chars: "x" }))
      : textReply("done");
  });
  await rig.say("go");
  await rig.until("turn_completed");
  const outputs = rig.server.requests[3]!.body.input.filter((item) =>
    item.type === "function_call_output"
  ).map((item) => String(item["output"]));
  const id = Number(/session ID (\d+)/.exec(outputs[0]!)?.[1]);
  assert.ok(id >= 1_000 && id < 100_000);
  assert.match(outputs[1]!, /Process exited with code 0\n.*got:hey/s);
  assert.equal(outputs[2], `write_stdin failed: Unknown process id ${id}`);
  const ends = rig.seen.filter(({ msg }) =>
    msg.type === "item_completed" && msg.item.type === "command_execution"
  );
  assert.equal(ends.length, 1);
  const typed = rig.seen.map((event) => event.msg).find((msg) =>
    msg.type === "terminal_interaction"
  );
  assert.deepEqual(typed?.type === "terminal_interaction" && [typed.callId, typed.stdin], [
    "open",
    "hey\n",
  ]);
});

Deno.test("text for a command without a terminal is refused with the fixed text", async () => {
  await using rig = await openThreadRig((request, index) => {
    if (index === 0) {
      return calls(functionCall("open", "exec_command", {
        cmd: "sleep 1000",
        login: false,
        yield_time_ms: 250,
      }));
    }
    const output = String(request.body.input.findLast((item) => item["output"])?.["output"]);
    const id = Number(/session ID (\d+)/.exec(output)?.[1]);
    return index === 1
      ? calls(functionCall("type", "write_stdin", { session_id: id, chars: "x" }))
      : textReply("done");
  });
  await rig.say("go");
  await rig.until("turn_completed");
  assert.equal(
    rig.server.requests[2]!.body.input.at(-1)!["output"],
    "write_stdin failed: stdin is closed for this session; rerun exec_command with tty=true to keep stdin open",
  );
});

Deno.test("what judges commands begins to load with the first words of a call that runs one", async () => {
  const runs = { exec_command: true, shell: true, shell_command: true, update_plan: false };
  const begun = Object.keys(runs).map((name) => ({
    type: "response.output_item.added",
    item: { type: "function_call", call_id: name, name, arguments: "" },
  }));
  // None of them is completed: what loads did not wait for that.
  await using rig = await openThreadRig(
    begun.map((event) => reply(created(), event, assistantMessage("msg", "No."), completed())),
  );
  let loads = 0;
  const { policy } = rig.app.services;
  const warmUp = policy.warmUp.bind(policy);
  policy.warmUp = () => {
    loads++;
    warmUp();
  };
  const found: Record<string, boolean> = {};
  for (const name of Object.keys(runs)) {
    loads = 0;
    await rig.say("go");
    await rig.until("turn_completed");
    found[name] = loads > 0;
  }
  assert.deepEqual(found, runs);
  assert.equal((await policy.describe(["bash", "-lc", "ls"]))[0]?.type, "list_files");
});
