import assert from "node:assert/strict";
import { checkReport } from "./check_report.ts";
import cases from "./fixtures/check_cases.json" with { type: "json" };
import { RulesError } from "./error.ts";
import { readRuleFiles } from "./load_rules.ts";

/**
 * What version 0.104 of the reference says of the same rules and commands. Where it refuses a file, the line is
 * the one that it names, too; columns are ours.
 */
interface Case {
  readonly name: string;
  readonly rules: string;
  readonly command: readonly string[];
  readonly expected?: unknown;
  readonly place?: readonly number[];
}

for (const each of cases as readonly Case[]) {
  Deno.test(`execpolicy check: ${each.name}`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".rules" });
    try {
      await Deno.writeTextFile(file, each.rules);
      if (each.expected !== undefined) {
        const report = checkReport(each.command, await readRuleFiles([file]));
        // As text: the order of the fields counts as well.
        assert.equal(JSON.stringify(report), JSON.stringify(each.expected));
        return;
      }
      await assert.rejects(readRuleFiles([file]), (error: unknown) => {
        assert(error instanceof RulesError);
        assert.equal(error.file, file);
        assert.deepEqual([error.line, error.column], each.place);
        assert(error.message.startsWith(`${file}:${error.line}:${error.column}: `), error.message);
        return true;
      });
    } finally {
      await Deno.remove(file);
    }
  });
}

interface ClosedHole {
  readonly name: string;
  readonly rules: string;
  readonly command: readonly string[];
  readonly reference: string;
  readonly ours: string;
}

const CLOSED_HOLES: readonly ClosedHole[] = [
  {
    name: "a path is no way around a rule that forbids",
    rules: 'prefix_rule(["git", "push"], "forbidden", justification="no")',
    command: ["/usr/bin/git", "push"],
    reference: '{"matchedRules":[]}',
    ours: '{"matchedRules":[{"prefixRuleMatch":{"matchedPrefix":["git","push"],' +
      '"decision":"forbidden","justification":"no"}}],"decision":"forbidden"}',
  },
  {
    name: "a path is no way around a rule that asks",
    rules: 'prefix_rule(["rm"], "prompt")',
    command: ["./rm", "x"],
    reference: '{"matchedRules":[]}',
    ours:
      '{"matchedRules":[{"prefixRuleMatch":{"matchedPrefix":["rm"],"decision":"prompt"}}],"decision":"prompt"}',
  },
];

for (const { name, rules, command, reference, ours } of CLOSED_HOLES) {
  Deno.test(`execpolicy check, other than the reference: ${name}`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".rules" });
    try {
      await Deno.writeTextFile(file, rules);
      const report = JSON.stringify(checkReport(command, await readRuleFiles([file])));
      assert.equal(report, ours);
      assert.notEqual(report, reference);
    } finally {
      await Deno.remove(file);
    }
  });
}

Deno.test("a path does not borrow an allowed name", async () => {
  const file = await Deno.makeTempFile({ suffix: ".rules" });
  try {
    await Deno.writeTextFile(file, 'prefix_rule(["ls"])');
    const rules = await readRuleFiles([file]);
    assert.deepEqual(checkReport(["./ls"], rules), { matchedRules: [] });
    assert.equal(checkReport(["ls"], rules).decision, "allow");
  } finally {
    await Deno.remove(file);
  }
});
