import assert from "node:assert/strict";
import type { CommandTurnItem, EventBody, TurnItem } from "../protocol/mod.ts";
import { banner, HumanPrinter } from "./human.ts";
import { styleFor } from "./style.ts";

const TURN = "t";
const started = (item: TurnItem): EventBody => ({ type: "item_started", turnId: TURN, item });
const completed = (item: TurnItem): EventBody => ({ type: "item_completed", turnId: TURN, item });

function printer(options: { hideReasoning?: boolean; showRawReasoning?: boolean } = {}) {
  return new HumanPrinter({
    style: styleFor(false),
    hideReasoning: options.hideReasoning ?? false,
    showRawReasoning: options.showRawReasoning ?? false,
  });
}

function textOf(bodies: readonly EventBody[], human = printer()): string {
  return bodies.map((msg) => human.text({ id: "0", msg })).join("");
}

function command(id: string, script: string): CommandTurnItem {
  return {
    type: "command_execution",
    id,
    processId: null,
    command: ["sh", "-c", script],
    cwd: "/w",
    parsedCommand: [],
    source: "agent",
    interactionInput: null,
    status: "in_progress",
    result: null,
  };
}

function ended(id: string, script: string, exitCode: number, output: string): CommandTurnItem {
  const result = {
    stdout: output,
    stderr: "",
    aggregatedOutput: output,
    exitCode,
    durationMs: 1234,
    formattedOutput: output,
  };
  return { ...command(id, script), status: "completed", result };
}

Deno.test("a command and its end share a line", () => {
  assert.equal(
    textOf([
      started(command("a", "ls x")),
      {
        type: "item_delta",
        turnId: TURN,
        itemId: "a",
        delta: { type: "command_output", stream: "stdout", chunk: new Uint8Array(1) },
      },
      completed(ended("a", "ls x", 2, "no\x1b[2Jthing\n")),
    ]),
    "exec\nsh -c 'ls x' in /w exited 2 in 1.23s:\nnothing\n",
  );
});

Deno.test("commands that run beside each other are told apart", () => {
  assert.equal(
    textOf([
      started(command("a", "one x")),
      started(command("b", "two x")),
      completed(ended("a", "one x", 0, "1")),
      completed(ended("b", "two x", 0, "")),
    ]),
    [
      "exec",
      "sh -c 'one x' in /w",
      "exec",
      "sh -c 'two x' in /w",
      "exec",
      "sh -c 'one x' in /w succeeded in 1.23s:",
      "1",
      "exec",
      "sh -c 'two x' in /w succeeded in 1.23s:",
      "",
    ].join("\n"),
  );
});

Deno.test("only the first twenty lines of an output are shown", () => {
  const output = Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`).join("");
  const text = textOf([completed(ended("a", "seq", 0, output))]);
  assert.match(text, /line 20\n… and 10 more lines\n$/);
  assert.doesNotMatch(text, /line 21/);
});

Deno.test("reasoning is hidden, shown, or shown raw", () => {
  const thought = completed({
    type: "reasoning",
    id: "r",
    summaryText: ["short"],
    rawContent: ["long"],
  });
  assert.equal(textOf([thought], printer({ hideReasoning: true })), "");
  assert.equal(textOf([thought]), "thinking\nshort\n");
  assert.equal(
    textOf([thought], printer({ showRawReasoning: true })),
    "thinking\nshort\nthinking\nlong\n",
  );
});

Deno.test("the diff of a turn is printed once, at its end", () => {
  assert.equal(
    textOf([
      { type: "turn_diff", unifiedDiff: "diff 1\n" },
      { type: "turn_diff", unifiedDiff: "diff 1\ndiff 2\n" },
      { type: "turn_completed", turnId: TURN, lastAgentMessage: null },
    ]),
    "file update:\ndiff 1\ndiff 2\n",
  );
});

Deno.test("patches, plans, searches, messages", () => {
  assert.equal(
    textOf([
      completed({
        type: "file_change",
        id: "p",
        changes: {
          "/w/a": { type: "add", content: "x" },
          "/w/m": { type: "update", unifiedDiff: "@@", movePath: null },
          "/w/o": { type: "update", unifiedDiff: "@@", movePath: "/w/n" },
          "/w/d": { type: "delete", content: "" },
        },
        autoApproved: true,
        status: "failed",
        stdout: "",
        stderr: "disk full",
      }),
      {
        type: "plan_update",
        explanation: "why",
        plan: [{ step: "one", status: "completed" }, { step: "two", status: "in_progress" }],
      },
      started({ type: "web_search", id: "w", query: "", action: { type: "other" } }),
      completed({ type: "web_search", id: "w", query: "rain", action: { type: "other" } }),
      completed({ type: "agent_message", id: "m", text: ["done\n\n"], phase: null }),
      { type: "turn_aborted", turnId: TURN, reason: "interrupted" },
    ]),
    `file update
A /w/a
M /w/m
R /w/o -> /w/n
D /w/d
not applied:
disk full
Plan update
why
  ✓ one
  → two
🌐 Searching the web...
🌐 Searched: rain
codex
done
task interrupted
`,
  );
});

Deno.test("the count of tokens leaves out what was cached", () => {
  const human = printer();
  assert.equal(human.closing(), "");
  const total = {
    inputTokens: 12_000,
    cachedInputTokens: 10_000,
    outputTokens: 345,
    reasoningOutputTokens: 45,
    totalTokens: 12_345,
  };
  const info = { totalTokenUsage: total, lastTokenUsage: total, modelContextWindow: null };
  assert.equal(textOf([{ type: "token_count", info, rateLimits: null }], human), "");
  assert.equal(human.closing(), "tokens used\n2,345\n");
});

Deno.test("the banner has one labelled line for each setting", () => {
  const text = banner({
    version: "1.2.3",
    workdir: "/w",
    model: "m",
    provider: "openai",
    approval: "never",
    sandbox: "read-only",
    reasoningEffort: "none",
    reasoningSummaries: "auto",
    threadId: "id",
    prompt: "do it\n",
  }, styleFor(true));
  // deno-lint-ignore no-control-regex
  const plain = text.replaceAll(/\x1b\[\d+m/g, "");
  assert.notEqual(plain, text);
  assert.equal(
    plain,
    `OpenAI Codex v1.2.3 (research preview)
--------
workdir: /w
model: m
provider: openai
approval: never
sandbox: read-only
reasoning effort: none
reasoning summaries: auto
session id: id
--------
user
do it
`,
  );
});
