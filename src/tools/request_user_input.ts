import type { CollaborationModeKind } from "../protocol/mod.ts";
import { Arguments } from "./arguments.ts";
import { IncompatiblePayload, ToolFailure } from "./errors.ts";
import { functionSpec, list, object, text } from "./schema.ts";
import type { Tool, ToolCall, ToolContext, ToolOutput } from "./types.ts";

const MODE_NAMES: Readonly<Record<CollaborationModeKind, string>> = {
  plan: "Plan",
  default: "Default",
};

/** `request_user_input`: short questions to the person, in Plan mode only. */
export function requestUserInputTool(): Tool {
  return {
    name: "request_user_input",
    spec: SPEC,
    parallel: false,
    accepts: (payload) => payload.kind === "function",
    run,
  };
}

async function run(call: ToolCall, context: ToolContext): Promise<ToolOutput> {
  if (call.payload.kind !== "function") throw new IncompatiblePayload("request_user_input");
  if (context.mode !== "plan") {
    throw new ToolFailure(`request_user_input is unavailable in ${MODE_NAMES[context.mode]} mode`);
  }
  const questions = Arguments.parse(call.payload.arguments).objects("questions").map((entry) => ({
    id: entry.string("id"),
    header: entry.string("header"),
    question: entry.string("question"),
    isOther: true,
    isSecret: false,
    options: entry.objects("options").map((option) => ({
      label: option.string("label"),
      description: option.string("description"),
    })),
  }));
  if (questions.some((question) => question.options.length === 0)) {
    throw new ToolFailure("request_user_input requires non-empty options for every question");
  }
  const answers = await context.host.askUser({ callId: call.callId, questions });
  if (answers === null) {
    throw new ToolFailure("request_user_input was cancelled before receiving a response");
  }
  const wire = Object.fromEntries(
    Object.entries(answers).map(([id, chosen]) => [id, { answers: chosen }]),
  );
  return { body: JSON.stringify({ answers: wire }), success: true };
}

const SPEC = functionSpec(
  "request_user_input",
  "Asks the user one to three short questions and waits for the answers. Works in Plan mode only.",
  object({
    questions: list(
      object({
        id: text("Name of the answer, in snake_case."),
        header: text("A word or two to head the question."),
        question: text("The question, in one sentence."),
        options: list(
          object({
            label: text("The choice, in a few words."),
            description: text("What choosing it means, in one sentence."),
          }, ["label", "description"]),
          "Two or three choices that exclude each other, the one you advise first. The user can always write something else.",
        ),
      }, ["id", "header", "question", "options"]),
      "The questions, best only one.",
    ),
  }, ["questions"]),
);
