import assert from "node:assert/strict";
import { join } from "node:path";
import type { SandboxPolicy, WorkspaceWritePolicy } from "../protocol/mod.ts";
import { existingRoots, mayWrite, writableRoots } from "./writable_roots.ts";
import { WORKSPACE_WRITE } from "../../tests/support/policies.ts";

const policy = WORKSPACE_WRITE;
const workspaceOnly = { ...policy, excludeSlashTmp: true };
const onUnix = Deno.build.os !== "windows";
const reason = onUnix ? "" : " (ignored: paths of Unix)";

function test(name: string, body: (folder: string) => Promise<void> | void): void {
  Deno.test({
    name: `roots: ${name}${reason}`,
    ignore: !onUnix,
    fn: async () => {
      const folder = await Deno.realPath(await Deno.makeTempDir());
      try {
        await body(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

test("order: configured, cwd, /tmp, TMPDIR; exclusions drop the last two", (folder) => {
  const roots = (change: Partial<WorkspaceWritePolicy>, tmpdir: string | null) =>
    writableRoots({ ...policy, ...change }, folder, tmpdir).map(({ root }) => root);
  assert.deepEqual(roots({ writableRoots: ["/b", "/a"] }, "/t"), [
    "/b",
    "/a",
    folder,
    "/tmp",
    "/t",
  ]);
  assert.deepEqual(roots({}, null), [folder, "/tmp"]);
  assert.deepEqual(roots({ excludeSlashTmp: true }, "/t"), [folder, "/t"]);
  assert.deepEqual(roots({ excludeTmpdirEnvVar: true }, "/t"), [folder, "/tmp"]);
});

test("other policies have none", (folder) => {
  const others: SandboxPolicy[] = [
    { type: "danger-full-access" },
    { type: "read-only", access: { type: "full-access" } },
    { type: "external-sandbox", networkAccess: "enabled" },
  ];
  for (const other of others) assert.deepEqual(writableRoots(other, folder, null), []);
});

test("a pointer file protects itself and where it points, a dead one itself", async (folder) => {
  await Deno.mkdir(join(folder, "real"));
  const subpaths = async (pointer: string) => {
    await Deno.writeTextFile(join(folder, ".git"), pointer);
    const [root] = writableRoots(workspaceOnly, folder, null);
    return root?.readOnlySubpaths.map((path) => path.slice(folder.length));
  };
  const always = ["/.git", "/.agents", "/.codex"];
  assert.deepEqual(await subpaths("gitdir: ./real\n"), ["/real", ...always]);
  assert.deepEqual(await subpaths(`anything:${folder}/real`), ["/real", ...always]);
  for (const dead of ["gitdir: ./missing", "gitdir:", "no colon", ""]) {
    assert.deepEqual(await subpaths(dead), always);
  }
});

test("existing ones are resolved, each once", async (folder) => {
  const real = join(folder, "real");
  await Deno.mkdir(real);
  await Deno.symlink("real", join(folder, "link"));
  const { roots } = existingRoots(
    { ...workspaceOnly, writableRoots: [join(folder, "link"), join(folder, "missing")] },
    real,
    null,
  );
  assert.deepEqual(roots.map(({ root }) => root), [real]);
});

test("one that a link in another root leads to counts if it lies in one", async (folder) => {
  const [workspace, outside] = [join(folder, "workspace"), join(folder, "outside")];
  await Deno.mkdir(join(workspace, "deep/inner"), { recursive: true });
  await Deno.mkdir(join(outside, "deep"), { recursive: true });
  await Deno.symlink("deep/inner", join(workspace, "in"));
  await Deno.symlink("../outside", join(workspace, "out"));
  await Deno.symlink("workspace/out", join(folder, "twice"));
  await Deno.symlink("workspace", join(folder, "alias"));
  const found = (...names: string[]) => {
    const writableRoots = names.map((name) => join(folder, name));
    return existingRoots({ ...workspaceOnly, writableRoots }, join(folder, "alias"), null);
  };
  const bad = ["workspace/out", "workspace/out/deep", "twice", "alias/out"];
  const { roots, limits } = found("workspace/in", ...bad);
  assert.deepEqual(roots.map(({ root }) => root), [join(workspace, "deep/inner"), workspace]);
  assert.deepEqual(
    limits.map(({ code, message }) => [code, message.split(",")[0]]),
    bad.map((name) => ["linked_root", join(folder, name)]),
  );
  // Who names the place itself means it.
  assert.deepEqual(found("workspace/out", "outside").limits, []);
});

test("a patch may write in the workspace, not outside, not at protected names", async (folder) => {
  const workspace = join(folder, "workspace");
  await Deno.mkdir(join(workspace, "sub/.git"), { recursive: true });
  const may = (path: string) => mayWrite(workspaceOnly, path, workspace, null);
  for (const path of ["new", "a/b/c", "sub/../x", "sub/.git/config", ".gitignore"]) {
    assert.equal(await may(path), true, path);
  }
  for (const path of ["../x", "a/../../x", "/etc/passwd", ".git/config", ".codex", ".agents/x"]) {
    assert.equal(await may(path), false, path);
  }
});

test("a link that leads out of the workspace is no way for a patch", async (folder) => {
  const workspace = join(folder, "workspace");
  await Deno.mkdir(join(workspace, ".git"), { recursive: true });
  await Deno.mkdir(join(workspace, "inner"));
  await Deno.mkdir(join(folder, "outside"));
  await Deno.symlink("../outside", join(workspace, "out"));
  await Deno.symlink("inner", join(workspace, "in"));
  await Deno.symlink(".git", join(workspace, "git"));
  await Deno.symlink("../outside/not-yet", join(workspace, "dangling"));
  await Deno.symlink("loop", join(workspace, "loop"));
  await Deno.symlink("workspace", join(folder, "alias"));
  const may = (path: string, cwd = workspace) => mayWrite(workspaceOnly, path, cwd, null);
  assert.equal(await may("in/x"), true);
  for (const path of ["out/x", "git/config", "dangling", "loop/x"]) {
    assert.equal(await may(path), false, path);
  }
  // The workspace itself may be reached by a link.
  assert.equal(await may("x", join(folder, "alias")), true);
});

test("full access and read-only need no look at the disk", async (folder) => {
  assert.equal(await mayWrite({ type: "danger-full-access" }, "/etc/x", folder, null), true);
  const readOnly = { type: "read-only", access: { type: "full-access" } } as const;
  assert.equal(await mayWrite(readOnly, "x", folder, null), false);
});
