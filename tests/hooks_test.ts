import assert from "node:assert/strict";
import { join } from "node:path";
import { type Script, type ScriptedModel, startScriptedModel } from "../src/scripted/mod.ts";
import { answer, exec, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { outputOf } from "./support/play_scenario.ts";
import { type CodexRun, runCodex } from "./support/run_codex.ts";
import { openStage, type Stage, type StageOptions } from "./support/stage.ts";

/** The hooks of these tests are scripts of `sh`. */
const UNIX_ONLY = { ignore: Deno.build.os === "windows" };

/** A `hooks.json` with one hook for each event. */
function hooksJson(events: Readonly<Record<string, string>>, more: object = {}): string {
  const groups = Object.entries(events).map(([event, command]) => [
    event,
    [{ hooks: [{ type: "command", command, ...more }] }],
  ]);
  return JSON.stringify({ hooks: Object.fromEntries(groups) });
}

/** A hook that keeps what it reads in `$CODEX_HOME/NAME`, a line a time, and prints `text`. */
function keeping(name: string, text: unknown = ""): string {
  const printed = typeof text === "string" ? text : JSON.stringify(text);
  return `{ cat; echo; } >> "$CODEX_HOME/${name}"; printf '%s' '${printed}'`;
}

interface Played {
  readonly run: CodexRun;
  readonly model: ScriptedModel;
  readonly stage: Stage;
  /** The objects that hooks of this name have read. */
  kept(name: string): Promise<Readonly<Record<string, unknown>>[]>;
}

interface PlayOptions extends StageOptions {
  readonly prompt?: string;
  readonly flags?: readonly string[];
}

/** One run of `codex exec --json` with hooks in the user's folder. */
async function play(
  hooks: string,
  script: Script,
  look: (played: Played) => Promise<void> | void,
  { prompt = "hi", flags = [], ...options }: PlayOptions = {},
): Promise<void> {
  await using stage = await openStage({
    ...options,
    homeFiles: { "hooks.json": hooks, ...options.homeFiles },
  });
  await using model = await startScriptedModel(script);
  const run = await runCodex(stage, { args: exec(prompt, ...flags), baseUrl: model.baseUrl });
  const kept = async (name: string) => {
    const text = await Deno.readTextFile(join(stage.codexHome, name));
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  };
  await look({ run, model, stage, kept });
}

const RUNS_A_COMMAND = [answer(execCommand("c1", "echo ran > trace; echo out")), finalAnswer()];

function hasRun({ stage }: Played): Promise<boolean> {
  return Deno.lstat(join(stage.workspace, "trace")).then(() => true, () => false);
}

Deno.test(
  "PreToolUse: a refused call does not run, and the model reads why",
  UNIX_ONLY,
  async () => {
    const refusal = {
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "deny",
        permissionDecisionReason: "not on a Sunday",
      },
    };
    const hooks = hooksJson({ PreToolUse: keeping("seen", refusal) });
    await play(hooks, RUNS_A_COMMAND, async (played) => {
      const { run, model, stage, kept } = played;
      assert.equal(run.code, 0, run.stderr);
      assert.equal(await hasRun(played), false);
      assert.equal(
        outputOf(model.requests, "c1"),
        "A PreToolUse hook refused this call, so it did not run: not on a Sunday",
      );
      const [seen] = await kept("seen");
      const thread = JSON.parse(run.stdout.split("\n")[0]!).thread_id;
      const { turn_id, transcript_path, model: slug } = seen!;
      assert.match(String(turn_id), /^[0-9a-f-]{36}$/);
      assert.match(String(transcript_path), /\/sessions\/.*\.jsonl$/);
      assert.equal(
        JSON.stringify(seen),
        `{"session_id":"${thread}","turn_id":"${turn_id}","transcript_path":"${transcript_path}",` +
          `"cwd":"${stage.workspace}","hook_event_name":"PreToolUse","model":"${slug}",` +
          '"permission_mode":"bypassPermissions","tool_name":"Bash",' +
          '"tool_input":{"command":"echo ran > trace; echo out"},"tool_use_id":"c1"}',
      );
    });
  },
);

