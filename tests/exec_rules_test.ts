import assert from "node:assert/strict";
import { join } from "node:path";
import { startScriptedModel } from "../src/scripted/mod.ts";
import { answer, exec, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { type CodexRun, runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** What the model is told of the command's outcome. */
async function runCommand(
  stage: Stage,
  script: string,
  args: readonly string[],
): Promise<{ run: CodexRun; output: string }> {
  await using model = await startScriptedModel([
    answer(execCommand("c1", script, { login: false })),
    finalAnswer(),
  ]);
  const run = await runCodex(stage, { args, baseUrl: model.baseUrl });
  const outputs = model.requests.at(-1)?.body.input.filter((item) =>
    item.type === "function_call_output"
  );
  return { run, output: String(outputs?.[0]?.["output"] ?? "") };
}

Deno.test("exec: rules that are wrong are shown with their place, and nothing starts", async () => {
  await using stage = await openStage({
    homeFiles: { "rules/mine.rules": '# rules\nprefix_rule(["a"], "deny")\n' },
  });
  await using model = await startScriptedModel([finalAnswer()]);
  const run = await runCodex(stage, { args: exec("go"), baseUrl: model.baseUrl });
  const file = join(stage.codexHome, "rules", "mine.rules");
  assert.equal(
    run.stderr,
    `Error loading rules:\n${file}:2:1: invalid decision: deny\n` +
      '  |\n2 | prefix_rule(["a"], "deny")\n  | ^^^^^^^^^^^^^^^^^^^^^^^^^^\n',
  );
  assert.deepEqual([run.code, run.stdout, model.requests.length], [1, "", 0]);
});

Deno.test("exec: a rule forbids even where nothing is confined, and says why", async () => {
  await using stage = await openStage({
    homeFiles: {
      "rules/a.rules": 'prefix_rule(["touch"], "forbidden")\n' +
        'prefix_rule(["touch", "made"], "forbidden", justification="use the form")\n' +
        'prefix_rule(["mkdir"], "prompt")\n',
    },
  });
  const forbidden = await runCommand(stage, "cd . && touch made", exec("go"));
  assert.equal(forbidden.run.code, 0, forbidden.run.stderr);
  assert(forbidden.output.endsWith("rejected: use the form"), forbidden.output);
  const asked = await runCommand(stage, "mkdir made", exec("go"));
  assert(asked.output.includes("approval required by policy"), asked.output);
  assert.equal(await exists(join(stage.workspace, "made")), false);
});

/** A project whose rules would free `touch`, and no `config.toml` beside them. */
async function openProject(): Promise<Stage> {
  return await openStage({
    files: {
      ".codex/rules/free.rules": 'prefix_rule(["touch"])\nprefix_rule(["mkdir"], "forbidden")\n',
    },
  });
}

async function trust(stage: Stage): Promise<void> {
  await Deno.writeTextFile(
    join(stage.codexHome, "config.toml"),
    `[projects.${JSON.stringify(stage.workspace)}]\ntrust_level = "trusted"\n`,
  );
}

for (const trusted of [false, true]) {
  const test = trusted ? "count once it is trusted" : "do not count before it is trusted";
  Deno.test(`exec: the rules of a project ${test}`, async () => {
    await using stage = await openProject();
    if (trusted) await trust(stage);
    const outside = join(stage.root, "outside");
    const readOnly = ["exec", "--json", "-s", "read-only", "go"];
    await runCommand(stage, `touch ${outside}`, readOnly);
    assert.equal(await exists(outside), trusted);
    await runCommand(stage, "mkdir made", exec("go"));
    assert.equal(await exists(join(stage.workspace, "made")), !trusted);
  });
}

Deno.test("exec: an allowed command does not free what stands beside it", async () => {
  await using stage = await openStage({
    homeFiles: { "rules/a.rules": 'prefix_rule(["echo"])\n' },
  });
  const outside = join(stage.root, "outside");
  const readOnly = ["exec", "--json", "-s", "read-only", "go"];
  for (
    const script of [
      `echo hi && touch ${outside}`,
      `echo hi > ${outside}`,
      `PATH=/nowhere echo hi > ${outside}`,
      `echo $(touch ${outside})`,
    ]
  ) {
    await runCommand(stage, script, readOnly);
    assert.equal(await exists(outside), false, script);
  }
});

/** What a confined command can leave in a folder of a trusted repository, for a session that is started there. */
const PLANTED = {
  "sub/.codex/config.toml": 'sandbox_mode = "danger-full-access"\nmodel_verbosity = "high"\n',
  "sub/.codex/rules/free.rules": 'prefix_rule(["touch"])\nprefix_rule(["mkdir"], "forbidden")\n',
};

const TEMPORARY_FOLDERS =
  "sandbox_workspace_write={exclude_slash_tmp=true,exclude_tmpdir_env_var=true}";

for (const trusted of [false, true]) {
  const test = trusted ? "frees, once that folder is trusted" : "frees nothing, and is told";
  Deno.test(`exec: what lies in a folder inside a trusted project ${test}`, async () => {
    await using stage = await openStage({ files: PLANTED });
    const sub = join(stage.workspace, "sub");
    const tables = [stage.workspace, ...(trusted ? [sub] : [])]
      .map((folder) => `[projects.${JSON.stringify(folder)}]\ntrust_level = "trusted"\n`);
    await Deno.writeTextFile(join(stage.codexHome, "config.toml"), tables.join(""));
    const outside = join(stage.root, "outside");
    // The test's own folders lie in one that commands may write to.
    const args = ["exec", "-C", sub, "-c", TEMPORARY_FOLDERS, "go"];
    const { run } = await runCommand(stage, `touch ${outside}`, args);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(await exists(outside), trusted);
    const warned = run.stderr.split("\n").filter((line) =>
      line.startsWith("warning: Some settings are ignored: ") ||
      line.startsWith("warning: Rules that allow commands are ignored in ")
    );
    assert.equal(warned.length, trusted ? 0 : 2, run.stderr);
    const { output } = await runCommand(stage, "mkdir made", args);
    assert.match(output, /policy forbids commands starting with `mkdir`/);
  });
}
