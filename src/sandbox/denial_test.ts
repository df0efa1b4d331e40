import assert from "node:assert/strict";
import type { SandboxPolicy } from "../protocol/mod.ts";
import { describeDenial, looksDenied } from "./denial.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

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
const WORKSPACE: SandboxPolicy = { ...WORKSPACE_WRITE, writableRoots: ["/data"] };

const told = (text: string, policy: SandboxPolicy, exitCode = 1, hasProxy = false) =>
  describeDenial({ kind: "bubblewrap", exitCode, text, policy, hasProxy });

const WRITE = /^\[sandbox\] A write outside of what commands may change was probably refused \(/;
const MAYBE = /^\[sandbox\] This may have been refused by the sandbox \(/;
const NETWORK =
  /^\[sandbox\] Commands have no network here, only servers that they start themselves \(/;

const TOLD: readonly (readonly [string, RegExp | null])[] = [
  // Reports of refused system calls, as programs put them.
  ["touch: cannot touch 'x': Read-only file system", WRITE],
  ["fatal: Unable to create '/w/.git/index.lock': Read-only file system", WRITE],
  ["OSError: [Errno 30] Read-only file system: '/etc/x'", WRITE],
  ["Error: EROFS: read-only file system, open '/etc/x'", WRITE],
  ["error: failed to open `/x`: Read-only file system (os error 30)", WRITE],
  ["bash: line 1: /etc/x: Permission denied", MAYBE],
  ["PermissionError: [Errno 13] Permission denied: '/etc/x'", MAYBE],
  ["Error: EACCES: permission denied, open '/etc/x'", MAYBE],
  ["open /etc/x: permission denied", MAYBE],
  ["unshare: unshare failed: Operation not permitted", MAYBE],
  ["Permission denied (os error 13)", MAYBE],
  // A network that is not there.
  ["curl: (6) Could not resolve host: example.com", NETWORK],
  ["socket: Operation not permitted\ncurl: (6) Could not resolve host: a", NETWORK],
  ["socket.gaierror: [Errno -3] Temporary failure in name resolution", NETWORK],
  ["npm error network getaddrinfo EAI_AGAIN registry.npmjs.org", NETWORK],
  ["fatal: unable to access 'https://a/': Could not resolve host: a", NETWORK],
  // Words that are about something else.
  ["2 tests failed", null],
  ["FAIL src/sandbox.test.ts > the sandbox is closed", null],
  ["AssertionError: expected 'permission denied' to equal 'ok'", null],
  ["the log said permission denied once", null],
  ["landlock and seccomp are not mentioned in the manual", null],
  ["failed to write file of test results, see above", null],
  ["", null],
];

for (const [text, line] of TOLD) {
  Deno.test(`denial, told of: ${text.split("\n").at(-1)}`, () => {
    const said = told(text, WORKSPACE);
    if (line === null) return assert.equal(said, null);
    assert.match(said ?? "", line);
    assert.doesNotMatch(said ?? "", /\n/);
  });
}

Deno.test("denial: the line says under which rules", () => {
  assert.equal(
    told("touch: x: Read-only file system", READ_ONLY),
    "[sandbox] A write outside of what commands may change was probably refused (read-only: no " +
      "writes, no network).",
  );
  assert.match(told("a: Permission denied", WORKSPACE) ?? "", /\/data, but not in \.git, \.codex/);
  assert.match(told("", WORKSPACE, 159) ?? "", /ended for a system call that is not allowed/);
});

Deno.test("denial: where there is a network, its failures are its own", () => {
  const text = "curl: (6) Could not resolve host: a";
  assert.equal(told(text, { ...WORKSPACE, networkAccess: true }), null);
  assert.equal(told(text, WORKSPACE, 1, true), null);
});

Deno.test("denial: nothing is said of what succeeds, or ran without a sandbox", () => {
  assert.equal(told("a: Permission denied", WORKSPACE, 0), null);
  const text = "a: Permission denied";
  const free = { kind: "none", exitCode: 1, text, policy: WORKSPACE, hasProxy: false } as const;
  assert.equal(describeDenial(free), null);
});
