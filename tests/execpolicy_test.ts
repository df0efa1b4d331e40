import assert from "node:assert/strict";
import { runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

const GIT = 'prefix_rule(["git"], decision="prompt", justification="ask first")\n' +
  'prefix_rule(["git", "status"])\n';

async function check(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  look: (run: { code: number; stdout: string; stderr: string }, stage: Stage) => void,
): Promise<void> {
  await using stage = await openStage({ git: false });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${stage.workspace}/${name}`, text);
  }
  look(await runCodex(stage, { args: ["execpolicy", "check", ...args] }), stage);
}

Deno.test("codex execpolicy check prints one line and exits 0 whatever the rules say", async () => {
  await check(
    { "a.rules": GIT, "b.rules": 'prefix_rule(["git", "status"], "forbidden")' },
    ["-r", "a.rules", "--rules", "b.rules", "git", "status", "-s"],
    ({ code, stdout, stderr }) => {
      assert.equal(
        stdout,
        '{"matchedRules":[' +
          '{"prefixRuleMatch":{"matchedPrefix":["git"],"decision":"prompt","justification":"ask first"}},' +
          '{"prefixRuleMatch":{"matchedPrefix":["git","status"],"decision":"allow"}},' +
          '{"prefixRuleMatch":{"matchedPrefix":["git","status"],"decision":"forbidden"}}],' +
          '"decision":"forbidden"}\n',
      );
      assert.deepEqual([code, stderr], [0, ""]);
    },
  );
});

Deno.test("codex execpolicy check: what stands behind the command belongs to it", async () => {
  await check(
    { "a.rules": 'prefix_rule(["git", "--", "-r", "--pretty", "--help"])' },
    ["-r", "a.rules", "git", "--", "-r", "--pretty", "--help"],
    ({ code, stdout }) => {
      assert.equal(JSON.parse(stdout).decision, "allow");
      assert.equal(code, 0);
    },
  );
});

Deno.test("codex execpolicy check: -- in front of the command, and --pretty", async () => {
  await check(
    { "a.rules": GIT },
    ["--pretty", "-r", "a.rules", "--", "ls", "-l"],
    ({ code, stdout }) => assert.deepEqual([code, stdout], [0, '{\n  "matchedRules": []\n}\n']),
  );
});

Deno.test("codex execpolicy check: scripts are not taken apart", async () => {
  await check(
    { "a.rules": 'prefix_rule(["rm"], "forbidden")' },
    ["-r", "a.rules", "bash", "-lc", "rm x"],
    ({ stdout }) => assert.equal(stdout, '{"matchedRules":[]}\n'),
  );
});

Deno.test("codex execpolicy check shows where a file is wrong", async () => {
  await check(
    { "a.rules": '# rules\nprefix_rule(["a"], "deny")\n' },
    ["-r", "a.rules", "a"],
    ({ code, stdout, stderr }, stage) => {
      const file = `${stage.workspace}/a.rules`;
      assert.equal(
        stderr,
        `Error loading rules:\n${file}:2:1: invalid decision: deny\n` +
          '  |\n2 | prefix_rule(["a"], "deny")\n  | ^^^^^^^^^^^^^^^^^^^^^^^^^^\n',
      );
      assert.deepEqual([code, stdout], [1, ""]);
    },
  );
});

for (
  const { name, args, code } of [
    { name: "without rules", args: ["ls"], code: 2 },
    { name: "without a command", args: ["-r", "a.rules"], code: 2 },
    { name: "with an unknown flag", args: ["--nonsense", "-r", "a.rules", "ls"], code: 2 },
    { name: "with a file that is not there", args: ["-r", "none.rules", "ls"], code: 1 },
  ]
) {
  Deno.test(`codex execpolicy check ${name} exits ${code} and prints nothing on stdout`, async () => {
    await check({ "a.rules": GIT }, args, (run) => {
      assert.deepEqual([run.code, run.stdout], [code, ""]);
      assert.notEqual(run.stderr, "");
    });
  });
}

Deno.test("codex execpolicy without a subcommand exits 2", async () => {
  await using stage = await openStage({ git: false });
  const run = await runCodex(stage, { args: ["execpolicy"] });
  assert.deepEqual([run.code, run.stdout], [2, ""]);
  assert(run.stderr.includes("check"));
});
