import assert from "node:assert/strict";
import { functionCall, type Script, startScriptedModel } from "../src/scripted/mod.ts";
import { answer, execCommand, finalAnswer } from "./scenarios/answers.ts";
import { runCodex } from "./support/run_codex.ts";
import { probeBoth } from "./support/sandbox_rig.ts";
import { openStage } from "./support/stage.ts";

const probed = Deno.build.os === "linux" ? await probeBoth() : null;

/** A search path decides which of the two it is; scripts set their own. */
const BACKENDS = [
  { kind: "bubblewrap", path: "/usr/local/bin:/usr/bin:/bin" },
  { kind: "landlock", path: "/nowhere" },
] as const;

/** Runs a task; returns what the model got for its last call, and what the person saw. */
async function play(model: Script, path: string, flags: readonly string[]) {
  await using stage = await openStage();
  await using server = await startScriptedModel(model);
  const run = await runCodex(stage, {
    args: ["exec", ...flags, "go"],
    baseUrl: server.baseUrl,
    env: { PATH: path },
  });
  assert.equal(run.code, 0, run.stderr);
  const outputs = server.requests.at(-1)!.body.input
    .filter((item) => item.type === "function_call_output")
    .map((item) => String(item["output"]));
  return { output: outputs.at(-1) ?? "", seen: run.stderr, inside: stage.workspace };
}

interface Case {
  readonly name: string;
  readonly script: string;
  /** The last lines of what the model gets. */
  readonly told: RegExp;
  readonly flags?: readonly string[];
  readonly tty?: boolean;
}

const RULES =
  "\\((?:read-only: no writes, no network|workspace-write: [^\\n]+; no network)\\)\\.\\n?$";
const line = (text: string) => new RegExp(`\\n\\[sandbox\\] ${text} ${RULES}`);
const MAYBE = line("This may have been refused by the sandbox");

/** What the kernel says differs between the two: a read-only disk, or no permission. */
const REFUSED = {
  bubblewrap: line("A write outside of what commands may change was probably refused"),
  landlock: MAYBE,
};

const CASES: readonly (Omit<Case, "told"> & { readonly told: RegExp | typeof REFUSED })[] = [
  { name: "a write", script: "touch q", flags: ["-s", "read-only"], told: REFUSED },
  { name: "a write outside", script: "touch /usr/q", told: REFUSED },
  {
    name: "the network",
    script: "(exec 3<>/dev/tcp/example.com/80) 2>&1",
    told: line("Commands have no network here, only servers that they start themselves"),
  },
  { name: "a system call", script: "unshare -U true", told: MAYBE },
  {
    name: "a system call that ends the command",
    script: "/bin/sh -c 'kill -SYS $$'; exit $?",
    told: line("The command was ended for a system call that is not allowed here"),
  },
  {
    name: "a system call that ends the shell itself",
    script: "kill -SYS $$",
    told: line("The command was ended for a system call that is not allowed here"),
  },
  {
    name: "a system call that ends the shell itself, on a terminal",
    script: "kill -SYS $$",
    tty: true,
    told: line("The command was ended for a system call that is not allowed here"),
  },
  {
    name: "nothing: a file is missing",
    script: "cat missing",
    told: /No such file or directory\n?$/,
  },
  { name: "nothing: a program is missing", script: "no-such-thing", told: /command not found\n?$/ },
  {
    name: "nothing: a test about sandboxes fails",
    script: 'echo "FAIL sandbox_test: expected permission denied, got ok"; exit 1',
    told: /\nFAIL sandbox_test: expected permission denied, got ok\n?$/,
  },
  {
    name: "nothing: it succeeds and says so",
    script: 'touch /usr/q 2>&1; echo "in spite of it"',
    told: /\nin spite of it\n?$/,
  },
];

for (const { kind, path } of BACKENDS) {
  const reason = probed?.[kind].reason ?? " (ignored: not Linux)";
  const ignore = probed?.[kind].ignore ?? true;
  for (const { name, script, flags = ["-s", "workspace-write"], tty = false, told } of CASES) {
    Deno.test({
      name: `denials, ${kind}: the model is told in one line of ${name}${reason}`,
      ignore,
      fn: async () => {
        const cmd = `export PATH=/usr/bin:/bin; ${script}`;
        const more = { shell: "/bin/bash", login: false, tty };
        const model = [answer(execCommand("c1", cmd, more)), finalAnswer()];
        const { output, seen } = await play(model, path, flags);
        assert.match(output, told instanceof RegExp ? told : told[kind]);
        assert.ok((output.match(/\[sandbox\]/g) ?? []).length <= 1, output);
        // The person sees the command's own words, and no remark on them.
        assert.doesNotMatch(seen, /\[sandbox\]|Denied\(|SandboxErr/);
      },
    });
  }

  Deno.test({
    name: `denials, ${kind}: also of a command that ended after the first look${reason}`,
    ignore,
    fn: async () => {
      const cmd = "export PATH=/usr/bin:/bin; echo started; read line; touch /usr/q";
      const more = { shell: "/bin/bash", login: false, tty: true, yield_time_ms: 250 };
      const { output } = await play(
        (request, index) => {
          if (index === 0) return answer(execCommand("c1", cmd, more));
          if (index > 1) return finalAnswer();
          const session = /session ID (\d+)/.exec(JSON.stringify(request.body.input))?.[1];
          const args = { session_id: Number(session), chars: "go\n", yield_time_ms: 30_000 };
          return answer(functionCall("c2", "write_stdin", args));
        },
        path,
        ["-s", "workspace-write"],
      );
      assert.match(output, /\nProcess exited with code 1\n/);
      assert.match(output, REFUSED[kind]);
    },
  });
}
