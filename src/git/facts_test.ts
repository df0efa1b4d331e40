import assert from "node:assert/strict";
import { join } from "node:path";
import { findRepoRoot, hasChanges, readGitInfo, workspaceMetadata } from "./mod.ts";

const signal = new AbortController().signal;

class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    return new Folder(await Deno.realPath(await Deno.makeTempDir({ prefix: "git-facts-" })));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Deno.remove(this.path, { recursive: true });
  }
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  const output = await new Deno.Command("git", {
    args: [...identity, "-c", "init.defaultBranch=main", ...args],
    cwd,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
  }).output();
  assert.equal(output.success, true, new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout).trim();
}

Deno.test("a folder outside any repository has no facts", async () => {
  await using folder = await Folder.make();
  assert.equal(await findRepoRoot(folder.path), null);
  assert.equal(await readGitInfo(folder.path, { signal }), null);
  assert.equal(await workspaceMetadata(folder.path, { signal }), null);
});

Deno.test("commit, branch, remotes and changes are found from a folder below the root", async () => {
  await using folder = await Folder.make();
  await git(folder.path, "init", "-q");
  await git(folder.path, "commit", "-q", "--allow-empty", "-m", "one");
  await git(folder.path, "remote", "add", "origin", "https://example.org/a b.git");
  await git(folder.path, "remote", "add", "fork", "git@example.org:b.git");
  const below = join(folder.path, "x", "y");
  await Deno.mkdir(below, { recursive: true });
  const commit = await git(folder.path, "rev-parse", "HEAD");

  assert.equal(await findRepoRoot(below), folder.path);
  assert.deepEqual(await readGitInfo(below, { signal }), {
    commitHash: commit,
    branch: "main",
    repositoryUrl: "https://example.org/a b.git",
  });
  assert.deepEqual(await workspaceMetadata(below, { signal }), {
    root: folder.path,
    remotes: { origin: "https://example.org/a b.git", fork: "git@example.org:b.git" },
    latestCommit: commit,
    hasChanges: null,
  });
  assert.equal(await hasChanges(below, { signal }), false);
  await Deno.writeTextFile(join(below, "new"), "");
  assert.equal(await hasChanges(below, { signal }), true);
});

Deno.test("a repository without commits and a detached head answer null for what they lack", async () => {
  await using folder = await Folder.make();
  await git(folder.path, "init", "-q");
  assert.deepEqual(await readGitInfo(folder.path, { signal }), {
    commitHash: null,
    branch: "main",
    repositoryUrl: null,
  });
  await git(folder.path, "commit", "-q", "--allow-empty", "-m", "one");
  await git(folder.path, "checkout", "-q", "--detach");
  assert.equal((await readGitInfo(folder.path, { signal }))?.branch, null);
});

Deno.test("a linked work tree has a .git file and is its own root", async () => {
  await using folder = await Folder.make();
  const main = join(folder.path, "main");
  await Deno.mkdir(main);
  await git(main, "init", "-q");
  await git(main, "commit", "-q", "--allow-empty", "-m", "one");
  await git(main, "worktree", "add", "-q", "-b", "side", join(folder.path, "side"));
  const side = join(folder.path, "side");
  assert.equal(await findRepoRoot(side), side);
  assert.equal((await readGitInfo(side, { signal }))?.branch, "side");
});

Deno.test("GIT_ variables of a handed-in environment do not lead astray", async () => {
  await using folder = await Folder.make();
  await using other = await Folder.make();
  await git(folder.path, "init", "-q");
  await git(other.path, "init", "-q", "-b", "elsewhere");
  const PATH = Deno.env.get("PATH") ?? "";
  const env = { PATH, HOME: folder.path, GIT_DIR: join(other.path, ".git") };
  assert.equal((await readGitInfo(folder.path, { signal, env }))?.branch, "main");
});

Deno.test("a repository cannot make a question run its programs", async () => {
  await using folder = await Folder.make();
  await git(folder.path, "init", "-q");
  const witness = join(folder.path, "ran");
  const monitor = join(folder.path, "monitor");
  await Deno.writeTextFile(monitor, `#!/bin/sh\ntouch '${witness}'\n`, { mode: 0o755 });
  await git(folder.path, "config", "core.fsmonitor", monitor);
  assert.equal(await hasChanges(folder.path, { signal }), true);
  await assert.rejects(Deno.stat(witness), Deno.errors.NotFound);
});

