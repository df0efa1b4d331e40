import assert from "node:assert/strict";
import type { Scenario, ScenarioRun, SentRequest } from "../support/scenario.ts";
import { exec, finalAnswer } from "./answers.ts";
import { completedItem, done, message, run } from "./expected.ts";
import { PNG } from "./images.ts";

/** The content of the last message of the person. */
function lastContent(requests: readonly SentRequest[]): unknown {
  return requests.at(-1)?.body.input.findLast((item) => item["role"] === "user")?.["content"];
}

/** Chat Completions has it in one message with what stands before it. */
function promptIs(text: string): Scenario["check"] {
  return (requests) => {
    const content = lastContent(requests);
    if (!requests.at(-1)?.path.endsWith("/chat/completions")) {
      assert.deepEqual(content, [{ type: "input_text", text }]);
      return;
    }
    const [only] = Array.isArray(content) ? content : [];
    assert.ok(only.text.endsWith(`</environment_context>\n\n${text}`), only.text);
  };
}

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const ANSWERED = run(message(0, "done"), done(1));

/** Ends before anything is sent. */
function stops(
  name: string,
  args: readonly string[],
  stderr: RegExp,
  more: Partial<Scenario> & Partial<Pick<ScenarioRun, "stdin" | "exit" | "env">> = {},
): Scenario {
  const { stdin, exit, env = {}, ...rest } = more;
  return {
    name,
    model: [],
    runs: [{
      args,
      exit: exit ?? 1,
      stdout: "",
      stderr,
      env,
      ...(stdin === undefined ? {} : { stdin }),
    }],
    requests: 0,
    ...rest,
  };
}

export const PROMPTS: readonly Scenario[] = [
  {
    name: "with a prompt, stdin is not read",
    model: [finalAnswer()],
    runs: [{ args: exec("the words"), stdin: "other words", exit: 0, lines: ANSWERED }],
    check: promptIs("the words"),
  },
  {
    name: "without a prompt, stdin is read and kept as it is",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json"],
      stdin: "piped\nwords\n",
      exit: 0,
      lines: ANSWERED,
      stderr: /^Reading prompt from stdin\.\.\.$/m,
    }],
    check: promptIs("piped\nwords\n"),
  },
  {
    name: "a dash reads stdin without a word about it",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json", "-"],
      stdin: "piped",
      exit: 0,
      lines: ANSWERED,
      stderr: /^$/,
    }],
    check: promptIs("piped"),
  },
  {
    name: "a prompt in UTF-16 with its mark",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json", "-"],
      stdin: [0xff, 0xfe, 0x68, 0, 0xe9, 0],
      exit: 0,
      lines: ANSWERED,
    }],
    check: promptIs("hé"),
  },
  {
    name: "a prompt in UTF-8 with a mark",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json", "-"],
      stdin: [0xef, 0xbb, 0xbf, ...utf8("hé")],
      exit: 0,
      lines: ANSWERED,
    }],
    check: promptIs("hé"),
  },
  stops("a prompt that is not UTF-8 names the byte", ["exec", "--json", "-"], /offset 2\b/, {
    stdin: [0x61, 0x62, 0xff],
  }),
  stops("a blank stdin is no prompt", ["exec", "--json"], /^No prompt provided via stdin\.$/m, {
    stdin: " \n\t\n",
  }),
  stops("an empty stdin is no prompt", ["exec"], /^No prompt provided via stdin\.$/m),
];

