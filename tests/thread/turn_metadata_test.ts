import assert from "node:assert/strict";
import {
  completed,
  created,
  functionCall,
  type RecordedRequest,
  reply,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig } from "../support/thread_rig.ts";

/** More than a look for a sandbox takes on any machine. */
const MOST_REQUESTS = 500;

function metadata(request: RecordedRequest | undefined): Record<string, unknown> {
  return JSON.parse(request?.headers["x-codex-turn-metadata"] ?? "null");
}

Deno.test("turn metadata: where nothing is confined, the first request says so", async () => {
  await using rig = await openThreadRig([textReply("done")]);
  const id = await rig.say("hi");
  await rig.until("turn_completed");
  assert.deepEqual(metadata(rig.server.requests[0]), { turn_id: id, sandbox: "none" });
});

Deno.test("turn metadata: a later request of a turn names the sandbox that was found meanwhile", async () => {
  const plan = { plan: [{ step: "wait", status: "in_progress" }] };
  const script = (request: RecordedRequest, index: number) =>
    metadata(request)["sandbox"] === undefined && index < MOST_REQUESTS
      ? reply(created(), functionCall(`call_${index}`, "update_plan", plan), completed())
      : textReply("done");
  await using rig = await openThreadRig(script, { config: ["sandbox_mode=read-only"] });
  await rig.say("hi");
  await rig.until("turn_completed");
  const { sandbox } = metadata(rig.server.requests.at(-1));
  assert.equal(typeof sandbox, "string");
});
