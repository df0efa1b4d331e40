/**
 * A session where no sandbox works, which is started in a place that has none: a patch into the workspace, then a
 * command, every question answered with the second argument. Prints an {@link Account} as its last line.
 */
import { join } from "node:path";
import type { ReviewDecision } from "../../src/protocol/mod.ts";
import {
  completed,
  created,
  customToolCall,
  functionCall,
  reply,
  textReply,
} from "../../src/scripted/mod.ts";
import { openThreadRig } from "./thread_rig.ts";

/** What came of it. */
export interface Account {
  /** Reasons of the questions, in order. */
  readonly questions: readonly (readonly [kind: string, reason: string | null])[];
  readonly patched: boolean;
  readonly ran: boolean;
  /** What the model was told. */
  readonly outputs: readonly string[];
  /** How the items ended. */
  readonly ends: readonly string[];
}

const PATCH = ["*** Begin Patch", "*** Add File: patched", "+x", "*** End Patch"].join("\n");

async function account(approval: string, answer: "approved" | "denied"): Promise<Account> {
  await using rig = await openThreadRig([
    reply(created(), customToolCall("p1", "apply_patch", PATCH), completed()),
    reply(
      created(),
      functionCall("c1", "shell", { command: ["sh", "-c", "echo > ran"] }),
      completed(),
    ),
    textReply("done"),
  ], { config: [`approval_policy=${approval}`, "sandbox_mode=workspace-write", "model=gpt-5"] });
  const decision: ReviewDecision = { type: answer };
  await rig.say("go");
  await rig.until("turn_completed", () => true, async (msg) => {
    if (msg.type === "apply_patch_approval_request") {
      await rig.thread.submit({ type: "patch_approval", id: msg.callId, decision });
    } else if (msg.type === "exec_approval_request") {
      await rig.thread.submit({ type: "exec_approval", id: msg.callId, decision });
    }
  });
  const exists = (name: string) =>
    Deno.stat(join(rig.workspace, name)).then(() => true, () => false);
  const told = rig.server.requests.at(-1)!.body.input.filter(({ type }) =>
    type.endsWith("_output")
  );
  return {
    questions: rig.seen.flatMap(({ msg }) =>
      msg.type === "apply_patch_approval_request" || msg.type === "exec_approval_request"
        ? [[msg.type, msg.reason] as const]
        : []
    ),
    patched: await exists("patched"),
    ran: await exists("ran"),
    outputs: told.map((item) => String(item["output"])),
    ends: rig.seen.flatMap(({ msg }) =>
      msg.type === "item_completed" && "status" in msg.item ? [msg.item.status] : []
    ),
  };
}

if (import.meta.main) {
  const [approval = "", answer] = Deno.args;
  const result = await account(approval, answer === "denied" ? "denied" : "approved");
  console.log(JSON.stringify(result));
}
