import { offersFreeformPatch, rerenderShellOutputs } from "../rerender.ts";
import type { ModelRequest } from "../types.ts";
import type { JsonObject } from "../wire_json.ts";
import { chatMessages } from "./messages.ts";
import type { Keepsakes } from "./keepsakes.ts";
import type { ReasoningField } from "./reasoning_field.ts";
import { functionTools } from "./tools.ts";

/** Members that not every server takes: without them nothing is lost but token counts, speed or brevity. */
export const OPTIONAL_MEMBERS = ["stream_options", "parallel_tool_calls", "verbosity"] as const;

export type OptionalMember = typeof OPTIONAL_MEMBERS[number];

/** What a server turned out to be like. */
export interface ServerTraits {
  /** What it does not know, and can be left out. */
  readonly refused: ReadonlySet<OptionalMember>;
  /** Where it hands out reasoning; `null` = it has not yet. */
  readonly reasoningField: ReasoningField | null;
  /** What it gave along with calls. */
  readonly keepsakes: Keepsakes;
}

/**
 * The body of a Chat Completions request. It names as little as it can, since servers refuse what they do not know;
 * what is left out is at its default.
 */
export function chatRequestBody(request: ModelRequest, traits: ServerTraits): JsonObject {
  const { model, verbosity } = request;
  const takes = (member: OptionalMember) => !traits.refused.has(member);
  const items = offersFreeformPatch(request.tools)
    ? rerenderShellOutputs(request.input)
    : request.input;
  const tools = functionTools(request.tools);
  const effort = model.supportsReasoningSummaries
    ? request.effort ?? model.defaultReasoningEffort
    : null;
  const length = model.supportsVerbosity ? verbosity ?? model.defaultVerbosity : null;
  return {
    model: model.slug,
    messages: chatMessages(
      request.instructions,
      items,
      traits.reasoningField,
      (callId) => traits.keepsakes.of(callId, model.slug),
    ),
    ...(tools.length === 0 ? {} : {
      tools,
      tool_choice: "auto",
      ...(request.parallelToolCalls && takes("parallel_tool_calls")
        ? { parallel_tool_calls: true }
        : {}),
    }),
    stream: true,
    ...(takes("stream_options") ? { stream_options: { include_usage: true } } : {}),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...(length === null || !takes("verbosity") ? {} : { verbosity: length }),
    ...(request.outputSchema === null || request.outputSchema === undefined ? {} : {
      response_format: {
        type: "json_schema",
        json_schema: { name: "codex_output_schema", strict: true, schema: request.outputSchema },
      },
    }),
  };
}
