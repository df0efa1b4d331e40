import type { ResponseItem } from "../protocol/mod.ts";
import { offersFreeformPatch, rerenderShellOutputs } from "./rerender.ts";
import type { ModelProvider } from "../protocol/mod.ts";
import type { ModelRequest } from "./types.ts";

const AZURE_HOST_PARTS = [
  "openai.azure.",
  "cognitiveservices.azure.",
  "aoai.azure.",
  "azure-api.",
  "azurefd.",
  "windows.net/openai",
];

/** Azure keeps the items of a conversation itself, so it wants `store` and the ids of the items. */
export function isAzure(provider: Pick<ModelProvider, "name">, baseUrl: string): boolean {
  const address = baseUrl.toLowerCase();
  return provider.name.toLowerCase() === "azure" ||
    AZURE_HOST_PARTS.some((part) => address.includes(part));
}

/** The body of a Responses request. The order of the keys is that of the wire. */
export function requestBody(request: ModelRequest, azure: boolean): Record<string, unknown> {
  const { model } = request;
  const reasoning = model.supportsReasoningSummaries ? reasoningOf(request) : null;
  const text = textOf(request);
  const items = offersFreeformPatch(request.tools)
    ? rerenderShellOutputs(request.input)
    : request.input;
  return {
    model: model.slug,
    instructions: request.instructions,
    input: items.flatMap((item) => wireItem(item, azure)),
    tools: request.tools,
    tool_choice: "auto",
    parallel_tool_calls: request.parallelToolCalls,
    reasoning,
    store: azure,
    stream: true,
    include: reasoning === null ? [] : ["reasoning.encrypted_content"],
    prompt_cache_key: request.promptCacheKey,
    ...(text === null ? {} : { text }),
  };
}

function reasoningOf({ model, effort, summary }: ModelRequest): Record<string, unknown> {
  const chosen = effort ?? model.defaultReasoningEffort;
  return {
    ...(chosen === null ? {} : { effort: chosen }),
    ...(summary === "none" ? {} : { summary }),
  };
}

function textOf({ model, verbosity, outputSchema }: ModelRequest): Record<string, unknown> | null {
  const chosen = model.supportsVerbosity ? verbosity ?? model.defaultVerbosity : null;
  const hasSchema = outputSchema !== null && outputSchema !== undefined;
  if (chosen === null && !hasSchema) return null;
  return {
    ...(chosen === null ? {} : { verbosity: chosen }),
    ...(hasSchema
      ? {
        format: {
          type: "json_schema",
          strict: true,
          schema: outputSchema,
          name: "codex_output_schema",
        },
      }
      : {}),
  };
}

/** The item as it is sent; none for items that stay on this machine. */
function wireItem(item: ResponseItem, withId: boolean): Record<string, unknown>[] {
  switch (item.type) {
    case "ghost_snapshot":
      return [];
    case "message": {
      const { end_turn, phase } = item;
      return [{
        type: item.type,
        ...idOf(item, withId),
        role: item.role,
        content: item.content,
        ...(end_turn === undefined ? {} : { end_turn }),
        ...(phase === undefined ? {} : { phase }),
      }];
    }
    case "reasoning": {
      const raw = item.content?.some((part) => part.type === "reasoning_text") ?? false;
      return [{
        type: item.type,
        ...idOf(item, withId),
        summary: item.summary,
        // Raw reasoning is never handed back: the encrypted form carries it.
        ...(raw ? {} : { content: item.content ?? null }),
        encrypted_content: item.encrypted_content ?? null,
      }];
    }
    case "function_call":
    case "custom_tool_call":
    case "local_shell_call":
    case "web_search_call": {
      const { type, id: _id, ...rest } = item;
      return [{ type, ...idOf(item, withId), ...rest }];
    }
    case "function_call_output":
    case "custom_tool_call_output":
    case "compaction":
      return [{ ...item }];
  }
}

function idOf(item: { readonly id?: string }, withId: boolean): { id?: string } {
  return withId && item.id !== undefined ? { id: item.id } : {};
}
