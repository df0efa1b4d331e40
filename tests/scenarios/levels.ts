import assert from "node:assert/strict";
import type { Scenario, SentRequest } from "../support/scenario.ts";
import { finalAnswer } from "./answers.ts";
import { PNG } from "./images.ts";

const PROFILES = '[profiles.fast]\nmodel = "gpt-5.1-codex-mini"\n';

function toolOf(request: SentRequest | undefined, type: string): unknown {
  const tools = request?.body["tools"];
  assert.ok(Array.isArray(tools));
  return tools.find((tool) => tool?.type === type);
}

function textOf(request: SentRequest | undefined): string {
  return JSON.stringify(request?.body.input);
}

/** Flags in front of a command's name, and the same flags behind it. */
export const LEVELS: readonly Scenario[] = [
  {
    name: "every flag of the root that exec can use reaches it",
    differs: "it drops all but the model, --full-auto and the bypass",
    files: { "inner/keep": "", "inner/dot.png": PNG, "extra/keep": "" },
    homeFiles: { "config.toml": PROFILES },
    model: [finalAnswer()],
    runs: [{
      args: [
        ...["-s", "workspace-write", "-C", "inner", "-p", "fast", "--search"],
        ...["--add-dir", "../extra", "-i=inner/dot.png", "-c", "model_reasoning_effort=high"],
        ...["exec", "hi"],
      ],
      exit: 0,
      stdout: "done\n",
      stderr:
        /workdir: \{workspace\}\/inner\nmodel: gpt-5\.1-codex-mini\n[^]*sandbox: workspace-write \[[^\]]*\{workspace\}\/extra[^]*reasoning effort: high/,
    }],
    check([request]) {
      assert.equal(request?.body["model"], "gpt-5.1-codex-mini");
      assert.match(textOf(request), /"input_image"/);
      assert.deepEqual(toolOf(request, "web_search"), {
        type: "web_search",
        external_web_access: true,
      });
    },
  },
  {
    name: "a model in front of exec counts, one behind it wins",
    model: [finalAnswer(), finalAnswer()],
    runs: [
      { args: ["-m", "gpt-5.2", "exec", "hi"], exit: 0 },
      { args: ["-m", "gpt-5.2", "exec", "-m", "gpt-5.1-codex-mini", "hi"], exit: 0 },
    ],
    check(requests) {
      const models = requests.map(({ body }) => body["model"]);
      assert.deepEqual(models, ["gpt-5.2", "gpt-5.1-codex-mini"]);
    },
  },
  {
    name: "overrides of every level count, and the deeper one wins for a key",
    differs: "it forgets those in front of exec",
    model: [finalAnswer()],
    runs: [{
      args: [
        ...["-c", "model=gpt-5.2", "-c", "model_reasoning_effort=low"],
        ...["exec", "-c", "model_reasoning_effort=high", "hi"],
      ],
      exit: 0,
    }],
    check([request]) {
      assert.equal(request?.body["model"], "gpt-5.2");
      assert.deepEqual(request?.body["reasoning"], {
        ...(request?.body["reasoning"] as object),
        effort: "high",
      });
    },
  },
  {
    name: "a sandbox in front of exec is not dropped, one behind it wins",
    differs: "it drops the one in front",
    model: [finalAnswer(), finalAnswer()],
    runs: [
      {
        args: ["-s", "danger-full-access", "exec", "hi"],
        exit: 0,
        stderr: /sandbox: danger-full-access/,
      },
      {
        args: ["-s", "danger-full-access", "exec", "-s", "read-only", "hi"],
        exit: 0,
        stderr: /sandbox: read-only/,
      },
    ],
  },
  {
    name: "exec asks nobody: -a in front of it is told to be without effect",
    model: [finalAnswer(), finalAnswer()],
    runs: [
      {
        args: ["-a", "on-request", "exec", "hi"],
        exit: 0,
        stderr: /^warning: --ask-for-approval has no effect: [^]*approval: never/m,
      },
      { args: ["-a", "never", "exec", "hi"], exit: 0, stderr: /^OpenAI Codex/ },
    ],
  },
  {
    name: "a prompt in front of exec is dropped, with a word about it",
    model: [finalAnswer()],
    runs: [{
      args: ["early", "exec", "late"],
      exit: 0,
      stderr: /^warning: "early" in front of "exec" is ignored/m,
    }],
    check([request]) {
      assert.ok(textOf(request).includes("late") && !textOf(request).includes("early"));
    },
  },
  {
    name: "a further folder means nothing to a read-only sandbox, and stops nothing",
    model: [finalAnswer()],
    runs: [{ args: ["exec", "-s", "read-only", "--add-dir", "/usr", "hi"], exit: 0 }],
  },
  {
    name: "--strict-config refuses keys that nobody knows, at any level",
    differs: "later versions have the flag",
    homeFiles: { "config.toml": 'modle = "x"\n' },
    model: [finalAnswer()],
    runs: [
      {
        args: ["--strict-config", "exec", "hi"],
        exit: 1,
        stdout: "",
        stderr: /config\.toml:1:1\b/,
      },
      { args: ["exec", "--strict-config", "hi"], exit: 1, stdout: "", stderr: /modle/ },
      { args: ["exec", "hi"], exit: 0, stdout: "done\n" },
    ],
  },
];
