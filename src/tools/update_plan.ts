import { Arguments } from "./arguments.ts";
import { IncompatiblePayload, ToolFailure } from "./errors.ts";
import { functionSpec, list, object, text } from "./schema.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput } from "./types.ts";

/** `update_plan`: the checklist that people see while the model works. */
export function updatePlanTool(): Tool {
  return {
    name: "update_plan",
    spec: SPEC,
    parallel: false,
    accepts: (payload) => payload.kind === "function",
    run,
  };
}

async function run(call: ToolCall, context: ToolContext): Promise<ToolOutput> {
  if (call.payload.kind !== "function") throw new IncompatiblePayload("update_plan");
  if (context.mode === "plan") {
    throw new ToolFailure(
      "update_plan is a TODO/checklist tool and is not allowed in Plan mode",
    );
  }
  const args = Arguments.parse(call.payload.arguments);
  args.rejectUnknown(["explanation", "plan"]);
  const plan = args.objects("plan").map((step) => {
    step.rejectUnknown(["step", "status"]);
    return {
      step: step.string("step"),
      status: step.oneOf("status", ["pending", "in_progress", "completed"]),
    };
  });
  await context.host.emit({
    type: "plan_update",
    explanation: args.optionalString("explanation"),
    plan,
  });
  return { body: "Plan updated", success: true };
}

const SPEC = functionSpec(
  "update_plan",
  "Shows the user the steps of the work and how far each is. Send the whole list each time, with at most one step in progress.",
  object({
    explanation: text("Why the plan changed, in a sentence."),
    plan: list(
      object({
        step: text(),
        status: text("pending, in_progress or completed"),
      }, ["step", "status"]),
      "The steps, in order.",
    ),
  }, ["plan"]),
);
