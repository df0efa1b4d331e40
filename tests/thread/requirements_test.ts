import assert from "node:assert/strict";
import { join } from "node:path";
import { completed, created, functionCall, reply, textReply } from "../../src/scripted/mod.ts";
import { openThreadRig } from "../support/thread_rig.ts";

/** A home whose machine-wide folder holds these requirements. */
async function required(text: string): Promise<AsyncDisposable & { readonly codexHome: string }> {
  const codexHome = await Deno.realPath(await Deno.makeTempDir({ prefix: "home-" }));
  await Deno.mkdir(join(codexHome, "etc"));
  await Deno.writeTextFile(join(codexHome, "etc", "requirements.toml"), text);
  return { codexHome, [Symbol.asyncDispose]: () => Deno.remove(codexHome, { recursive: true }) };
}

Deno.test("a session cannot choose later what an administrator forbids", async () => {
  await using home = await required(
    'allowed_approval_policies = ["untrusted", "on-request"]\n' +
      'allowed_sandbox_modes = ["read-only", "workspace-write"]\n',
  );
  await using rig = await openThreadRig([textReply("one"), textReply("two")], {
    codexHome: home.codexHome,
    config: ["approval_policy=on-request", "sandbox_mode=read-only"],
  });
  const change = (settings: Record<string, unknown>) =>
    rig.thread.submit({ type: "override_turn_context", settings });
  await change({ approvalPolicy: "never", model: "gpt-other" });
  const policy = await rig.until("error");
  assert.match(policy.error.message, /`approval_policy` may not be "never".*requirements\.toml/);
  await change({ sandboxPolicy: { type: "danger-full-access" } });
  const mode = await rig.until("error");
  assert.match(mode.error.message, /`sandbox_mode` may not be "danger-full-access"/);
  await rig.say("go");
  await rig.until("turn_completed");
  const [first] = rig.server.requests;
  assert.notEqual(first?.body["model"], "gpt-other", "nothing of a refused change counts");
  assert.match(JSON.stringify(first?.body.input), /read-only/);
  await change({ approvalPolicy: "untrusted" });
  await rig.say("go on");
  await rig.until("turn_completed");
  assert.equal(rig.seen.filter(({ msg }) => msg.type === "error").length, 2);
});

Deno.test("rules of an administrator stand beside a person's own, and cannot be allowed away", async () => {
  await using home = await required(
    'rules = { prefix_rules = [{ pattern = [{ token = "touch" }], decision = "forbidden", ' +
      'justification = "Nothing is made here." }] }\n',
  );
  await Deno.mkdir(join(home.codexHome, "rules"));
  await Deno.writeTextFile(
    join(home.codexHome, "rules", "own.rules"),
    'prefix_rule(["touch"], decision="allow")\n',
  );
  const call = functionCall("c1", "shell_command", { command: "touch q", login: false });
  await using rig = await openThreadRig([
    reply(created(), call, completed()),
    textReply("done"),
  ], { codexHome: home.codexHome, config: ["model=gpt-5.2-codex"] });
  await rig.say("go");
  await rig.until("turn_completed");
  const told = JSON.stringify(rig.server.requests.at(-1)?.body.input);
  assert.match(told, /rejected: Nothing is made here\./);
  await assert.rejects(Deno.stat(join(rig.workspace, "q")));
});

Deno.test("required residency goes with every request", async () => {
  await using home = await required('enforce_residency = "us"\n');
  await using rig = await openThreadRig([textReply("done")], { codexHome: home.codexHome });
  await rig.say("go");
  await rig.until("turn_completed");
  const [request] = rig.server.requests;
  assert.equal(request?.headers["x-openai-internal-codex-residency"], "us");
});

Deno.test("full access searches live only where that is allowed", async () => {
  await using home = await required('allowed_web_search_modes = ["cached"]\n');
  await using rig = await openThreadRig([textReply("done")], { codexHome: home.codexHome });
  await rig.say("go");
  await rig.until("turn_completed");
  const tools = rig.server.requests[0]?.body["tools"] as readonly Record<string, unknown>[];
  const search = tools.find(({ type }) => type === "web_search");
  assert.equal(search?.["external_web_access"], false);
});