export const ATTACHMENTS: readonly Scenario[] = [
  {
    name: "a picture goes before the words",
    files: { "dot.png": PNG },
    model: [finalAnswer()],
    runs: [{ args: [...exec("what is it"), "-i", "dot.png"], exit: 0, lines: ANSWERED }],
    check(requests) {
      const content = JSON.stringify(lastContent(requests));
      assert.match(content, /"input_image","image_url":"data:image\/png;base64,[^]*what is it/);
    },
  },
  ...(Deno.build.os === "windows" ? [] : [{
    name: "a picture may come through a pipe",
    model: [finalAnswer()],
    runs: [{
      args: [...exec("what is it"), "-i", "/dev/stdin"],
      stdin: [...PNG],
      exit: 0,
      lines: ANSWERED,
    }],
    check(requests: readonly SentRequest[]) {
      assert.match(JSON.stringify(lastContent(requests)), /"image_url":"data:image\/png;base64,/);
    },
  }]),
  {
    name: "a picture that cannot be read is told to the model, and to the person",
    differs: "it tells the model alone",
    files: { "words.svg": "<svg/>" },
    model: [finalAnswer(), finalAnswer()],
    runs: [
      {
        args: [...exec("what is it"), "-i", "none.png"],
        exit: 0,
        lines: run(
          completedItem(0, {
            type: "error",
            message: /^The image \{workspace\}[\\/]none\.png could not be read \(No such file /,
          }),
          message(1, "done"),
          done(1),
        ),
      },
      {
        args: ["exec", "--skip-git-repo-check", "what is it", "-i", "none.png,words.svg"],
        exit: 0,
        stderr:
          /^warning: The image [^\n]*none\.png could[^\n]*\nwarning: The image [^\n]*words\.svg could/m,
      },
    ],
    requests: 2,
    check(requests) {
      assert.match(
        JSON.stringify(lastContent(requests)),
        /Codex could not read the local image at `[^`]*none\.png`[^]*what is it/,
      );
    },
  },
  {
    name: "a schema for the answer",
    files: { "schema.json": '{"type":"object","properties":{"a":{"type":"string"}}}' },
    model: [finalAnswer('{"a":"b"}')],
    runs: [{
      args: exec("go", "--output-schema", "schema.json"),
      exit: 0,
      lines: run(message(0, '{"a":"b"}'), done(1)),
    }],
    check(requests) {
      assert.deepEqual(requests[0]?.body["text"], {
        ...(typeof requests[0]?.body["text"] === "object" ? requests[0].body["text"] : {}),
        format: {
          type: "json_schema",
          strict: true,
          schema: { type: "object", properties: { a: { type: "string" } } },
          name: "codex_output_schema",
        },
      });
    },
  },
  stops(
    "a schema file that is not there",
    exec("go", "--output-schema", "none.json"),
    /^Failed to read output schema file .*none\.json: /m,
  ),
  stops(
    "a schema file that is not JSON",
    exec("go", "--output-schema", "schema.json"),
    /^Output schema file .*schema\.json is not valid JSON: /m,
    { files: { "schema.json": "{" } },
  ),
  {
    name: "the last message goes to a file, exactly",
    model: [finalAnswer("last\nwords")],
    runs: [{ args: ["exec", "-o", "out.txt", "go"], exit: 0, stdout: "last\nwords\n" }],
    after: { "out.txt": "last\nwords" },
  },
  {
    name: "a failed turn leaves that file empty, with a warning",
    model: [{ status: 400, body: "no" }],
    files: { "out.txt": "old" },
    runs: [{
      args: exec("go", "-o", "out.txt"),
      exit: 1,
      stderr: /^warning: .*out\.txt/im,
    }],
    after: { "out.txt": "" },
  },
  {
    name: "a file that cannot be written is a failure, once the answer has been given",
    differs: "it exits with 0",
    model: [finalAnswer("words")],
    runs: [{
      args: ["exec", "--skip-git-repo-check", "go", "-o", "no/such/folder/out.txt"],
      exit: 1,
      stdout: "words\n",
      stderr:
        /^Failed to write the last message to [^']*no[\\/]such[\\/]folder[\\/]out\.txt: [^']*$/m,
    }],
  },
];

export const START_UP: readonly Scenario[] = [
  stops("an unknown flag", ["exec", "--no-such-flag", "go"], /--no-such-flag/, { exit: 2 }),
  stops(
    "outside a git repository",
    ["exec", "go"],
    /^Not inside a trusted directory and --skip-git-repo-check was not specified\.$/m,
    { git: false },
  ),
  {
    name: "outside a git repository, told not to look",
    git: false,
    model: [finalAnswer()],
    runs: [{ args: exec("go", "--skip-git-repo-check"), exit: 0, lines: ANSWERED }],
  },
  {
    name: "outside a git repository, without any guard",
    git: false,
    model: [finalAnswer()],
    runs: [{ args: ["exec", "--experimental-json", "--yolo", "go"], exit: 0, lines: ANSWERED }],
  },
  stops("a folder that is not there", ["exec", "-C", "no-such-folder", "go"], /no such|No such/),
  stops(
    "an override without a value",
    ["exec", "-c", "foo", "go"],
    /Invalid override \(missing '='\): foo/,
  ),
  stops("a config file that is no TOML", ["exec", "go"], /config\.toml:2:\d+/, {
    homeFiles: { "config.toml": 'model = "x"\nbroken = = 1\n' },
  }),
  stops("a config value of the wrong type", ["exec", "go"], /config\.toml:1:\d+/, {
    homeFiles: { "config.toml": "model = 3\n" },
  }),
  stops("a config file that cannot be read", ["exec", "go"], /config\.toml/, {
    homeFiles: { "config.toml/is_a_folder": "" },
  }),
  stops("a profile that is not there", ["exec", "-p", "none", "go"], /none/),
  stops("a provider that is not there", exec("go", "-c", 'model_provider="none"'), /none/),
  {
    name: "a local provider",
    differs: "it takes Ollama's own interface for granted",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--json", "--oss", "--local-provider", "ollama", "go"],
      env: { CODEX_OSS_BASE_URL: "{baseUrl}", CODEX_API_KEY: null },
      exit: 0,
      lines: run(
        completedItem(0, { type: "error", message: /gpt-oss:20b/ }),
        message(1, "done"),
        done(1),
      ),
    }],
    check(requests) {
      assert.equal(requests[0]?.body["model"], "gpt-oss:20b");
      assert.equal(requests[0]?.headers["authorization"], undefined);
    },
  },
  stops(
    "a local provider that is not running",
    ["exec", "--json", "--oss", "--local-provider", "ollama", "go"],
    /^No server answers at \{baseUrl\}\./m,
    { model: "dead", env: { CODEX_OSS_BASE_URL: "{baseUrl}" } },
  ),
  stops("a local provider, but which", ["exec", "--oss", "go"], /local-provider|oss_provider/),
  {
    name: "the approval policy is never, whatever is configured",
    homeFiles: { "config.toml": 'approval_policy = "untrusted"\n' },
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "-c", 'approval_policy="on-request"', "go"],
      exit: 0,
      stdout: "done\n",
      stderr: /^approval: never$/m,
    }],
  },
  {
    name: "what a person sees on stderr",
    model: [finalAnswer()],
    runs: [{
      args: ["exec", "--color", "never", "go"],
      exit: 0,
      stdout: "done\n",
      stderr:
        /^OpenAI Codex v\S+ \(research preview\)\n--------\nworkdir: \{workspace\}\nmodel: \S+\nprovider: openai\napproval: never\nsandbox: read-only\nreasoning effort: \S+\nreasoning summaries: auto\nsession id: \{uuid\}\n--------\nuser\ngo\n[^]*codex\ndone\n[^]*tokens used\n110\n$/,
    }],
  },
  {
    name: "who asks is told to the server",
    model: [finalAnswer()],
    runs: [{
      args: exec("go"),
      env: { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "my_client" },
      exit: 0,
    }],
    check(requests) {
      const headers = requests[0]?.headers ?? {};
      assert.equal(headers["originator"], "my_client");
      assert.match(headers["user-agent"] ?? "", /^my_client\/[0-9.]+ \(.+; .+\) .+/);
      assert.equal(headers["authorization"], "Bearer sk-test");
    },
  },
];
