import assert from "node:assert/strict";
import { join } from "node:path";
import {
  assistantMessage,
  completed,
  created,
  customToolCall,
  functionCall,
  reply,
  type SseEvent,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRig, type ThreadRigOptions } from "../support/thread_rig.ts";

/** The hooks of these tests are scripts of `sh`. */
const UNIX_ONLY = { ignore: Deno.build.os === "windows" };

const CONFIG = ["approval_policy=untrusted", "model=gpt-5.2-codex"];

const step = (...events: SseEvent[]) => reply(created(), ...events, completed());
const shell = (id: string, command: string) =>
  functionCall(id, "shell_command", { command, login: false });

/** `hooks.EVENT` as for `-c`, with one command. */
function hook(event: string, command: string, matcher = ""): string {
  const handler = `{type="command", command=${JSON.stringify(command)}}`;
  return `hooks.${event}=[{matcher=${JSON.stringify(matcher)}, hooks=[${handler}]}]`;
}

/** Keeps what it reads beside the workspace's files, and prints `value`. */
function keeping(name: string, value: unknown = ""): string {
  const printed = typeof value === "string" ? value : JSON.stringify(value);
  return `{ cat; echo; } >> ${name}; printf '%s' '${printed}'`;
}

async function kept(rig: ThreadRig, name: string): Promise<Readonly<Record<string, unknown>>[]> {
  const text = await Deno.readTextFile(join(rig.workspace, name));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function rigWith(
  script: Parameters<typeof openThreadRig>[0],
  config: readonly string[],
  options: ThreadRigOptions = {},
): Promise<ThreadRig> {
  return openThreadRig(script, { ...options, config: [...CONFIG, ...config] });
}

function permission(decision: object): object {
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision } };
}

const questions = (rig: ThreadRig): number =>
  rig.seen.filter(({ msg }) => msg.type.endsWith("approval_request")).length;

const warnings = (rig: ThreadRig): string[] =>
  rig.seen.flatMap(({ msg }) => msg.type === "warning" ? [msg.message] : []);

const exists = (rig: ThreadRig, name: string): Promise<boolean> =>
  Deno.stat(join(rig.workspace, name)).then(() => true, () => false);

Deno.test("PermissionRequest: a hook allows in a person's place", UNIX_ONLY, async () => {
  const command = keeping("seen", permission({ behavior: "allow" }));
  await using rig = await rigWith(
    [step(shell("c0", "ls"), shell("c1", "touch q")), textReply("done")],
    [hook("PermissionRequest", command, "Bash")],
  );
  await rig.say("go");
  await rig.until("turn_completed");
  assert.deepEqual([questions(rig), await exists(rig, "q")], [0, true]);
  const [seen, ...more] = await kept(rig, "seen");
  assert.deepEqual(more, []);
  assert.deepEqual(Object.keys(seen!), [
    "session_id",
    "turn_id",
    "transcript_path",
    "cwd",
    "hook_event_name",
    "model",
    "permission_mode",
    "tool_name",
    "tool_input",
  ]);
  assert.deepEqual([seen!["permission_mode"], seen!["tool_name"], seen!["tool_input"]], [
    "default",
    "Bash",
    { command: "touch q", description: null },
  ]);
});

Deno.test("PermissionRequest: a hook refuses, and one refusal is enough", UNIX_ONLY, async () => {
  const allow = `printf '%s' '${JSON.stringify(permission({ behavior: "allow" }))}'`;
  const handlers = [allow, "echo not today >&2; exit 2", allow]
    .map((command) => `{type="command", command=${JSON.stringify(command)}}`);
  await using rig = await rigWith(
    [step(shell("c1", "touch q")), textReply("done")],
    [`hooks.PermissionRequest=[{hooks=[${handlers.join(", ")}]}]`],
  );
  await rig.say("go");
  await rig.until("turn_completed");
  assert.deepEqual([questions(rig), await exists(rig, "q")], [0, false]);
  assert.deepEqual(warnings(rig), ["A PermissionRequest hook refused: not today"]);
});

