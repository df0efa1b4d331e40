import assert from "node:assert/strict";
import { reportText } from "./report_text.ts";
import type { CheckResult } from "./types.ts";

const RESULTS: readonly CheckResult[] = [
  {
    id: "install.program",
    area: "install",
    status: "ok",
    summary: "here",
    details: ["one", "two\nthree"],
    remedy: null,
  },
  {
    id: "git.program",
    area: "git",
    status: "problem",
    summary: "gone",
    details: [],
    remedy: "Get it.",
  },
  {
    id: "git.repository",
    area: "git",
    status: "warning",
    summary: "hm",
    details: [],
    remedy: "Look.",
  },
];

function text(marks: boolean, env: Readonly<Record<string, string>> = {}): string {
  return reportText(RESULTS, { version: "1.2.3", marks, env });
}

Deno.test("without a terminal: words, aligned, nothing else", () => {
  assert.equal(
    text(false),
    `codex-cli 1.2.3 doctor

install
  ok       program     here
                       one
                       two
                       three

git
  problem  program     gone
                       → Get it.
  warning  repository  hm
                       → Look.

1 problem, 1 warning, 1 ok, 0 skipped.
`,
  );
});

Deno.test("on a terminal: marks and colours; NO_COLOR and a dumb one keep the marks alone", () => {
  assert.ok(text(true).includes("\x1b[31m✗\x1b[0m  program"));
  for (const [name, value] of [["NO_COLOR", "1"], ["TERM", "dumb"]] as const) {
    const env = { [name]: value };
    assert.ok(!text(true, env).includes("\x1b"));
    assert.ok(text(true, env).includes("  ✗  program     gone\n"));
  }
});

Deno.test("no problem is said so", () => {
  const fine = RESULTS.filter(({ status }) => status !== "problem");
  const report = reportText(fine, { version: "1.2.3", marks: false, env: {} });
  assert.ok(report.endsWith("\nNo problems, 1 warning, 1 ok, 0 skipped.\n"));
});
