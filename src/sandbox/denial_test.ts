import assert from "node:assert/strict";
import { looksDenied } from "./denial.ts";

Deno.test("denial: words mark it, whatever the exit code but 0", () => {
  for (
    const text of [
      "mkdir: Operation not permitted",
      "bash: x: PERMISSION DENIED",
      "touch: Read-only file system",
      "seccomp said no",
      "failed to write file x",
    ]
  ) {
    for (const exitCode of [1, 2, 126, 127]) {
      assert.equal(looksDenied({ kind: "bubblewrap", exitCode, text }), true);
    }
    assert.equal(looksDenied({ kind: "bubblewrap", exitCode: 0, text }), false);
    assert.equal(looksDenied({ kind: "none", exitCode: 1, text }), false);
  }
});

Deno.test("denial: a command that the filter killed counts on Linux, other failures do not", () => {
  assert.equal(looksDenied({ kind: "landlock", exitCode: 159, text: "" }), true);
  assert.equal(looksDenied({ kind: "bubblewrap", exitCode: 159, text: "" }), true);
  assert.equal(looksDenied({ kind: "seatbelt", exitCode: 159, text: "" }), false);
  assert.equal(looksDenied({ kind: "landlock", exitCode: 127, text: "not found" }), false);
  assert.equal(looksDenied({ kind: "landlock", exitCode: 1, text: "1 test failed" }), false);
});