Deno.test("git is asked only where the files do not tell; an aborted or missing one answers null", async () => {
  await using folder = await Folder.make();
  await git(folder.path, "init", "-q");
  await git(folder.path, "remote", "add", "origin", "short:x");
  const nowhere = { signal, env: { PATH: folder.path } };
  assert.equal((await readGitInfo(folder.path, nowhere))?.repositoryUrl, "short:x");
  assert.equal(await hasChanges(folder.path, nowhere), null);
  await git(folder.path, "config", "url.https://example.org/.insteadOf", "short:");
  assert.equal(
    (await readGitInfo(folder.path, { signal }))?.repositoryUrl,
    "https://example.org/x",
  );
  assert.deepEqual((await workspaceMetadata(folder.path, { signal }))?.remotes, {
    origin: "https://example.org/x",
  });
  for (const options of [nowhere, { signal: AbortSignal.abort() }]) {
    assert.equal(await readGitInfo(folder.path, options), null);
    assert.equal(await workspaceMetadata(folder.path, options), null);
  }
});

Deno.test("packed refs, work trees and broken heads are read as git reads them", async () => {
  await using folder = await Folder.make();
  const main = join(folder.path, "main");
  await Deno.mkdir(main);
  await git(main, "init", "-q");
  await git(main, "commit", "-q", "--allow-empty", "-m", "one");
  await git(main, "branch", "feature/x");
  await git(main, "pack-refs", "--all");
  const linked = join(folder.path, "linked");
  await git(main, "worktree", "add", "-q", linked, "feature/x");
  const commit = await git(main, "rev-parse", "HEAD");
  assert.deepEqual(
    [await readGitInfo(main, { signal }), await readGitInfo(linked, { signal })],
    [
      { commitHash: commit, branch: "main", repositoryUrl: null },
      { commitHash: commit, branch: "feature/x", repositoryUrl: null },
    ],
  );
  await Deno.writeTextFile(join(main, ".git", "HEAD"), "nonsense\n");
  assert.equal(await readGitInfo(main, { signal }), null);
});

Deno.test("a question starts no program that the repository or a submodule names", async () => {
  await using folder = await Folder.make();
  const { path } = folder;
  const inner = join(path, "inner");
  const planted = join(path, ".git/planted");
  for (const repository of [path, inner]) {
    await git(path, "init", "-q", repository);
    await Deno.writeTextFile(join(repository, "file"), "one");
    await git(repository, "add", "file");
    await git(repository, "commit", "-q", "-m", "one");
  }
  await git(path, "add", "inner");
  await git(path, "commit", "-q", "-m", "two");
  const poison = async (repository: string) => {
    await git(repository, "config", "filter.evil.clean", `touch ${planted}; cat`);
    await Deno.writeTextFile(join(repository, ".git/info/attributes"), "file filter=evil\n");
    await Deno.writeTextFile(join(repository, "file"), "two");
  };
  await poison(inner);
  assert.equal(await hasChanges(path, { signal }), false);
  await git(path, "config", "remote.origin.url", `ext::sh -c touch% ${planted}`);
  await git(path, "config", "protocol.ext.allow", "always");
  await git(path, "config", "remote.origin.promisor", "true");
  await git(path, "config", "extensions.partialClone", "origin");
  const object = await git(path, "rev-parse", "HEAD^{tree}");
  await Deno.remove(join(path, ".git/objects", object.slice(0, 2), object.slice(2)));
  await hasChanges(path, { signal });
  await poison(path);
  assert.equal(await hasChanges(path, { signal }), null);
  await assert.rejects(Deno.stat(planted), Deno.errors.NotFound);
});

Deno.test({
  name: `a git that a command may have put on the search path is not asked${
    Deno.build.os === "windows" ? " (ignored: names have endings there)" : ""
  }`,
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await Folder.make();
    const { path } = folder;
    await git(path, "init", "-q");
    const bin = join(path, "node_modules/.bin");
    await Deno.mkdir(bin, { recursive: true });
    const ran = join(path, ".git/ran");
    await Deno.writeTextFile(join(bin, "git"), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    const PATH = `${bin}:node_modules/.bin::${Deno.env.get("PATH")}`;
    assert.equal(await hasChanges(path, { signal, env: { PATH, HOME: path } }), true);
    await assert.rejects(Deno.stat(ran), Deno.errors.NotFound);
  },
});