Deno.test("PreToolUse: exit code 2 refuses with what stands on stderr", UNIX_ONLY, async () => {
  const hooks = hooksJson({ PreToolUse: "echo no way >&2; exit 2" });
  await play(hooks, RUNS_A_COMMAND, async (played) => {
    assert.equal(played.run.code, 0, played.run.stderr);
    assert.equal(await hasRun(played), false);
    assert.match(outputOf(played.model.requests, "c1") ?? "", /: no way$/);
  });
});

Deno.test(
  "PreToolUse: what runs can be changed, and words reach the model",
  UNIX_ONLY,
  async () => {
    const change = {
      hookSpecificOutput: {
        hookEventName: "PreToolUse",
        permissionDecision: "allow",
        updatedInput: { command: "echo changed" },
        additionalContext: "mind the gap",
      },
    };
    const hooks = hooksJson({ PreToolUse: keeping("seen", change) });
    await play(hooks, RUNS_A_COMMAND, async (played) => {
      assert.equal(played.run.code, 0, played.run.stderr);
      assert.equal(await hasRun(played), false);
      assert.match(outputOf(played.model.requests, "c1") ?? "", /\nchanged\n$/);
      assert.deepEqual(developerTexts(played).slice(-1), ["mind the gap"]);
    });
  },
);

/** What developers said in the last request. */
function developerTexts({ model }: Played): string[] {
  return model.requests.at(-1)!.body.input
    .filter((item) => item["role"] === "developer")
    .flatMap((item) => (item["content"] as { text: string }[]).map(({ text }) => text));
}

for (
  const [name, script, warning] of [
    ["fails", "echo first >&2; echo oops >&2; exit 7", /exit code 7: oops/],
    ["crashes", "kill -9 $$", /it was ended by SIGKILL/],
    ["hangs", "sleep 600", /it took longer than 1 s/],
    ["leaves a child that hangs", "sleep 600 & wait", /it took longer than 1 s/],
    ["prints without end", "yes", /it took longer than 1 s/],
    ["prints half an object", `printf '{"decision":'`, /looks like JSON and is none/],
    ["prints the wrong types", `printf '{"decision":["block"]}'`, /decision of its answer is not/],
    ["refuses without a word", "exit 2", /no reason on stderr/],
    ["is none", "/no/such/program", /exit code 127/],
    ["asks for what is not there", `printf '{"continue":false}'`, /is not supported/],
  ] as const
) {
  Deno.test(`a hook that ${name} is told of and breaks nothing`, UNIX_ONLY, async () => {
    // Only what never ends is given no time: a busy machine may be slow with the others.
    const limit = /longer than/.test(warning.source) ? { timeout: 1 } : {};
    const hooks = hooksJson({ PreToolUse: script, PostToolUse: script }, limit);
    await play(hooks, RUNS_A_COMMAND, async (played) => {
      const { run, model } = played;
      assert.equal(run.code, 0, run.stderr);
      assert.equal(await hasRun(played), true);
      assert.match(run.stdout, warning);
      assert.match(run.stdout, /A PreToolUse hook failed and was passed over/);
      if (name !== "asks for what is not there") {
        assert.match(outputOf(model.requests, "c1") ?? "", /\nout\n$/);
      }
    });
  });
}

