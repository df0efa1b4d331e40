import type { ResponseItem } from "../protocol/mod.ts";
import { isObject, numberOrNull, parseObject } from "./wire_json.ts";

const SHELL_LIKE_NAMES: ReadonlySet<string> = new Set(["shell", "container.exec", "apply_patch"]);

/** True when the model writes patches as free text: it then expects command results as text too. */
export function offersFreeformPatch(tools: readonly unknown[]): boolean {
  return tools.some((tool) =>
    isObject(tool) && tool.type === "custom" && tool.name === "apply_patch"
  );
}

/**
 * A copy of the items in which the JSON results of `shell`, `container.exec`, `local_shell` and `apply_patch` are
 * written as lines of text. Results that do not parse, and all other items, are the same objects as before.
 */
export function rerenderShellOutputs(items: readonly ResponseItem[]): ResponseItem[] {
  const callIds = new Set<string>();
  return items.map((item) => {
    switch (item.type) {
      case "function_call":
      case "custom_tool_call":
        if (SHELL_LIKE_NAMES.has(item.name)) callIds.add(item.call_id);
        return item;
      case "local_shell_call": {
        const callId = item.call_id ?? item.id;
        if (callId !== undefined) callIds.add(callId);
        return item;
      }
      case "function_call_output":
      case "custom_tool_call_output": {
        if (!callIds.has(item.call_id) || typeof item.output !== "string") return item;
        const text = asText(item.output);
        return text === null ? item : { ...item, output: text };
      }
      default:
        return item;
    }
  });
}

function asText(output: string): string | null {
  const parsed = output.startsWith("{") ? parseObject(output) : null;
  if (parsed === null || typeof parsed.output !== "string" || !isObject(parsed.metadata)) {
    return null;
  }
  const exitCode = numberOrNull(parsed.metadata.exit_code);
  const seconds = numberOrNull(parsed.metadata.duration_seconds);
  if (exitCode === null || seconds === null) return null;
  const counted = /^Total output lines: (\d+)\n\n?/u.exec(parsed.output);
  const lines = [`Exit code: ${exitCode}`, `Wall time: ${seconds} seconds`];
  if (counted !== null) lines.push(`Total output lines: ${counted[1]}`);
  lines.push("Output:", parsed.output.slice(counted?.[0].length ?? 0));
  return lines.join("\n");
}
