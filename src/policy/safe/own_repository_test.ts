import assert from "node:assert/strict";
import { join } from "node:path";
import type { SandboxPolicy } from "../../protocol/mod.ts";
import { CommandPolicy } from "../command_policy.ts";
import { NO_RULES, type SandboxPermissions } from "../types.ts";
import { WORKSPACE_WRITE } from "../../../tests/support/policies.ts";

const ON_UNIX = { ignore: Deno.build.os === "windows" } as const;
const FULL = { type: "full-access" } as const;
const READ_ONLY: SandboxPolicy = { type: "read-only", access: FULL };

const policy = new CommandPolicy({ os: "linux", userShell: "/bin/bash" });

async function asks(
  script: string,
  cwd: string,
  session: string,
  sandboxPolicy: SandboxPolicy,
  permissions: SandboxPermissions,
): Promise<boolean> {
  const found = await policy.decide({
    argv: ["/bin/bash", "-lc", script],
    approvalPolicy: permissions === "require_escalated" ? "on-request" : "untrusted",
    sandboxPolicy,
    permissions,
    prefixRule: null,
    rules: NO_RULES,
    search: { path: "/usr/bin", cwd, session, writable: [] },
  });
  return found.type === "needs_approval";
}

Deno.test("outside the sandbox git is asked about: commands may have written what it reads", async () => {
  const escalated = (script: string, sandbox: SandboxPolicy) =>
    asks(script, "/", "/", sandbox, "require_escalated");
  for (const sandbox of [READ_ONLY, WORKSPACE_WRITE]) {
    for (const script of ["git status", "ls; git log", "bash -c 'git diff'", "pwsh -c 'git log'"]) {
      assert.ok(await escalated(script, sandbox), script);
    }
    for (const script of ["ls", "cat x", "pwsh -c ls"]) {
      assert.ok(!await escalated(script, sandbox), script);
    }
  }
  assert.ok(!await escalated("git status", { type: "danger-full-access" }));
});

Deno.test("where reads are limited, nothing leaves the sandbox unasked", async () => {
  const access = { type: "restricted", includePlatformDefaults: true, readableRoots: [] } as const;
  for (
    const sandbox of [
      { type: "read-only", access } as const,
      { ...WORKSPACE_WRITE, readOnlyAccess: access },
    ]
  ) {
    assert.ok(await asks("cat /etc/passwd", "/", "/", sandbox, "require_escalated"));
    assert.ok(!await asks("cat /etc/passwd", "/", "/", sandbox, "use_default"));
  }
});

Deno.test({
  name: "git reads the session's repository, and no other is harmless",
  ...ON_UNIX,
}, async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "codex-git-" }));
  try {
    const session = join(root, "work");
    for (const folder of [".git", "src/deep", "module/.git", "module/src", "bare/objects"]) {
      await Deno.mkdir(join(session, folder), { recursive: true });
    }
    await Deno.mkdir(join(root, "other"));
    await Deno.writeTextFile(join(session, "bare/HEAD"), "");
    await Deno.mkdir(join(session, "worktree"));
    await Deno.writeTextFile(join(session, "worktree/.git"), "gitdir: x");
    await Deno.symlink("../other", join(session, "link"));
    const at = (cwd: string, script: string) =>
      asks(script, join(session, cwd), session, READ_ONLY, "use_default");
    for (const folder of [".", "src", "src/deep"]) {
      assert.ok(!await at(folder, "git status"), folder);
      assert.ok(!await at(".", `cd ${folder} && git status`), folder);
      assert.ok(!await at(".", `cd "${join(session, folder)}"; git status`), folder);
    }
    for (const folder of ["module", "module/src", "bare", "worktree", "link", "..", "missing"]) {
      assert.ok(await at(folder, "git status"), folder);
      assert.ok(await at(".", `cd ${folder} && git status`), folder);
      assert.ok(await at(".", `bash -c 'cd ${folder}; git log'`), folder);
      assert.ok(!await at(".", `git status; cd ${folder}; ls`), `${folder} afterwards`);
    }
    assert.ok(await at(".", "cd src && cd ../module && git status"));
    assert.ok(await at("src", "cd ../module && git status"));
    for (const unclear of ["cd", "cd -", "cd ~", "cd -P src", "cd sr*", "cd src module"]) {
      assert.ok(await at(".", `${unclear} && git status`), unclear);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
