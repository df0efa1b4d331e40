import type { ResponseItem } from "../protocol/mod.ts";

const SHELL_FUNCTIONS = new Set(["shell", "container.exec", "apply_patch"]);
const LINE_COUNT_HEAD = /^Total output lines: (\d+)\n\n/;

/** Call ids of commands whose outputs are stored as JSON. */
function shellCallIds(items: readonly ResponseItem[]): Set<string> {
  const ids = new Set<string>();
  for (const item of items) {
    if (item.type === "local_shell_call" && item.call_id !== null) ids.add(item.call_id);
    if (
      (item.type === "function_call" || item.type === "custom_tool_call") &&
      SHELL_FUNCTIONS.has(item.name)
    ) ids.add(item.call_id);
  }
  return ids;
}

function asText(stored: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return null; // An abort notice or a refusal: already text.
  }
  if (typeof value !== "object" || value === null) return null;
  const { output, metadata } = value as Record<string, unknown>;
  if (typeof output !== "string" || typeof metadata !== "object" || metadata === null) return null;
  const { exit_code: code, duration_seconds: seconds } = metadata as Record<string, unknown>;
  if (typeof code !== "number" || typeof seconds !== "number") return null;
  const head = [`Exit code: ${code}`, `Wall time: ${seconds} seconds`];
  let body = output;
  const counted = LINE_COUNT_HEAD.exec(output);
  if (counted !== null) {
    head.push(`Total output lines: ${counted[1]}`);
    body = output.slice(counted[0].length);
  }
  return [...head, "Output:", body].join("\n");
}

/**
 * Turns stored JSON outputs of commands and patches into plain lines. Only for requests that offer the freeform patch
 * tool: those models were taught the plain form. What is not such JSON stays.
 */
export function renderShellOutputs(items: readonly ResponseItem[]): ResponseItem[] {
  const ids = shellCallIds(items);
  return items.map((item) => {
    if (item.type !== "function_call_output" && item.type !== "custom_tool_call_output") {
      return item;
    }
    if (typeof item.output !== "string" || !ids.has(item.call_id)) return item;
    const text = asText(item.output);
    return text === null ? item : { ...item, output: text };
  });
}
