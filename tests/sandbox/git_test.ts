import assert from "node:assert/strict";
import { join } from "node:path";
import {
  childEnvironment,
  openSandboxRig,
  probeBoth,
  type SandboxRig,
  WORKSPACE_ONLY,
} from "../support/sandbox_rig.ts";
import { works } from "../support/works.ts";

const backends = Deno.build.os === "linux" ? await probeBoth() : null;
const git = await works(["git", "--version"]);
const gitReason = git ? "" : " (ignored: no git)";

const COMMITS = { ...WORKSPACE_ONLY, gitWritable: true } as const;
const COMMIT = [
  "/bin/sh",
  "-c",
  "echo x >> file && git add file && git commit -qm inside && git status --short",
];

const environment = () => ({
  ...childEnvironment(),
  HOME: "/nonexistent",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
});

/** Runs git outside of any sandbox. */
async function outside(cwd: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [...args],
    cwd,
    env: environment(),
  })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** A repository with one commit, and a linked working tree of it that lies outside of the workspace. */
async function repository(rig: SandboxRig): Promise<{ main: string; tree: string }> {
  const main = join(rig.base, "main");
  const tree = join(rig.base, "tree");
  await Deno.mkdir(main);
  await outside(main, "init", "-q");
  await outside(main, "commit", "-q", "--allow-empty", "-m", "first");
  await outside(main, "worktree", "add", "-q", tree, "-b", "other");
  return { main, tree };
}

for (const [kind, { backend, ignore, reason }] of Object.entries(backends ?? {})) {
  const test = (name: string, body: (rig: SandboxRig) => Promise<void>): void =>
    Deno.test({
      name: `${kind}: ${name}${reason}${gitReason}`,
      ignore: ignore || !git,
      fn: async () => {
        await using rig = await openSandboxRig(backend);
        await body(rig);
      },
    });

  const bubblewrapOnly = (name: string, body: (rig: SandboxRig) => Promise<void>): void => {
    if (kind === "bubblewrap") test(name, body);
  };

  bubblewrapOnly("a commit is refused in one line, and leaves nothing", async (rig) => {
    const { main } = await repository(rig);
    const result = await rig.run(COMMIT, { cwd: main, policyCwd: main, env: environment() });
    assert.notEqual(result.code, 0);
    assert.equal(result.stderr.trim().split("\n").length, 1, result.stderr);
    assert.match(result.stderr, /\.git\/index\.lock.*Read-only file system/);
  });

  test("with git_writable a commit works, in linked working trees too", async (rig) => {
    for (const cwd of Object.values(await repository(rig))) {
      const result = await rig.run(COMMIT, {
        cwd,
        policyCwd: cwd,
        env: environment(),
        policy: COMMITS,
      });
      assert.deepEqual(result, { code: 0, stdout: "", stderr: "" });
      assert.equal(await outside(cwd, "log", "-1", "--format=%s"), "inside");
      await outside(cwd, "fsck");
      assert.ok(!await exists(join(cwd, ".git/commondir")));
    }
  });

  bubblewrapOnly("with git_writable hooks and configuration stay as they are", async (rig) => {
    const { main, tree } = await repository(rig);
    const common = join(main, ".git");
    const own = join(common, "worktrees/tree");
    const inMain = await rig.attempts({
      branch: "git branch new && git switch -q new",
      hook: "echo x > .git/hooks/post-commit",
      hooksAway: "mv .git/hooks .git/old",
      config: "git config core.fsmonitor ./evil",
      configFile: "echo x >> .git/config",
      replaceConfig: "rm -f .git/config && echo x > .git/config",
      redirect: "rm -f .git/commondir; mkdir evil && echo ../evil > .git/commondir",
      otherTree: `echo x > ${own}/config.worktree`,
      otherRedirect: `echo /tmp > ${own}/commondir`,
      moveAway: "mv .git elsewhere",
    }, { cwd: main, policyCwd: main, env: environment(), policy: COMMITS });
    const refused = {
      hook: false,
      hooksAway: false,
      config: false,
      configFile: false,
      replaceConfig: false,
      redirect: false,
      otherTree: false,
      otherRedirect: false,
      moveAway: false,
    };
    assert.deepEqual(inMain, { branch: true, ...refused });
    const inTree = await rig.attempts({
      branch: "git branch newer",
      hook: `echo x > ${common}/hooks/post-commit`,
      config: `echo x >> ${common}/config`,
      head: `echo x > ${common}/HEAD`,
      redirect: `echo /tmp > ${own}/commondir`,
      pointer: "echo gitdir: /tmp > .git",
    }, { cwd: tree, policyCwd: tree, env: environment(), policy: COMMITS });
    const none = { hook: false, config: false, head: false, redirect: false, pointer: false };
    assert.deepEqual(inTree, { branch: true, ...none });
  });

  bubblewrapOnly(
    "with git_writable, hooks and configuration that are missing stay so",
    async (rig) => {
      const { main, tree } = await repository(rig);
      const common = join(main, ".git");
      await Deno.remove(join(common, "hooks"), { recursive: true });
      const plain = await rig.attempts({
        branch: "git branch new",
        hooks: "rm -rf .git/hooks; mkdir .git/hooks",
        hook: "echo x > .git/hooks/post-commit",
      }, { cwd: main, policyCwd: main, env: environment(), policy: COMMITS });
      assert.deepEqual(plain, { branch: true, hooks: false, hook: false });
      assert.ok(!await exists(join(common, "hooks")));
      await outside(main, "config", "extensions.worktreeConfig", "true");
      for (const [cwd, own] of [[main, common], [tree, join(common, "worktrees/tree")]] as const) {
        const answers = await rig.attempts({ config: `echo x > ${own}/config.worktree` }, {
          cwd,
          policyCwd: cwd,
          env: environment(),
          policy: COMMITS,
        });
        assert.deepEqual(answers, { config: false });
      }
    },
  );

  test("a forged pointer opens nothing", async (rig) => {
    const target = join(rig.outside, "worktrees/forged");
    await Deno.mkdir(target, { recursive: true });
    for (const folder of ["objects", "refs"]) await Deno.mkdir(join(rig.outside, folder));
    await Deno.writeTextFile(join(rig.workspace, ".git"), `gitdir: ${target}\n`);
    await Deno.writeTextFile(join(target, "commondir"), "../..\n");
    // All but the way back, which only somebody who may write there can make.
    const answers = await rig.attempts({
      target: `echo x > ${target}/index`,
      objects: `echo x > ${rig.outside}/objects/x`,
    }, { policy: COMMITS });
    assert.deepEqual(answers, { target: false, objects: false });
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
