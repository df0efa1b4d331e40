import assert from "node:assert/strict";
import { join } from "node:path";
import { askShell, type CompletingShell, missingProgram, SHELLS } from "./support/ask_shell.ts";
import { runCodex } from "./support/run_codex.ts";
import { openStage, type Stage } from "./support/stage.ts";

interface Expected {
  /** All of these are offered. */
  readonly offered: readonly string[];
  /** None of these is. */
  readonly missing?: readonly string[];
}

/** What is offered at the end of a line. Shells that leave the choice to their editor offer more: only the rest. */
const LINES: Readonly<Record<string, Expected>> = {
  "codex ex": { offered: ["exec", "execpolicy"], missing: ["resume"] },
  "codex exec --sa": { offered: ["--sandbox"], missing: ["--last"] },
  "codex --sandbox ": {
    offered: ["read-only", "workspace-write", "danger-full-access"],
    missing: ["exec"],
  },
  "codex exec -s ": { offered: ["read-only", "workspace-write"], missing: ["resume"] },
  "codex e resume --la": { offered: ["--last"], missing: ["--sandbox"] },
  "codex help exec re": { offered: ["resume"], missing: ["exec"] },
  // The value of a flag is not taken for a command.
  "codex -m exec lo": { offered: ["login", "logout"], missing: ["resume"] },
  "codex completion ": { offered: ["bash", "elvish", "fish", "powershell", "zsh"] },
  "codex exec --enable und": { offered: ["undo"], missing: ["notes.txt"] },
  "codex features disable ": { offered: ["undo", "steer"], missing: ["search_tool", "notes.txt"] },
  "codex login st": { offered: ["status"] },
  "codex -- ex": { offered: [], missing: ["exec"] },
  "codex exec -m ": { offered: [], missing: ["resume", "notes.txt"] },
};

/** Offers of files and folders, which shells write down in their own ways. */
const NAMES: Readonly<Record<string, Expected>> = {
  "codex exec -o no": { offered: ["notes.txt"] },
  "codex -C fo": { offered: ["folder"] },
};

async function scriptOf(stage: Stage, shell: string): Promise<string> {
  const { code, stdout, stderr } = await runCodex(stage, { args: ["completion", shell] });
  assert.deepEqual([code, stderr], [0, ""]);
  const path = join(stage.root, `completion.${shell}`);
  await Deno.writeTextFile(path, stdout);
  return path;
}

async function check(shell: CompletingShell): Promise<void> {
  await using stage = await openStage({
    git: false,
    files: { "notes.txt": "", "folder/file": "" },
  });
  const expected = Object.entries({ ...LINES, ...NAMES });
  const offers = await askShell(shell, {
    script: await scriptOf(stage, shell.name),
    folder: stage.home,
    cwd: stage.workspace,
    lines: expected.map(([line]) => line),
  });
  for (const [line, { offered, missing = [] }] of expected) {
    const found = [...offers.get(line) ?? []].map((word) => word.replace(/\/$/, ""));
    for (const word of offered) assert.ok(found.includes(word), `${line}: ${word} of ${found}`);
    for (const word of missing) assert.ok(!found.includes(word), `${line}: ${word}`);
  }
}

for (const shell of SHELLS) {
  const program = missingProgram(shell);
  Deno.test({
    name: `completion: what ${shell.name} offers` +
      (program === null ? "" : ` (ignored: no ${program} on this machine)`),
    ignore: program !== null,
    fn: () => check(shell),
  });
}

Deno.test({
  name: "completion: bash completes a value behind an equals sign",
  ignore: missingProgram(SHELLS[0]!) !== null,
  async fn() {
    await using stage = await openStage({ git: false });
    const lines = ["codex exec --sandbox=", "codex exec --sandbox=re", "codex exec --model=x --js"];
    const offers = await askShell(SHELLS[0]!, {
      script: await scriptOf(stage, "bash"),
      folder: stage.home,
      cwd: stage.workspace,
      lines,
    });
    assert.deepEqual(lines.map((line) => [...offers.get(line) ?? []]), [
      ["read-only", "workspace-write", "danger-full-access"],
      ["read-only"],
      ["--json"],
    ]);
  },
});

Deno.test("completion: the script for PowerShell is well formed", async () => {
  await using stage = await openStage({ git: false });
  const script = await Deno.readTextFile(await scriptOf(stage, "powershell"));
  // In single quotes a quote is doubled; outside of them and of comments, brackets pair up.
  const code = script
    .replaceAll(/^\s*#.*$/gm, "")
    .replaceAll(/'(?:[^'\n]|'')*'/g, "''");
  assert.ok(!/[^']'(?!')[^']*$/m.test(code.replaceAll("''", "")), "an open quote");
  const open: string[] = [];
  const pairs: Record<string, string> = { ")": "(", "}": "{", "]": "[" };
  for (const sign of code.match(/[(){}[\]]/g) ?? []) {
    const opener = pairs[sign];
    if (opener === undefined) open.push(sign);
    else assert.equal(open.pop(), opener);
  }
  assert.deepEqual(open, []);
  assert.match(script, /^Register-ArgumentCompleter -Native -CommandName 'codex'/m);
  assert.match(script, /\$next\['codex exec:resume'\] = 'codex exec resume'/);
  assert.match(script, /\$values\['codex exec:-s'\] = @\(\s+@\('read-only', 'read-only'\)/);
  // One offer alone stays a list of one pair, both where it is written and where it is taken out.
  assert.match(script, /\$offers\['codex help login'\] = @\(\s+,@\('status', /);
  assert.match(script, /\$found = @\(if [^\n]*\}\)$/m);
  assert.match(script, /\$offers\['codex exec resume'\] = @\(\s+@\('--last', /);
});

Deno.test("completion: without a shell it is bash; others are refused", async () => {
  await using stage = await openStage({ git: false });
  const [usual, bash] = [
    await runCodex(stage, { args: ["completion"] }),
    await runCodex(stage, { args: ["completion", "bash"] }),
  ];
  assert.equal(usual.stdout, bash.stdout);
  const { code, stdout } = await runCodex(stage, { args: ["completion", "csh"] });
  assert.deepEqual([code, stdout], [2, ""]);
});