Deno.test(
  "PostToolUse: the model reads the hook's words in place of the output",
  UNIX_ONLY,
  async () => {
    const feedback = {
      decision: "block",
      reason: "look again",
      systemMessage: "for the person",
      hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: "the tests are red" },
    };
    const hooks = JSON.stringify({
      hooks: {
        PostToolUse: [
          { matcher: "^Ba", hooks: [{ type: "command", command: keeping("seen", feedback) }] },
          { matcher: "apply_patch", hooks: [{ type: "command", command: keeping("other") }] },
        ],
      },
    });
    await play(hooks, RUNS_A_COMMAND, async (played) => {
      const { run, model, kept, stage } = played;
      assert.equal(run.code, 0, run.stderr);
      assert.equal(await hasRun(played), true);
      assert.equal(outputOf(model.requests, "c1"), "look again");
      assert.deepEqual(developerTexts(played).slice(-1), ["the tests are red"]);
      assert.match(run.stdout, /"for the person"/);
      const [seen] = await kept("seen");
      assert.deepEqual(Object.keys(seen!).slice(-5), [
        "permission_mode",
        "tool_name",
        "tool_input",
        "tool_use_id",
        "tool_response",
      ]);
      assert.match(String(seen!["tool_response"]), /Process exited with code 0\n[^]*\nout\n$/);
      assert.deepEqual(
        await Array.fromAsync(Deno.readDir(stage.codexHome)).then((all) =>
          all.filter(({ name }) => name === "other")
        ),
        [],
      );
    });
  },
);

Deno.test(
  "UserPromptSubmit: a blocked prompt is sent nowhere, kept nowhere, exit 1",
  UNIX_ONLY,
  async () => {
    const hooks = hooksJson({
      UserPromptSubmit: keeping("seen", { decision: "block", reason: "it has a key in it" }),
      Stop: keeping("stopped"),
    });
    await play(hooks, [finalAnswer()], async ({ run, model, stage, kept }) => {
      assert.equal(run.code, 1);
      assert.equal(model.requests.length, 0);
      const message = "A UserPromptSubmit hook blocked the prompt: it has a key in it";
      assert.equal(
        run.stdout.trimEnd().split("\n").at(-1),
        JSON.stringify({ type: "turn.failed", error: { message } }),
      );
      assert.equal((await kept("seen"))[0]?.["prompt"], "my-secret-prompt");
      await assert.rejects(kept("stopped"), Deno.errors.NotFound);
      const { stdout } = await new Deno.Command("grep", {
        args: ["-rl", "my-secret-prompt", stage.codexHome],
      }).output();
      assert.equal(new TextDecoder().decode(stdout), `${join(stage.codexHome, "seen")}\n`);
    }, { prompt: "my-secret-prompt" });
  },
);

Deno.test(
  "SessionStart and UserPromptSubmit: what they print reaches the model",
  UNIX_ONLY,
  async () => {
    const hooks = hooksJson({
      SessionStart: keeping("start", "use tabs"),
      UserPromptSubmit: keeping("prompt", {
        hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: "be brief" },
      }),
    });
    await play(hooks, [finalAnswer(), finalAnswer()], async (played) => {
      const { run, model, stage, kept } = played;
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(developerTexts(played).slice(-2), ["use tabs", "be brief"]);
      const again = await runCodex(stage, {
        args: ["exec", "--json", "resume", "--last", "more"],
        baseUrl: model.baseUrl,
      });
      assert.equal(again.code, 0, again.stderr);
      const starts = await kept("start");
      assert.deepEqual(starts.map(({ source }) => source), ["startup", "resume"]);
      assert.deepEqual(Object.keys(starts[0]!), [
        "session_id",
        "transcript_path",
        "cwd",
        "hook_event_name",
        "model",
        "permission_mode",
        "source",
      ]);
      assert.deepEqual((await kept("prompt")).map(({ prompt }) => prompt), ["hi", "more"]);
    });
  },
);

Deno.test("SessionStart: a hook can keep the turn from starting", UNIX_ONLY, async () => {
  const hooks = hooksJson({
    SessionStart: keeping("start", { continue: false, stopReason: "closed" }),
  });
  await play(hooks, [finalAnswer()], ({ run, model }) => {
    assert.deepEqual([run.code, model.requests.length], [1, 0]);
    assert.match(run.stdout, /A SessionStart hook stopped the turn: closed/);
  });
});

