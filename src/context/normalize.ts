import type {
  ContentItem,
  FunctionCallOutputItem,
  MessageItem,
  OutputContentItem,
  ResponseItem,
} from "../protocol/mod.ts";

/** Stands in for an image when the model reads text only. */
const IMAGE_OMITTED = "image content omitted because you do not support image input";

/** Output of a call that never got one. */
const ABORTED = "aborted";

type OutputItem = Extract<ResponseItem, { call_id: string; output: unknown }>;

function isOutput(item: ResponseItem): item is OutputItem {
  return item.type === "function_call_output" || item.type === "custom_tool_call_output";
}

/** What pairs a call with its output; `null` for items that are neither. */
function pairKey(item: ResponseItem): string | null {
  switch (item.type) {
    case "function_call":
    case "function_call_output":
      return `function ${item.call_id}`;
    case "local_shell_call":
      return item.call_id === null ? null : `function ${item.call_id}`;
    case "custom_tool_call":
    case "custom_tool_call_output":
      return `custom ${item.call_id}`;
    default:
      return null;
  }
}

function abortedOutput(call: ResponseItem): ResponseItem | null {
  switch (call.type) {
    case "function_call":
      return { type: "function_call_output", call_id: call.call_id, output: ABORTED };
    case "local_shell_call":
      return call.call_id === null
        ? null
        : { type: "function_call_output", call_id: call.call_id, output: ABORTED };
    case "custom_tool_call":
      return { type: "custom_tool_call_output", call_id: call.call_id, output: ABORTED };
    default:
      return null;
  }
}

/**
 * Gives a `local_shell_call` without a call id the id that its server knows it by, so that its output finds it.
 * An item with neither is returned as is.
 */
export function withCallId(item: ResponseItem): ResponseItem {
  if (item.type !== "local_shell_call" || item.call_id !== null || item.id === undefined) {
    return item;
  }
  return { ...item, call_id: item.id };
}

function withoutImages<T extends ContentItem | OutputContentItem>(parts: readonly T[]): T[] {
  return parts.map((part) =>
    part.type === "input_image" ? { type: "input_text", text: IMAGE_OMITTED } as T : part
  );
}

function hasImages(parts: readonly (ContentItem | OutputContentItem)[]): boolean {
  return parts.some((part) => part.type === "input_image");
}

function textOnly(item: ResponseItem): ResponseItem {
  if (item.type === "message" && hasImages(item.content)) {
    return { ...item, content: withoutImages(item.content) } satisfies MessageItem;
  }
  if (
    item.type === "function_call_output" && typeof item.output !== "string" &&
    hasImages(item.output)
  ) {
    return { ...item, output: withoutImages(item.output) } satisfies FunctionCallOutputItem;
  }
  return item;
}

/**
 * The history as a server accepts it: each call has its output and each output its call, no item is local, and a
 * model without eyes gets texts. Items are shared with the input, never changed; the work is linear.
 */
export function normalize(
  items: readonly ResponseItem[],
  options: { readonly acceptsImages: boolean },
): ResponseItem[] {
  const outputs = new Set<string>();
  const calls = new Set<string>();
  for (const item of items) {
    const key = pairKey(item);
    if (key !== null) (isOutput(item) ? outputs : calls).add(key);
  }
  const result: ResponseItem[] = [];
  for (const item of items) {
    if (item.type === "ghost_snapshot") continue;
    const key = pairKey(item);
    if (isOutput(item)) {
      if (key !== null && calls.has(key)) {
        result.push(options.acceptsImages ? item : textOnly(item));
      }
      continue;
    }
    result.push(options.acceptsImages ? item : textOnly(item));
    if (key !== null && !outputs.has(key)) {
      const output = abortedOutput(item);
      if (output !== null) result.push(output);
    }
  }
  return result;
}

/** Index of the item that `items[index]` forms a pair with, or −1. */
export function partnerIndex(items: readonly ResponseItem[], index: number): number {
  const item = items[index];
  if (item === undefined) return -1;
  const key = pairKey(item);
  if (key === null) return -1;
  const wantOutput = !isOutput(item);
  return items.findIndex((other, at) =>
    at !== index && pairKey(other) === key && isOutput(other) === wantOutput
  );
}
