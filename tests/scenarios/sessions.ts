import assert from "node:assert/strict";
import type { Scenario } from "../support/scenario.ts";
import { answer, exec, execCommand, FEW_RETRIES, finalAnswer } from "./answers.ts";
import { done, message, run } from "./expected.ts";

function saidBefore(requests: Parameters<NonNullable<Scenario["check"]>>[0]): string {
  return JSON.stringify(requests.at(-1)?.body.input);
}

/** What a resumed run of one request prints, when the whole thread has used that much. */
function secondTurn(input: number, cached: number, output: number): RegExp {
  const usage = `"input_tokens":${input},"cached_input_tokens":${cached},"output_tokens":${output}`;
  return new RegExp(
    `^{"type":"thread.started","thread_id":"{uuid}"}\n{"type":"turn.started"}\n` +
      `{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"second"}}\n` +
      `{"type":"turn.completed","usage":{${usage}}(?:,"turn_usage":{"input_tokens":100,.*})?}\n$`,
  );
}

export const SESSIONS: readonly Scenario[] = [
  {
    name: "a session goes on, by its id",
    model: [
      answer(execCommand("c1", "echo remember")),
      finalAnswer("first"),
      finalAnswer("second"),
    ],
    runs: [
      { args: exec("begin"), exit: 0 },
      {
        args: ["exec", "--json", "resume", "{thread}", "go on"],
        exit: 0,
        stdout: secondTurn(300, 30, 60),
      },
    ],
    requests: 3,
    check(requests) {
      assert.match(saidBefore(requests), /begin[^]*echo remember[^]*first[^]*go on/);
    },
  },
  {
    name: "a session goes on as the newest one, with the prompt on stdin",
    model: [finalAnswer("first"), finalAnswer("second")],
    runs: [
      { args: exec("begin"), exit: 0 },
      {
        args: ["exec", "--experimental-json", "resume", "--last"],
        stdin: "go on",
        exit: 0,
        stdout: secondTurn(200, 20, 40),
      },
    ],
    check(requests) {
      assert.match(saidBefore(requests), /begin[^]*first[^]*go on/);
    },
  },
  {
    name: "the newest session is that of this folder, unless all are asked for",
    model: [finalAnswer("first"), finalAnswer("second")],
    files: { "sub/file": "" },
    runs: [
      { args: exec("begin", "-C", "sub"), exit: 0 },
      {
        args: ["exec", "--json", "resume", "--last", "go on"],
        exit: 1,
        stdout: "",
        stderr:
          /^There is no saved session that was run in \{workspace\} \(--all looks everywhere\)\.$/m,
      },
      {
        args: ["exec", "--json", "resume", "--last", "--all", "go on"],
        exit: 0,
        stdout: secondTurn(200, 20, 40),
      },
    ],
    requests: 2,
  },
  {
    name: "a session that is not there is an error",
    differs: "it starts a new session without a word",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json", "resume", "01a20b53-55ab-7970-94e7-000000000000", "go"],
      exit: 1,
      stdout: "",
      stderr: /\{uuid\}/,
    }],
    requests: 0,
  },
  {
    name: "a name that no session has is an error",
    differs: "it starts a new session without a word",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json", "resume", "no-such-name", "go"],
      exit: 1,
      stdout: "",
      stderr: /no-such-name/,
    }],
    requests: 0,
  },
  {
    name: "no newest session is an error",
    differs: "it starts a new session without a word",
    model: [finalAnswer()],
    runs: [{ args: ["exec", "--json", "resume", "--last", "go"], exit: 1, stdout: "" }],
    requests: 0,
  },
  {
    name: "an ephemeral session cannot go on",
    differs: "it starts a new session without a word",
    model: [finalAnswer(), finalAnswer()],
    runs: [
      { args: exec("begin", "--ephemeral"), exit: 0, lines: run(message(0, "done"), done(1)) },
      { args: ["exec", "--json", "resume", "{thread}", "go on"], exit: 1, stdout: "" },
    ],
    requests: 1,
  },
  {
    name: "no credentials at all",
    model: () => ({ status: 401, body: { error: { message: "who are you" } } }),
    runs: [{
      args: exec("go"),
      env: { CODEX_API_KEY: null },
      exit: 1,
    }],
  },
  {
    name: "a provider whose key is missing says which variable to set",
    model: [finalAnswer()],
    runs: [{
      args: exec("go", ...FEW_RETRIES, "-c", 'model_providers.scripted.env_key="NO_SUCH_KEY"'),
      exit: 1,
      stdout: /NO_SUCH_KEY/,
    }],
    requests: 0,
  },
];