Deno.test("Stop: a hook makes the turn go on, and is told that it did", UNIX_ONLY, async () => {
  const script = 'x=$(cat); printf "%s\\n" "$x" >> "$CODEX_HOME/seen"; ' +
    "case $x in *'\"stop_hook_active\":false'*) echo run the tests >&2; exit 2;; esac";
  await play(
    hooksJson({ Stop: script }),
    [finalAnswer("one"), finalAnswer("two")],
    async (played) => {
      const { run, model, kept } = played;
      assert.equal(run.code, 0, run.stderr);
      assert.equal(model.requests.length, 2);
      const last = model.requests[1]!.body.input.at(-1)!;
      assert.deepEqual([last["role"], last["content"]], [
        "user",
        [{ type: "input_text", text: "run the tests" }],
      ]);
      const seen = await kept("seen");
      assert.deepEqual(
        seen.map((each) => [each["stop_hook_active"], each["last_assistant_message"]]),
        [[false, "one"], [true, "two"]],
      );
      assert.deepEqual(Object.keys(seen[0]!).slice(-3), [
        "permission_mode",
        "stop_hook_active",
        "last_assistant_message",
      ]);
    },
  );
});

Deno.test(
  "Stop: one that never has enough is stopped, and one that wants an end has the last word",
  UNIX_ONLY,
  async () => {
    const on = hooksJson({ Stop: "echo more >&2; exit 2" });
    await play(on, Array.from({ length: 25 }, () => finalAnswer()), ({ run, model }) => {
      assert.equal(run.code, 0, run.stderr);
      assert.equal(model.requests.length, 21);
      assert.match(run.stdout, /Stop hooks have made this turn go on 20 times; it ends now\./);
    });
    const both = JSON.stringify({
      hooks: {
        Stop: [{
          hooks: ["echo more >&2; exit 2", `printf '{"continue":false}'`].map((command) => ({
            type: "command",
            command,
          })),
        }],
      },
    });
    await play(both, [finalAnswer()], ({ run, model }) => {
      assert.deepEqual([run.code, model.requests.length], [0, 1], run.stderr);
    });
  },
);

Deno.test(
  "a broken hooks.json is a warning with its place, or with --strict-config an error",
  UNIX_ONLY,
  async () => {
    const broken = '{\n  "hooks": {\n    "Stop": [}\n}\n';
    await play(broken, [finalAnswer()], ({ run, stage }) => {
      assert.equal(run.code, 0, run.stderr);
      assert.ok(run.stdout.includes(`${stage.codexHome}/hooks.json:3:14: a value belongs here`));
    });
    await play(broken, [finalAnswer()], ({ run, stage, model }) => {
      assert.deepEqual([run.code, model.requests.length, run.stdout], [1, 0, ""]);
      assert.equal(
        run.stderr,
        "Error loading config.toml:\n" +
          `${stage.codexHome}/hooks.json:3:14: a value belongs here. Its hooks do not run\n` +
          '  |\n3 |     "Stop": [}\n  |              ^\n',
      );
    }, { flags: ["--strict-config"] });
  },
);

Deno.test(
  "hooks of config.toml and hooks.json both run; features.hooks switches them off",
  UNIX_ONLY,
  async () => {
    const config = '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\n' +
      'command = "cat >> $CODEX_HOME/inline"\n';
    const options = { homeFiles: { "config.toml": config } };
    const hooks = hooksJson({ Stop: keeping("json") });
    await play(hooks, [finalAnswer()], async ({ run, kept, stage }) => {
      assert.equal(run.code, 0, run.stderr);
      assert.equal((await kept("inline")).length, 1);
      assert.equal((await kept("json")).length, 1);
      assert.ok(
        run.stdout.includes(
          `${stage.codexHome}/hooks.json and ${stage.codexHome}/config.toml both`,
        ),
      );
    }, options);
    for (const flag of ["features.hooks=false", "features.codex_hooks=false"]) {
      await play(hooks, [finalAnswer()], async ({ run, kept }) => {
        assert.equal(run.code, 0, run.stderr);
        await assert.rejects(kept("inline"), Deno.errors.NotFound);
        await assert.rejects(kept("json"), Deno.errors.NotFound);
      }, { ...options, flags: ["-c", flag] });
    }
  },
);
