import assert from "node:assert/strict";
import type { SandboxPolicy } from "../protocol/mod.ts";
import { hasFullNetwork, sandboxSummary, sandboxTag } from "./policy.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

const workspace = WORKSPACE_WRITE;
const danger: SandboxPolicy = { type: "danger-full-access" };
const readOnly: SandboxPolicy = { type: "read-only", access: { type: "full-access" } };
const external = (networkAccess: "restricted" | "enabled"): SandboxPolicy => ({
  type: "external-sandbox",
  networkAccess,
});

Deno.test("policy: who has the network", () => {
  assert.deepEqual(
    [danger, readOnly, external("enabled"), external("restricted"), workspace].map(hasFullNetwork),
    [true, false, true, false, false],
  );
  assert.equal(hasFullNetwork({ ...workspace, networkAccess: true }), true);
});

Deno.test("policy: the summary in one line", () => {
  const cases: readonly (readonly [SandboxPolicy, string])[] = [
    [danger, "danger-full-access"],
    [readOnly, "read-only"],
    [external("restricted"), "external-sandbox"],
    [external("enabled"), "external-sandbox (network access enabled)"],
    [workspace, "workspace-write [workdir, /tmp, $TMPDIR]"],
    [
      { ...workspace, writableRoots: ["/data"], networkAccess: true },
      "workspace-write [workdir, /tmp, $TMPDIR, /data] (network access enabled)",
    ],
    [
      { ...workspace, excludeSlashTmp: true, excludeTmpdirEnvVar: true },
      "workspace-write [workdir]",
    ],
  ];
  for (const [policy, summary] of cases) assert.equal(sandboxSummary(policy), summary);
});

Deno.test("policy: the tag names the sandbox that is at work", () => {
  const reason = "";
  const bubblewrap = { kind: "bubblewrap", program: "/usr/bin/bwrap", reason } as const;
  assert.equal(sandboxTag(danger, bubblewrap), "none");
  assert.equal(sandboxTag(external("restricted"), bubblewrap), "external");
  assert.equal(sandboxTag(workspace, bubblewrap), "linux_bubblewrap");
  assert.equal(sandboxTag(workspace, { kind: "landlock", abi: 7, reason }), "seccomp");
  assert.equal(sandboxTag(readOnly, { kind: "seatbelt", reason }), "seatbelt");
  assert.equal(sandboxTag(readOnly, { kind: "unavailable", reason }), "none");
  assert.equal(sandboxTag(danger, null), "none");
  assert.equal(sandboxTag(readOnly, null), null);
});
