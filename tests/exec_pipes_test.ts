import assert from "node:assert/strict";
import { join } from "node:path";
import { type ScriptedModel, startScriptedModel } from "../src/scripted/mod.ts";
import { finalAnswer } from "./scenarios/answers.ts";
import { programUnderTest } from "./support/program.ts";
import { type CodexRun, environmentOf, runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

// A run that waits for somebody is ended by the rig, by SIGKILL.

const windows = Deno.build.os === "windows";

async function makePipe(path: string): Promise<string> {
  await Deno.remove(path).catch(() => {});
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success, "mkfifo failed");
  return path;
}

interface Case {
  readonly name: string;
  /** Puts the pipe where it does not belong, and gives the arguments and variables that lead to it. */
  place(stage: Stage): Promise<{ args?: readonly string[]; env?: Record<string, string | null> }>;
  /** What is said about it; `null` = the run does without, and answers. */
  readonly complaint: RegExp | null;
}

const REFUSED =
  "it is not a regular file but a named pipe, which is not waited for; a shell hands one in with";

const CASES: readonly Case[] = [
  {
    name: "--output-schema",
    place: async ({ workspace }) => {
      return { args: ["--output-schema", await makePipe(join(workspace, "pipe"))] };
    },
    complaint: new RegExp(
      `^Failed to read output schema file .*pipe: ${REFUSED} <\\(cat PIPE\\)$`,
      "m",
    ),
  },
  {
    name: "--output-last-message",
    place: async ({ workspace }) => ({ args: ["-o", await makePipe(join(workspace, "pipe"))] }),
    complaint: new RegExp(`^--output-last-message: .*pipe .*: ${REFUSED} >\\(cat >PIPE\\)$`, "m"),
  },
  {
    name: "model_instructions_file",
    place: async ({ workspace }) => {
      const pipe = await makePipe(join(workspace, "pipe"));
      return { args: ["-c", `model_instructions_file=${JSON.stringify(pipe)}`] };
    },
    complaint: new RegExp(`\`model_instructions_file\`: failed to read .*pipe: ${REFUSED}`),
  },
  {
    name: "auth.json",
    place: async ({ codexHome }) => {
      await makePipe(join(codexHome, "auth.json"));
      return { env: { CODEX_API_KEY: null } };
    },
    complaint: /auth\.json cannot be read: it is not a regular file/,
  },
  {
    name: "AGENTS.md of the home",
    place: async ({ codexHome }) => {
      await makePipe(join(codexHome, "AGENTS.md"));
      return {};
    },
    complaint: null,
  },
  {
    name: "SSL_CERT_FILE",
    place: async ({ workspace }) => {
      return { env: { SSL_CERT_FILE: await makePipe(join(workspace, "pipe")) } };
    },
    complaint: null,
  },
  ...["HEAD", "config", "commondir"].map((name): Case => ({
    name: `.git/${name}`,
    place: async ({ workspace }) => {
      await makePipe(join(workspace, ".git", name));
      return {};
    },
    complaint: null,
  })),
];

for (const { name, place, complaint } of CASES) {
  Deno.test({
    name: `exec: a named pipe as ${name} is not waited for (needs mkfifo)`,
    ignore: windows,
    async fn() {
      await using stage = await openStage();
      await using model = await startScriptedModel([finalAnswer("words")]);
      const { args = [], env = {} } = await place(stage);
      const { code, signal, stdout, stderr } = await runCodex(stage, {
        args: ["exec", ...args, "go"],
        env,
        baseUrl: model.baseUrl,
      });
      assert.equal(signal, null, `waited for: ${stderr}`);
      assert.deepEqual([code, stdout], complaint === null ? [0, "words\n"] : [1, ""], stderr);
      if (complaint !== null) assert.match(stderr, complaint);
    },
  });
}

/** A run from within a shell, whose `"$@"` is the program. */
async function inShell(stage: Stage, model: ScriptedModel, script: string): Promise<CodexRun> {
  const { argv } = programUnderTest();
  const { code, signal, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", script, "bash", ...argv],
    cwd: stage.workspace,
    clearEnv: true,
    env: environmentOf(stage, { args: [], baseUrl: model.baseUrl }),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, signal, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test({
  name:
    "exec: what a shell hands in as <(…) is read, and what it takes as >(…) is written (needs bash)",
  ignore: windows,
  async fn() {
    await using stage = await openStage();
    await using model = await startScriptedModel([finalAnswer('{"a":1}')]);
    const { code, stderr } = await inShell(
      stage,
      model,
      `"$@" exec --output-schema <(echo '{"title":"handed in"}') -o >(cat >out.txt) go || exit; wait $!`,
    );
    assert.equal(code, 0, stderr);
    assert.match(JSON.stringify(model.requests[0]?.body), /"schema":\{"title":"handed in"\}/);
    assert.equal(await Deno.readTextFile(join(stage.workspace, "out.txt")), '{"a":1}');
  },
});

for (const flags of ["", "-"]) {
  Deno.test({
    name: `exec ${flags}: a prompt without end is given up after 16 MiB (needs /dev/zero)`,
    ignore: windows,
    async fn() {
      await using stage = await openStage();
      await using model = await startScriptedModel([]);
      const run = await inShell(stage, model, `yes | "$@" exec --json ${flags}`);
      assert.deepEqual([run.code, run.stdout], [1, ""], run.stderr);
      assert.match(run.stderr, /^The prompt on stdin is longer than 16 MiB, /m);
      assert.equal(model.requests.length, 0);
    },
  });
}

Deno.test({
  name: "login, responses-api-proxy and apply_patch give up a stdin without end (needs /dev/zero)",
  ignore: windows,
  async fn() {
    await using stage = await openStage();
    await using model = await startScriptedModel([]);
    const cases = [
      ["login --with-api-key", /^stdin holds no API key: /m],
      ["responses-api-proxy", /what is on stdin does not$/m],
      ["--codex-run-as-apply-patch -", /longer than 64 MiB/],
    ] as const;
    for (const [args, complaint] of cases) {
      const run = await inShell(stage, model, `"$@" ${args} </dev/zero`);
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.stderr, complaint);
    }
  },
});
