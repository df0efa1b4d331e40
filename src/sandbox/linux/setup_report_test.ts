import assert from "node:assert/strict";
import { commandBegan } from "./setup_report.ts";

const CHILD = '{ "child-pid": 77, "net-namespace": 4026532 }\n';
const EXITED = `${CHILD}{ "exit-code": 1 }\n`;

const CASES: readonly (readonly [string, string | null, number, boolean])[] = [
  ["its own exit code", EXITED, 1, true],
  ["success", `${CHILD}{ "exit-code": 0 }\n`, 0, true],
  ["bubblewrap gave up before it had a child", "", 1, false],
  ["bubblewrap gave up while it made the mounts", CHILD, 1, false],
  ["the shell found no bubblewrap", "", 127, false],
  ["the shell could not execute it", "", 126, false],
  ["a filter around it ended it at once", "", 159, false],
  ["the same codes of a command", CHILD.concat('{ "exit-code": 127 }\n'), 127, true],
  ["killed with its child running: it may have begun", CHILD, 137, true],
  ["killed early: nobody knows", "", 137, true],
  ["a time limit", "", 124, true],
  ["no report to read", null, 1, true],
];

for (const [name, report, exitCode, began] of CASES) {
  Deno.test(`whether a command began: ${name}`, () => {
    assert.equal(commandBegan(report, exitCode), began);
  });
}
