import assert from "node:assert/strict";
import { join } from "node:path";
import type { ReviewDecision } from "../../src/protocol/mod.ts";
import { completed, created, customToolCall, reply, textReply } from "../../src/scripted/mod.ts";
import { openThreadRig, type ThreadRig } from "../support/thread_rig.ts";
import { works } from "../support/works.ts";

/** Denials come from a real sandbox. */
const CONFINED = { ignore: Deno.build.os !== "linux" } as const;

const settings = (approval: string, sandbox: string) => [
  `approval_policy=${approval}`,
  `sandbox_mode=${sandbox}`,
  // Tests run below the temporary folder, which is writable otherwise.
  "sandbox_workspace_write={exclude_slash_tmp=true,exclude_tmpdir_env_var=true}",
  "model=gpt-5",
];

const script = (...lines: string[]) => [
  reply(
    created(),
    customToolCall("p", "apply_patch", ["*** Begin Patch", ...lines, "*** End Patch"].join("\n")),
    completed(),
  ),
  textReply("done"),
];
const update = (file: string) => [`*** Update File: ${file}`, "-old", "+new"];

async function answer(rig: ThreadRig, decision: ReviewDecision): Promise<string | null> {
  const { callId, reason } = await rig.until("apply_patch_approval_request");
  await rig.thread.submit({ type: "patch_approval", id: callId, decision });
  return reason;
}

function told(rig: ThreadRig): string {
  const item = rig.server.requests.at(-1)!.body.input.find(({ type }) => type.endsWith("_output"));
  return String(item?.["output"]);
}

const ends = (rig: ThreadRig) =>
  rig.seen.flatMap(({ msg }) =>
    msg.type === "item_completed" && msg.item.type === "file_change" ? [msg.item.status] : []
  );

Deno.test("what a person writes while the question is open is not written over", async () => {
  await using rig = await openThreadRig(
    script(...update("f"), "*** Add File: g", "+x"),
    { config: settings("untrusted", "danger-full-access") },
  );
  const file = join(rig.workspace, "f");
  await Deno.writeTextFile(file, "old\n");
  await rig.say("go");
  const { callId } = await rig.until("apply_patch_approval_request");
  await Deno.writeTextFile(file, "old\nmine\n");
  await rig.thread.submit({ type: "patch_approval", id: callId, decision: { type: "approved" } });
  await rig.until("turn_completed");
  assert.equal(await Deno.readTextFile(file), "old\nmine\n");
  await assert.rejects(Deno.stat(join(rig.workspace, "g")), "nothing of it is applied");
  assert.match(told(rig), /files have changed since the patch was shown .* nothing was written/);
  assert.deepEqual(ends(rig), ["declined"]);
});

Deno.test({
  name: "a link put in the way while the question is open leads nowhere",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using rig = await openThreadRig(
    script("*** Add File: folder/f", "+x"),
    { config: settings("untrusted", "danger-full-access") },
  );
  await rig.say("go");
  const { callId } = await rig.until("apply_patch_approval_request");
  await Deno.mkdir(join(rig.workspace, "other"));
  await Deno.symlink("other", join(rig.workspace, "folder"));
  await rig.thread.submit({ type: "patch_approval", id: callId, decision: { type: "approved" } });
  await rig.until("turn_completed");
  await assert.rejects(Deno.stat(join(rig.workspace, "other", "f")));
  assert.match(told(rig), /files have changed/);
});

Deno.test({
  name: "a file approved for the session is not what a link in its place leads to",
  ignore: Deno.build.os === "windows",
}, async () => {
  const [call, ...rest] = script("*** Add File: f", "+x");
  const linked = Promise.withResolvers<void>();
  await using rig = await openThreadRig(
    [call!, { ...call!, until: linked.promise }, ...rest],
    { config: settings("untrusted", "danger-full-access") },
  );
  const file = join(rig.workspace, "f");
  await rig.say("go");
  await answer(rig, { type: "approved_for_session" });
  await rig.until("item_completed", ({ item }) => item.type === "file_change");
  await Deno.remove(file);
  await Deno.writeTextFile(join(rig.workspace, "other"), "kept");
  await Deno.symlink("other", file);
  linked.resolve();
  await answer(rig, { type: "denied" });
  await rig.until("turn_completed");
  assert.equal(await Deno.readTextFile(join(rig.workspace, "other")), "kept");
});

for (const approval of ["on-request", "on-failure", "untrusted"]) {
  for (const type of ["approved", "denied"] as const) {
    Deno.test({
      name: `${approval}, ${type}: a patch half outside is applied as a whole or not at all`,
      ...CONFINED,
    }, async () => {
      const outside = await Deno.realPath(await Deno.makeTempDir({ prefix: "outside-" }));
      try {
        const far = join(outside, "far");
        await using rig = await openThreadRig(
          script(...update("near"), ...update(far)),
          { config: settings(approval, "workspace-write") },
        );
        const near = join(rig.workspace, "near");
        for (const file of [near, far]) await Deno.writeTextFile(file, "old\n");
        await rig.say("go");
        await answer(rig, { type });
        await rig.until("turn_completed");
        const expected = type === "approved" ? "new\n" : "old\n";
        for (const file of [near, far]) assert.equal(await Deno.readTextFile(file), expected);
        assert.match(told(rig), type === "approved" ? /Success/ : /patch rejected by user/);
      } finally {
        await Deno.remove(outside, { recursive: true });
      }
    });
  }
}

Deno.test({
  name: "on-failure: leave to go without the sandbox is asked for each time",
  ...CONFINED,
}, async () => {
  const outside = await Deno.realPath(await Deno.makeTempDir({ prefix: "outside-" }));
  try {
    const [call, ...rest] = script(`*** Add File: ${join(outside, "far")}`, "+x");
    await using rig = await openThreadRig(
      [call!, call!, ...rest],
      { config: settings("on-failure", "workspace-write") },
    );
    await rig.say("go");
    await answer(rig, { type: "approved_for_session" });
    await answer(rig, { type: "denied" });
    await rig.until("turn_completed");
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

// A folder's mode stops root only where the sandbox takes root's rights away.
const modesCount = Deno.build.os === "linux" &&
  (Deno.uid() !== 0 || await works(["bwrap", "--dev-bind", "/", "/", "true"]));

Deno.test({
  name: "what only the sandbox refused is asked about; a no ends the item" +
    (modesCount ? "" : " (ignored: needs bubblewrap as root)"),
  ignore: !modesCount,
}, async () => {
  await using rig = await openThreadRig(
    script("*** Add File: locked/f", "+x"),
    { config: settings("on-failure", "workspace-write") },
  );
  const locked = join(rig.workspace, "locked");
  await Deno.mkdir(locked, { mode: 0o555 });
  await rig.say("go");
  assert.equal(await answer(rig, { type: "denied" }), "command failed; retry without sandbox?");
  await rig.until("turn_completed");
  assert.deepEqual(ends(rig), ["declined"]);
  assert.match(told(rig), /patch rejected by user/);
});
