import assert from "node:assert/strict";
import type { SandboxPolicy } from "../protocol/mod.ts";
import { describeDenial, looksDenied } from "./denial.ts";

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

const READ_ONLY: SandboxPolicy = { type: "read-only", access: { type: "full-access" } };
const WORKSPACE: SandboxPolicy = {
  type: "workspace-write",
  writableRoots: ["/data"],
  readOnlyAccess: { type: "full-access" },
  networkAccess: false,
  excludeTmpdirEnvVar: false,
  excludeSlashTmp: false,
};

const told = (text: string, policy: SandboxPolicy, exitCode = 1) =>
  describeDenial({ kind: "bubblewrap", exitCode, text, policy });

Deno.test("denial: one line says what was refused, and under which rules", () => {
  assert.equal(
    told("touch: cannot touch 'x': Read-only file system", READ_ONLY),
    "[sandbox] A write outside of what this sandbox lets commands change was refused (read-only: no " +
      "writes, no network).",
  );
  const workspace = told("error: .git/index.lock: Read-only file system\n".repeat(50), WORKSPACE);
  assert.match(workspace ?? "", /^\[sandbox\] A write outside.*\/data, but not in \.git, \.codex/);
  assert.doesNotMatch(workspace ?? "", /\n/);
  assert.match(
    told("socket: Operation not permitted\ncurl: (6) Could not resolve host: a", WORKSPACE) ?? "",
    /^\[sandbox\] Commands have no network here/,
  );
  assert.match(
    told("curl: Could not resolve host; permission denied", {
      ...WORKSPACE,
      networkAccess: true,
    }) ?? "",
    /^\[sandbox\] This may be the sandbox: .*; network\.$/,
  );
  assert.match(told("", WORKSPACE, 159) ?? "", /ended for a system call that is not allowed/);
});

Deno.test("denial: nothing is said of what fails by itself, or outside of a sandbox", () => {
  assert.equal(told("2 tests failed", WORKSPACE), null);
  assert.equal(told("Permission denied", WORKSPACE, 0), null);
  const outside = {
    kind: "none",
    exitCode: 1,
    text: "Permission denied",
    policy: WORKSPACE,
  } as const;
  assert.equal(describeDenial(outside), null);
});
