import assert from "node:assert/strict";
import type { ResponseItem } from "../protocol/mod.ts";
import { collectUserMessages, compactedHistory, isSummaryText, summaryText } from "./compaction.ts";
import { environmentDiffMessage, environmentMessage } from "./environment.ts";
import { developerMessage, turnAbortedMessage, userMessage } from "./messages.ts";
import { type HistoryLine, rebuildHistory } from "./rebuild.ts";
import { approximateTokens } from "./truncate.ts";

const CONTEXT = [developerMessage("fresh"), environmentMessage({ cwd: "/", shell: "sh" })];

function rebuilt(lines: readonly HistoryLine[]): readonly ResponseItem[] {
  return rebuildHistory(lines, {
    truncation: { mode: "bytes", limit: 100 },
    initialContext: CONTEXT,
  }).items();
}

function item(value: ResponseItem): HistoryLine {
  return { type: "response_item", item: value };
}

function compacted(message: string, replacementHistory: ResponseItem[] | null = null): HistoryLine {
  return { type: "compacted", message, replacementHistory };
}

function rolledBack(turns: number): HistoryLine {
  return { type: "event_msg", msg: { type: "thread_rolled_back", num_turns: turns } };
}

Deno.test("items are replayed with today's cut; other lines mean nothing", () => {
  const output: ResponseItem = {
    type: "function_call_output",
    call_id: "c",
    output: "x".repeat(200),
  };
  const [first, second, ...more] = rebuilt([
    { type: "session_meta" },
    item(userMessage("a")),
    { type: "turn_context" },
    { type: "event_msg", msg: { type: "agent_message", message: "x" } },
    item(output),
  ]);
  assert.deepEqual([first, more], [userMessage("a"), []]);
  assert.ok(second?.type === "function_call_output" && second.output.length < 160);
});

Deno.test("rollbacks and compactions apply in order", () => {
  assert.deepEqual(
    rebuilt([
      item(userMessage("a")),
      item(userMessage("b")),
      rolledBack(1),
      item(userMessage("c")),
      compacted("", [userMessage("kept")]),
      item(userMessage("d")),
      item(userMessage("e")),
      rolledBack(1),
    ]),
    [userMessage("kept"), userMessage("d")],
  );
});

Deno.test("a compaction without replacement keeps a person's messages and one summary", () => {
  const first = rebuilt([
    item(userMessage("a")),
    item(turnAbortedMessage()),
    item(userMessage("b")),
    compacted("of another program: done so far"),
  ]);
  assert.deepEqual(first, [
    ...CONTEXT,
    userMessage("a"),
    userMessage("b"),
    userMessage(summaryText("of another program: done so far")),
  ]);
  assert.deepEqual(rebuilt([compacted(summaryText("s"))]), rebuilt([compacted("s")]));
  const second = rebuilt([
    item(userMessage("a")),
    compacted("of another program: done so far"),
    item(userMessage("c")),
    compacted(""),
  ]);
  assert.deepEqual(second, [
    ...CONTEXT,
    userMessage("a"),
    userMessage("c"),
    userMessage(summaryText("")),
  ]);
});

Deno.test("a summary is known by its first line and not carried into the next one", () => {
  const summary = summaryText("did this");
  assert.ok(isSummaryText(summary) && !isSummaryText("did this"));
  const changed = environmentDiffMessage({ cwd: "/", shell: "sh" }, { cwd: "/a", shell: "sh" });
  assert.ok(changed !== null);
  assert.deepEqual(
    collectUserMessages([
      userMessage(summary),
      changed,
      developerMessage("x"),
      userMessage("real"),
    ]),
    ["real"],
  );
});

Deno.test("of many messages the newest that fit are kept, the one that overflows is cut", () => {
  const big = (name: string) => name + "x".repeat(36_000 - 1); // 9000 tokens.
  const history = compactedHistory([], [big("a"), big("b"), big("c"), big("d")], "sum");
  const texts = history.map((each) =>
    each.type === "message" && each.content[0]?.type === "input_text" ? each.content[0].text : ""
  );
  assert.deepEqual(texts.map((text) => text[0]), ["b", "c", "d", "s"]);
  assert.match(texts[0] ?? "", /…7000 tokens truncated…/);
  assert.ok(Math.abs(approximateTokens(texts[0] ?? "") - 2000) < 10);
});
