import type { Expected } from "../support/scenario.ts";

export const THREAD: Expected = { type: "thread.started", thread_id: "{uuid}" };
export const TURN: Expected = { type: "turn.started" };

/** Opening of every run, then these lines. */
export function run(...lines: readonly Expected[]): readonly Expected[] {
  return [THREAD, TURN, ...lines];
}

export function completedItem(
  number: number,
  fields: { readonly [key: string]: Expected },
): Expected {
  return { type: "item.completed", item: { id: `item_${number}`, ...fields } };
}

export function message(number: number, text: string | RegExp): Expected {
  return completedItem(number, { type: "agent_message", text });
}

export function commandStarted(number: number, script: string | RegExp): Expected {
  return {
    type: "item.started",
    item: {
      id: `item_${number}`,
      type: "command_execution",
      command: script,
      aggregated_output: "",
      exit_code: null,
      status: "in_progress",
    },
  };
}

export function commandEnded(
  number: number,
  script: string | RegExp,
  exitCode: number,
  output: string | RegExp,
): Expected {
  return completedItem(number, {
    type: "command_execution",
    command: script,
    aggregated_output: output,
    exit_code: exitCode,
    status: exitCode === 0 ? "completed" : "failed",
  });
}

export function patched(
  number: number,
  changes: readonly (readonly ["add" | "delete" | "update", string])[],
): Expected {
  return completedItem(number, {
    type: "file_change",
    changes: changes.map(([kind, path]) => ({ path: `{workspace}/${path}`, kind })),
    status: "completed",
  });
}

/** Usage of a thread whose requests each count 100 tokens in, 10 of them cached, and 20 out. */
export function usage(requests: number): Expected {
  return {
    input_tokens: 100 * requests,
    cached_input_tokens: 10 * requests,
    output_tokens: 20 * requests,
  };
}

export function done(requests: number): Expected {
  return { type: "turn.completed", usage: usage(requests), turn_usage: usage(requests) };
}

export function retry(text: string | RegExp): Expected {
  return { type: "error", message: text, will_retry: true };
}

export function failed(text: string | RegExp): readonly Expected[] {
  return [{ type: "error", message: text }, { type: "turn.failed", error: { message: text } }];
}