Deno.test(
  "PermissionRequest: what cannot be done yet counts as no, and silence as nothing",
  UNIX_ONLY,
  async () => {
    const odd = permission({ behavior: "allow", updatedInput: { command: "ls" } });
    const patch = "*** Begin Patch\n*** Add File: q\n+x\n*** End Patch\n";
    await using rig = await rigWith(
      [
        step(shell("c1", "touch q"), customToolCall("c2", "apply_patch", patch)),
        textReply("done"),
      ],
      [
        hook(
          "PermissionRequest",
          `case $(cat) in *Bash*) printf '%s' '${JSON.stringify(odd)}';; esac`,
        ),
      ],
    );
    await rig.say("go");
    const asked = await rig.until("apply_patch_approval_request");
    assert.deepEqual([asked.callId, questions(rig)], ["c2", 1]);
    assert.equal(await exists(rig, "q"), false);
    await rig.thread.submit({ type: "patch_approval", id: "c2", decision: { type: "approved" } });
    await rig.until("turn_completed");
    assert.equal(await exists(rig, "q"), true);
    assert.match(warnings(rig)[0] ?? "", /updatedInput, which is not supported/);
  },
);

Deno.test("PermissionRequest: a patch goes by three names", UNIX_ONLY, async () => {
  const patch = "*** Begin Patch\n*** Add File: q\n+x\n*** End Patch\n";
  const allow = keeping("seen", permission({ behavior: "allow" }));
  await using rig = await rigWith(
    [step(customToolCall("c2", "apply_patch", patch)), textReply("done")],
    [hook("PermissionRequest", allow, "Edit|NotebookEdit")],
  );
  await rig.say("go");
  await rig.until("turn_completed");
  assert.deepEqual([questions(rig), await exists(rig, "q")], [0, true]);
  const [seen] = await kept(rig, "seen");
  assert.deepEqual([seen!["tool_name"], seen!["tool_input"]], [
    "apply_patch",
    { command: patch, description: null },
  ]);
});

Deno.test(
  "compaction: hooks before and after it, and the session starts anew",
  UNIX_ONLY,
  async () => {
    await using rig = await rigWith(
      [textReply("one"), step(assistantMessage("m", "the summary")), textReply("two")],
      [
        hook("PreCompact", keeping("before"), "manual"),
        hook("PostCompact", keeping("after")),
        hook("SessionStart", keeping("start", "again"), "compact"),
      ],
    );
    await rig.say("hi");
    await rig.until("turn_completed");
    assert.equal(await exists(rig, "start"), false);
    await rig.thread.submit({ type: "compact" });
    await rig.until("turn_completed");
    await rig.say("more");
    await rig.until("turn_completed");
    const [before] = await kept(rig, "before");
    assert.deepEqual(Object.keys(before!), [
      "session_id",
      "turn_id",
      "transcript_path",
      "cwd",
      "hook_event_name",
      "model",
      "trigger",
    ]);
    assert.equal(before!["trigger"], "manual");
    assert.equal((await kept(rig, "after")).length, 1);
    assert.deepEqual((await kept(rig, "start")).map(({ source }) => source), ["compact"]);
    assert.match(
      rig.server.requests.at(-1)!.text,
      /"role":"developer","content":\[\{"type":"input_text","text":"again"/,
    );
  },
);

Deno.test(
  "compaction: a hook keeps it from happening, and the history stays",
  UNIX_ONLY,
  async () => {
    await using rig = await rigWith(
      [textReply("one"), textReply("two")],
      [hook("PreCompact", `printf '{"continue":false,"stopReason":"keep it"}'`)],
    );
    await rig.say("hi");
    await rig.until("turn_completed");
    await rig.thread.submit({ type: "compact" });
    const { error } = await rig.until("error");
    assert.equal(error.message, "A PreCompact hook stopped the turn: keep it");
    await rig.until("turn_completed");
    await rig.say("more");
    await rig.until("turn_completed");
    assert.equal(rig.server.requests.length, 2);
    assert.match(rig.server.requests[1]!.text, /"one"/);
  },
);

Deno.test("words that come in during a turn are looked at, too", UNIX_ONLY, async () => {
  const gate = Promise.withResolvers<void>();
  await using rig = await rigWith(
    [
      { ...step(shell("c1", "ls")), until: gate.promise },
      textReply("done"),
    ],
    [hook("UserPromptSubmit", "case $(cat) in *forbidden*) echo no >&2; exit 2;; esac")],
  );
  await rig.say("go");
  await rig.until("item_completed", ({ item }) => item.type === "user_message");
  await rig.say("something forbidden");
  await rig.say("something else");
  gate.resolve();
  await rig.until("turn_completed");
  const { text } = rig.server.requests.at(-1)!;
  assert.match(text, /something else/);
  assert.doesNotMatch(text, /forbidden/);
  assert.deepEqual(warnings(rig), ["A UserPromptSubmit hook blocked the prompt: no"]);
});
