import assert from "node:assert/strict";
import type { ChatQuirks } from "../src/scripted/mod.ts";
import { answer, exec, execCommand, FEW_RETRIES, finalAnswer } from "./scenarios/answers.ts";
import { COMMANDS } from "./scenarios/commands.ts";
import { done, failed, message, retry, run } from "./scenarios/expected.ts";
import { ATTACHMENTS, PROMPTS, START_UP } from "./scenarios/input.ts";
import { MODEL_ITEMS } from "./scenarios/model_items.ts";
import { PATCHES } from "./scenarios/patches.ts";
import { SERVER_ERRORS } from "./scenarios/server_errors.ts";
import { SESSIONS } from "./scenarios/sessions.ts";
import { TOOLS } from "./scenarios/tools.ts";
import { overChat } from "./support/chat_scenarios.ts";
import { playScenario } from "./support/play_scenario.ts";
import type { Scenario } from "./support/scenario.ts";

/** What Chat Completions has no words for. */
const RESPONSES_ONLY: ReadonlySet<string> = new Set([
  // The shell and the search that are built into the Responses API.
  "a local shell call",
  "web searches",
  // Summaries and encrypted reasoning.
  "reasoning: one item for each part of the summary",
  "reasoning goes back to the model, unread",
  // It names the vendor's own provider.
  "what a person sees on stderr",
]);

const EVERY_SCENARIO = [
  ...COMMANDS,
  ...PATCHES,
  ...TOOLS,
  ...SERVER_ERRORS,
  ...SESSIONS,
  ...MODEL_ITEMS,
  ...PROMPTS,
  ...ATTACHMENTS,
  ...START_UP,
];

const SCENARIOS = EVERY_SCENARIO.filter(({ name }) => !RESPONSES_ONLY.has(name));

Deno.test("chat: what it has no words for is a short list, and up to date", () => {
  assert.equal(SCENARIOS.length, EVERY_SCENARIO.length - RESPONSES_ONLY.size);
  assert.ok(SCENARIOS.length >= 100, `only ${SCENARIOS.length} scenarios`);
});

for (const scenario of SCENARIOS) {
  Deno.test(`chat: ${scenario.name}`, () => playScenario(overChat(scenario)));
}

const SEVERAL_STEPS: Scenario = {
  name: "a patch, two commands side by side, an answer",
  files: { "a.txt": "one\n" },
  model: [
    answer(execCommand("c1", "cat a.txt"), execCommand("c2", "echo second; exit 3")),
    answer(execCommand("c3", "printf two > b.txt; cat b.txt")),
    finalAnswer("that was it"),
  ],
  runs: [{
    args: ["exec", "-s", "danger-full-access", ...FEW_RETRIES, "go"],
    exit: 0,
    stdout: "that was it\n",
  }],
  requests: 3,
  outputs: {
    c1: /exited with code 0\n(?:.*\n)*?one\n$/,
    c2: /exited with code 3\n(?:.*\n)*?second\n$/,
    c3: /exited with code 0\n(?:.*\n)*?two$/,
  },
  after: { "b.txt": "two" },
};

const QUIRKS: readonly (readonly [name: string, quirks: ChatQuirks])[] = [
  ["that names no ids", { omitIds: true }],
  ["that numbers no pieces", { omitIndex: true }],
  ["that names neither ids nor numbers", { omitIds: true, omitIndex: true }],
  ["that counts no tokens", { omitUsage: true }],
  ["that refuses to count tokens", { refuseUsage: true, omitUsage: true }],
  ["whose streams have no end mark", { omitDone: true }],
  ["that does not stream", { wholeAnswers: true }],
  ["that does not stream, nor name ids, nor count", {
    wholeAnswers: true,
    omitIds: true,
    omitUsage: true,
  }],
];

for (const [name, quirks] of QUIRKS) {
  Deno.test(`chat: a server ${name}`, () => playScenario(overChat(SEVERAL_STEPS, quirks)));
}

Deno.test("chat: silence in the middle of an answer ends it, and it is asked again", async () => {
  const silent = { events: [{ type: "response.created" }], hang: true };
  const patience = (ms: number) => [
    ...FEW_RETRIES,
    "-c",
    `model_providers.scripted.stream_idle_timeout_ms=${ms}`,
  ];
  const idle = "stream disconnected before completion: idle timeout waiting for SSE";
  await playScenario(overChat({
    name: "idle",
    model: [silent, finalAnswer("late")],
    runs: [{
      // The second answer has to come within it on a busy machine, too.
      args: exec("go", ...patience(5_000)),
      exit: 0,
      lines: run(retry(`Reconnecting... 1/1 (${idle})`), message(0, "late"), done(1)),
    }],
  }));
  await playScenario(overChat({
    name: "idle every time",
    model: () => silent,
    runs: [{
      args: exec("go", ...patience(2_000)),
      exit: 1,
      lines: run(retry(`Reconnecting... 1/1 (${idle})`), ...failed(idle)),
    }],
    requests: 2,
  }));
});

Deno.test("chat: a prompt that is too long is told from other refusals", async () => {
  const error = { message: "too long", code: "context_length_exceeded" };
  await playScenario(overChat({
    name: "too long",
    model: () => ({ status: 400, body: { error } }),
    runs: [{
      args: exec("go", ...FEW_RETRIES),
      exit: 1,
      lines: run(...failed(/context window/i)),
    }],
    requests: 1,
  }));
});
