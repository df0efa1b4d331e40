import assert from "node:assert/strict";
import { join } from "node:path";
import { mainRepoRoot } from "./trust.ts";

async function git(cwd: string, ...args: string[]): Promise<void> {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const { success, stderr } = await new Deno.Command("git", {
    args: [...identity, ...args],
    cwd,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("a linked worktree belongs to its main checkout, a stranger's .git file to nobody", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    const main = join(root, "main");
    await Deno.mkdir(join(main, "sub"), { recursive: true });
    await git(main, "init", "-q");
    await git(main, "commit", "-q", "--allow-empty", "-m", "first");
    await git(main, "worktree", "add", "-q", join(root, "linked"));
    assert.equal(await mainRepoRoot(join(main, "sub")), main);
    assert.equal(await mainRepoRoot(join(root, "linked")), main);
    assert.equal(await mainRepoRoot(root), null);

    await Deno.symlink(main, join(root, "link"));
    assert.equal(await mainRepoRoot(join(root, "link")), main);

    // An unpacked archive that claims to be a worktree of a repository which the user trusts.
    const evil = join(root, "evil");
    await Deno.mkdir(evil);
    for (const target of [join(main, ".git"), join(main, ".git/worktrees/linked")]) {
      await Deno.writeTextFile(join(evil, ".git"), `gitdir: ${target}\n`);
      assert.equal(await mainRepoRoot(evil), evil);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test({
  name: "a place that the sandbox holds for .git makes no repository, and no project",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const root = await Deno.realPath(await Deno.makeTempDir({ dir: "/var/tmp" }));
    try {
      const inside = join(root, "a", "b");
      await Deno.mkdir(inside, { recursive: true });
      await Deno.mkdir(join(root, ".git"));
      assert.equal(await mainRepoRoot(inside), root);
      await Deno.chmod(join(root, ".git"), 0o1755);
      assert.equal(await mainRepoRoot(inside), null);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
