import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { applyPlan } from "./apply.ts";
import { planChanges } from "./change_ledger.ts";
import { parsePatch } from "./parse.ts";
import { planPatch } from "./plan.ts";
import { blobId } from "./snapshot.ts";
import { createTurnDiff, type TurnDiffRecorder } from "./turn_diff.ts";

async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function patch(diff: TurnDiffRecorder, cwd: string, ...lines: string[]): Promise<void> {
  const text = ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
  const plan = await planPatch(parsePatch(text), cwd);
  await diff.before(planChanges(plan));
  await applyPlan(plan);
}

Deno.test("blob ids are git's", async () => {
  assert.equal(await blobId(new Uint8Array()), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  assert.equal(
    await blobId(new TextEncoder().encode("hello\n")),
    "ce013625030ba8dba906f756967f9e9ca394464a",
  );
});

Deno.test("several patches of a turn are summed up against its beginning", () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(join(dir, "sub"));
    await Deno.writeTextFile(join(dir, "sub/f"), "hello\n");
    await Deno.writeTextFile(join(dir, "gone"), "hello\n");
    const diff = createTurnDiff({ cwd: join(dir, "sub"), repoRoot: dir });
    assert.equal(await diff.unifiedDiff(), "");
    await patch(diff, join(dir, "sub"), "*** Update File: f", "-hello", "+x");
    await patch(diff, join(dir, "sub"), "*** Update File: f", "-x", "+hello", "+world");
    await patch(diff, join(dir, "sub"), "*** Add File: ../n", "+hello", "*** Delete File: ../gone");
    const hello = "ce013625030ba8dba906f756967f9e9ca394464a";
    const none = "0".repeat(40);
    assert.equal(
      await diff.unifiedDiff(),
      `diff --git a/gone b/gone
deleted file mode 100644
index ${hello}..${none}
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-hello
diff --git a/n b/n
new file mode 100644
index ${none}..${hello}
--- /dev/null
+++ b/n
@@ -0,0 +1 @@
+hello
diff --git a/sub/f b/sub/f
index ${hello}..94954abda49de8615a048f8d2e64b5de848e27a1
--- a/sub/f
+++ b/sub/f
@@ -1 +1,2 @@
 hello
+world
`,
    );
    await patch(diff, dir, "*** Update File: sub/f", " hello", "-world");
    await patch(diff, dir, "*** Delete File: n", "*** Add File: gone", "+hello");
    assert.equal(await diff.unifiedDiff(), "");
  }));

Deno.test("renames are followed; one that changes nothing is nothing", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "f"), "a\nb\n");
    const diff = createTurnDiff({ cwd: dir, repoRoot: null });
    await patch(diff, dir, "*** Update File: f", "*** Move to: g", " a");
    assert.equal(await diff.unifiedDiff(), "");
    await patch(diff, dir, "*** Update File: g", "*** Move to: h", "-a", "+A");
    const text = await diff.unifiedDiff();
    assert.ok(text.startsWith(`diff --git a/${join(dir, "f")} b/${join(dir, "h")}\nindex `), text);
    assert.ok(text.endsWith("@@ -1,2 +1,2 @@\n-a\n+A\n b\n"), text);
    // A patch that was begun and never carried out.
    await diff.before({
      [join(dir, "h")]: { type: "update", unifiedDiff: "", movePath: join(dir, "never") },
    });
    assert.equal(await diff.unifiedDiff(), text);
  }));

Deno.test("a rename over a file shows both", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "f"), "f\n");
    await Deno.writeTextFile(join(dir, "g"), "g\n");
    const diff = createTurnDiff({ cwd: dir, repoRoot: dir });
    await patch(diff, dir, "*** Update File: f", "*** Move to: g", "-f", "+F");
    const text = await diff.unifiedDiff();
    assert.ok(text.includes("diff --git a/f b/f\ndeleted file mode 100644\n"), text);
    assert.ok(text.includes("diff --git a/g b/g\nindex "), text);
  }));

Deno.test("bytes that are no text differ as such", () =>
  inTempDir(async (dir) => {
    await Deno.writeFile(join(dir, "f"), new Uint8Array([0xff, 0x0a, 0x61, 0x0a]));
    const diff = createTurnDiff({ cwd: dir, repoRoot: dir });
    await patch(diff, dir, "*** Update File: f", "-a", "+b");
    assert.ok((await diff.unifiedDiff()).endsWith("--- a/f\n+++ b/f\nBinary files differ\n"));
  }));

Deno.test({
  name: "git takes the diff back to where the turn began (needs git)",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inTempDir(async (dir) => {
      const files: Record<string, string> = {
        "keep/a.txt": Array.from({ length: 30 }, (_, i) => `line ${i}\n`).join(""),
        "crlf.txt": "a\r\nb\r\nc\r\n",
        "open.txt": "a\nb",
        "drop.txt": "x\ny\n",
        "empty.txt": "",
      };
      for (const [name, text] of Object.entries(files)) {
        await Deno.mkdir(dirname(join(dir, name)), { recursive: true });
        await Deno.writeTextFile(join(dir, name), text);
      }
      const diff = createTurnDiff({ cwd: dir, repoRoot: dir });
      await patch(
        diff,
        dir,
        ...["*** Update File: keep/a.txt", "@@", "-line 3", "@@", " line 20", "+new", "@@"],
        ...["+last", "*** Update File: crlf.txt", "-b", "+B", "*** Update File: open.txt"],
        ...["-a", "+A", "*** Delete File: drop.txt", "*** Add File: new.txt", "+1", "+2"],
        ...["*** Update File: empty.txt", "+no longer", "*** Add File: nothing.txt"],
      );
      const process = new Deno.Command("git", {
        args: ["apply", "--reverse", "--whitespace=nowarn", "-"],
        cwd: dir,
        env: { GIT_DIR: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" },
        stdin: "piped",
        stderr: "piped",
      }).spawn();
      const writer = process.stdin.getWriter();
      await writer.write(new TextEncoder().encode(await diff.unifiedDiff()));
      await writer.close();
      const { success, stderr } = await process.output();
      assert.ok(success, new TextDecoder().decode(stderr));
      for (const [name, text] of Object.entries(files)) {
        assert.equal(await Deno.readTextFile(join(dir, name)), text, name);
      }
      assert.equal(await diff.unifiedDiff(), "");
    }),
});
