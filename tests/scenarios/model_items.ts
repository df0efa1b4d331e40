import {
  assistantMessage,
  itemDone,
  reasoning,
  reasoningDeltas,
  textDeltas,
  webSearchCall,
} from "../../src/scripted/mod.ts";
import type { Scenario } from "../support/scenario.ts";
import { answer, exec, execCommand, finalAnswer } from "./answers.ts";
import { completedItem, done, message, run } from "./expected.ts";

function searchStarted(number: number) {
  return {
    type: "item.started",
    item: { id: `item_${number}`, type: "web_search", query: "", action: { type: "other" } },
  };
}

/** 20 000 pieces of one long message. */
function longAnswer(): readonly string[] {
  return Array.from({ length: 20_000 }, (_, i) => `w${i} `);
}

export const MODEL_ITEMS: readonly Scenario[] = [
  {
    name: "reasoning: one item for each part of the summary",
    model: [answer(
      reasoning("rs1", ["**One**\n\nfirst", "**Two**"], { rawText: "raw", encryptedContent: "e" }),
      ...textDeltas("m1", "done"),
    )],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        completedItem(0, { type: "reasoning", text: "**One**\n\nfirst" }),
        completedItem(1, { type: "reasoning", text: "**Two**" }),
        message(2, "done"),
        done(1),
      ),
    }],
  },
  {
    name: "reasoning goes back to the model, unread",
    model: [
      answer(
        ...reasoningDeltas("rs1", ["think"]),
        reasoning("rs2", [], { encryptedContent: "secret" }),
        execCommand("c1", "true"),
      ),
      finalAnswer(),
    ],
    runs: [{ args: exec("go"), exit: 0 }],
    check(requests) {
      const items = requests[1]?.body.input.filter((item) => item.type === "reasoning") ?? [];
      const encrypted = items.map((item) => item["encrypted_content"] ?? null);
      if (JSON.stringify(encrypted) !== '[null,"secret"]') {
        throw new Error(`reasoning items sent: ${JSON.stringify(items)}`);
      }
    },
  },
  {
    name: "web searches",
    differs: "it prints the key `id` twice",
    model: [answer(
      webSearchCall("ws1", "weather"),
      itemDone({
        type: "web_search_call",
        id: "ws2",
        status: "completed",
        action: { type: "open_page", url: "http://x" },
      }),
      assistantMessage("m1", "done"),
    )],
    runs: [{
      args: exec("go"),
      exit: 0,
      lines: run(
        searchStarted(0),
        completedItem(0, {
          type: "web_search",
          query: "weather",
          action: { type: "search", query: "weather" },
        }),
        searchStarted(1),
        completedItem(1, {
          type: "web_search",
          query: "http://x",
          action: { type: "open_page", url: "http://x" },
        }),
        message(2, "done"),
        done(1),
      ),
    }],
  },
  {
    name: "several messages: the last is the answer",
    model: [
      answer(assistantMessage("m1", "let me see"), execCommand("c1", "true")),
      finalAnswer("so it is"),
    ],
    runs: [{
      args: ["exec", "-s", "danger-full-access", "go"],
      exit: 0,
      stdout: "so it is\n",
      stderr: /let me see[^]*so it is/,
    }],
  },
  {
    name: "a turn without a message prints nothing on stdout",
    model: [answer()],
    runs: [{ args: ["exec", "go"], exit: 0, stdout: "" }],
  },
  {
    name: "a message of twenty thousand pieces is one item",
    model: [answer(...textDeltas("m1", longAnswer().join(""), longAnswer()))],
    runs: [{ args: exec("go"), exit: 0, lines: run(message(0, /^w0 [^]* w19999 $/), done(1)) }],
  },
];
