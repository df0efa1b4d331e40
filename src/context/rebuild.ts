import type { ResponseItem, TruncationPolicy } from "../protocol/mod.ts";
import { collectUserMessages, compactedHistory, isSummaryText, summaryText } from "./compaction.ts";
import { History } from "./history.ts";

/** What of a session file bears on the history; the lines of a rollout fit it. */
export type HistoryLine =
  | { readonly type: "response_item"; readonly item: ResponseItem }
  | {
    readonly type: "compacted";
    readonly message: string;
    readonly replacementHistory: readonly ResponseItem[] | null;
  }
  | { readonly type: "event_msg"; readonly msg: Readonly<Record<string, unknown>> }
  | { readonly type: "session_meta" }
  | { readonly type: "turn_context" };

/**
 * Replays a session file, oldest line first, into the history that the thread had at its end. `initialContext` is
 * what a compaction without a stored replacement puts in front.
 */
export function rebuildHistory(
  lines: Iterable<HistoryLine>,
  options: {
    readonly truncation: TruncationPolicy;
    readonly initialContext: readonly ResponseItem[];
  },
): History {
  const history = new History();
  for (const line of lines) {
    switch (line.type) {
      case "response_item":
        history.record([line.item], options.truncation);
        break;
      case "compacted":
        history.replace(
          line.replacementHistory ?? compactedHistory(
            options.initialContext,
            collectUserMessages(history.items()),
            // Other programs word the first line in their own way; ours is what the next compaction knows.
            isSummaryText(line.message) ? line.message : summaryText(line.message),
          ),
        );
        break;
      case "event_msg":
        if (line.msg.type === "thread_rolled_back" && typeof line.msg.num_turns === "number") {
          history.dropLastUserTurns(line.msg.num_turns);
        }
        break;
      case "session_meta":
      case "turn_context":
        break;
    }
  }
  return history;
}
