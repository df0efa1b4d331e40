import assert from "node:assert/strict";
import { ROOT } from "./commands.ts";
import { ineffectiveParts } from "./ineffective.ts";
import { parseCommandLine } from "./parse.ts";
import { INTERACTIVE } from "./shared_flags.ts";

function warnings(...args: string[]): string[] {
  const parsed = parseCommandLine(ROOT, args);
  assert.ok(parsed.kind === "run", args.join(" "));
  return ineffectiveParts(parsed.invocation);
}

Deno.test("what stands in front of a command and does nothing is told", () => {
  assert.deepEqual(warnings("-m", "x", "--oss", "login", "status"), [
    '--oss has no effect on "login status"',
    '--model has no effect on "login status"',
  ]);
  assert.deepEqual(warnings("hi", "e", "yo"), ['"hi" in front of "exec" is ignored']);
  assert.deepEqual(warnings("-a", "untrusted", "--no-alt-screen", "exec", "resume", "x"), [
    '--no-alt-screen has no effect on "exec resume"',
    "--ask-for-approval has no effect: exec never asks",
  ]);
  assert.deepEqual(warnings("--yolo", "sandbox", "linux", "true"), [
    "--dangerously-bypass-approvals-and-sandbox has no effect: " +
    "this command runs nothing without a sandbox",
  ]);
  const alone = ["--local-provider has no effect without --oss"];
  assert.deepEqual(warnings("exec", "--local-provider", "ollama", "hi"), alone);
  assert.deepEqual(warnings("--local-provider", "ollama", "exec", "resume", "--last"), alone);
});

Deno.test("nothing is said about what counts, or asks for what happens anyway", () => {
  const everywhere = ["-c", "a=1", "--enable", "undo", "--disable", "undo"];
  for (
    const args of [
      ["exec", "hi"],
      ["-m", "x", "hi"],
      ["-a", "never", "exec", "hi"],
      ["--oss", "exec", "--local-provider", "ollama", "hi"],
      [...everywhere, "login", "status"],
      ["-p", "x", "-C", "d", "--add-dir", "e", "-s", "workspace-write", "sandbox", "linux", "true"],
    ]
  ) {
    assert.deepEqual(warnings(...args), [], args.join(" "));
  }
});

Deno.test("every flag of the root either counts for exec or has a reason not to", () => {
  const exec = ROOT.commands!.find(({ name }) => name === "exec")!;
  const left = INTERACTIVE
    .map(({ long }) => long)
    .filter((long) => !exec.takes?.includes(long) && exec.noEffect?.[long] === undefined);
  assert.deepEqual(left, ["no-alt-screen"]);
  for (const long of [...exec.takes ?? [], ...Object.keys(exec.noEffect ?? {})]) {
    assert.ok(ROOT.flags.some((flag) => flag.long === long), long);
  }
});
