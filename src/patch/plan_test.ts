import assert from "node:assert/strict";
import { join } from "node:path";
import { applyPlan, reportText } from "./apply.ts";
import { planChanges } from "./change_ledger.ts";
import { PatchError } from "./error.ts";
import { parsePatch } from "./parse.ts";
import { planPatch, planPaths } from "./plan.ts";

const windows = Deno.build.os === "windows";

async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function plan(dir: string, ...lines: string[]) {
  return planPatch(parsePatch(["*** Begin Patch", ...lines, "*** End Patch"].join("\n")), dir);
}

async function apply(dir: string, ...lines: string[]): Promise<string> {
  return reportText(await applyPlan(await plan(dir, ...lines)));
}

async function write(dir: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(dir, name), text);
}

function names(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map((entry) => entry.name).sort();
}

async function refusal(work: Promise<unknown>): Promise<PatchError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof PatchError);
    return error;
  }
  throw new assert.AssertionError({ message: "it was not refused" });
}

Deno.test("details carry absolute paths, messages the paths as written", () =>
  inTempDir(async (dir) => {
    await write(dir, { f: "a\n" });
    await Deno.mkdir(join(dir, "d"));
    const cases: [string[], string, string, string][] = [
      [
        ["*** Update File: f", "-x", " y", "+b"],
        "no_match",
        "Failed to find expected lines in f:\nx\ny",
        `Failed to find expected lines in ${dir}/f:\nx\ny`,
      ],
      [
        ["*** Update File: ./f", "@@ zz", "-x"],
        "no_context",
        "Failed to find context 'zz' in ./f",
        `Failed to find context 'zz' in ${dir}/f`,
      ],
      [
        ["*** Update File: none", "-x"],
        "io",
        "Failed to read file to update none: No such file or directory (os error 2)",
        `Failed to read file to update ${dir}/none: No such file or directory (os error 2)`,
      ],
      [
        ["*** Update File: d", "-x"],
        "io",
        "Failed to read file to update d: Is a directory (os error 21)",
        `Failed to read file to update ${dir}/d: Is a directory (os error 21)`,
      ],
      [
        ["*** Delete File: none"],
        "io",
        "Failed to delete file none",
        `Failed to read ${dir}/none: No such file or directory (os error 2)`,
      ],
      [
        ["*** Delete File: d"],
        "io",
        "Failed to delete file d",
        `Failed to read ${dir}/d: Is a directory (os error 21)`,
      ],
      [
        ["*** Add File: d", "+x"],
        "io",
        "Failed to write file d",
        `Failed to write file ${dir}/d: Is a directory (os error 21)`,
      ],
      [
        ["*** Update File: f", "*** Move to: f/x", "-a"],
        "io",
        "Failed to create parent directories for f/x",
        `Failed to create parent directories for ${dir}/f/x: Not a directory (os error 20)`,
      ],
    ];
    for (const [lines, code, message, detail] of cases) {
      const error = await refusal(plan(dir, ...lines));
      assert.deepEqual([error.code, error.message, error.detail], [code, message, detail]);
    }
    assert.deepEqual(names(dir), ["d", "f"]);
  }));

Deno.test("sections build on one another", () =>
  inTempDir(async (dir) => {
    await write(dir, { f: "a\n", g: "g\n" });
    const refused = [
      ["*** Delete File: f", "*** Update File: f", "-a"],
      ["*** Delete File: f", "*** Delete File: f"],
      ["*** Update File: f", "-a", "+b", "*** Update File: f", "-a", "+c"],
      ["*** Update File: f", "*** Move to: h", "-a", "+b", "*** Update File: f", "-b"],
      ["*** Add File: n", "+1", "*** Add File: n/x", "+1"],
    ];
    for (const lines of refused) await refusal(plan(dir, ...lines));
    assert.deepEqual(names(dir), ["f", "g"]);
    const text = await apply(
      dir,
      "*** Add File: n",
      "+1",
      "*** Update File: n",
      "-1",
      "+2",
      "*** Update File: f",
      "*** Move to: h",
      "-a",
      "+b",
      "*** Add File: f",
      "+again",
      "*** Update File: h",
      "-b",
      "+c",
      "*** Delete File: g",
    );
    assert.equal(
      text,
      "Success. Updated the following files:\nA n\nA f\nM n\nM h\nM h\nD g\n",
    );
    assert.deepEqual(names(dir), ["f", "h", "n"]);
    assert.equal(await Deno.readTextFile(join(dir, "f")), "again\n");
    assert.equal(await Deno.readTextFile(join(dir, "h")), "c\n");
    assert.equal(await Deno.readTextFile(join(dir, "n")), "2\n");
  }));

Deno.test("changes are summed up for each file", () =>
  inTempDir(async (dir) => {
    await write(dir, { f: "1\n2\n3\n4\n", g: "g\n", m: "m\n", k: "k\n", s: "s\n" });
    const planned = await plan(
      dir,
      "*** Update File: f",
      " 2",
      "-3",
      "+three",
      "*** Add File: new",
      "+x",
      "*** Update File: new",
      "-x",
      "+y",
      "*** Delete File: sub/../g",
      "*** Update File: m",
      "*** Move to: d/m2",
      "-m",
      "+M",
      "*** Update File: d/m2",
      "-M",
      "+MM",
      "*** Add File: k",
      "+K",
      "*** Add File: gone",
      "+1",
      "*** Delete File: gone",
      "*** Update File: s",
      "*** Move to: s",
      "-s",
      "+S",
    );
    assert.deepEqual(planChanges(planned), {
      [join(dir, "f")]: {
        type: "update",
        unifiedDiff: "@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n",
        movePath: null,
      },
      [join(dir, "new")]: { type: "add", content: "y\n" },
      [join(dir, "g")]: { type: "delete", content: "g\n" },
      [join(dir, "m")]: {
        type: "update",
        unifiedDiff: "@@ -1 +1 @@\n-m\n+MM\n",
        movePath: join(dir, "d/m2"),
      },
      [join(dir, "k")]: { type: "add", content: "K\n" },
      [join(dir, "s")]: { type: "update", unifiedDiff: "@@ -1 +1 @@\n-s\n+S\n", movePath: null },
    });
    assert.deepEqual(
      planPaths(planned).sort(),
      ["d/m2", "f", "g", "gone", "k", "m", "new", "s"].map((name) => join(dir, name)).sort(),
    );
  }));

Deno.test("a file that moves away and one that takes its place are both told", () =>
  inTempDir(async (dir) => {
    await write(dir, { f: "a\n" });
    const planned = await plan(
      dir,
      ...["*** Update File: f", "*** Move to: g", "-a", "+b", "*** Add File: f", "+new"],
    );
    assert.deepEqual(planChanges(planned), {
      [join(dir, "f")]: { type: "add", content: "new\n" },
      [join(dir, "g")]: { type: "add", content: "b\n" },
    });
  }));

Deno.test({
  name: "links and modes are kept, a moved program stays one (needs POSIX)",
  ignore: windows,
  fn: () =>
    inTempDir(async (dir) => {
      await write(dir, { real: "a\n", tool: "t\n", "behind": "x\n" });
      await Deno.chmod(join(dir, "tool"), 0o755);
      await Deno.chmod(join(dir, "real"), 0o640);
      await Deno.symlink("real", join(dir, "link"));
      await Deno.symlink("behind", join(dir, "toBehind"));
      await Deno.symlink("nowhere", join(dir, "dangling"));
      await apply(
        dir,
        ...["*** Update File: link", "-a", "+b", "*** Update File: real", "-b", "+c"],
        ...["*** Update File: tool", "*** Move to: bin/tool", "-t", "+T"],
        ...["*** Delete File: toBehind", "*** Delete File: dangling"],
      );
      assert.ok((await Deno.lstat(join(dir, "link"))).isSymlink);
      assert.equal(await Deno.readTextFile(join(dir, "real")), "c\n");
      assert.equal(((await Deno.stat(join(dir, "real"))).mode ?? 0) & 0o777, 0o640);
      assert.equal(((await Deno.stat(join(dir, "bin/tool"))).mode ?? 0) & 0o777, 0o755);
      assert.deepEqual(names(dir), ["behind", "bin", "link", "real"]);
    }),
});

Deno.test({
  name: "moving between two names of one file loses nothing (needs symlinks)",
  ignore: windows,
  fn: () =>
    inTempDir(async (dir) => {
      await write(dir, { f: "a\n" });
      await Deno.symlink("f", join(dir, "link"));
      await apply(dir, "*** Update File: f", "*** Move to: link", "-a", "+b");
      assert.deepEqual(names(dir), ["link"]);
      assert.equal(await Deno.readTextFile(join(dir, "link")), "b\n");
      assert.ok((await Deno.lstat(join(dir, "link"))).isFile);

      await Deno.symlink("link", join(dir, "other"));
      await apply(dir, "*** Update File: other", "*** Move to: link", "-b", "+c");
      assert.deepEqual(names(dir), ["link"]);
      assert.equal(await Deno.readTextFile(join(dir, "link")), "c\n");
    }),
});

Deno.test({
  name:
    "a file in the place of a link that goes leaves alone what the link led to (needs symlinks)",
  ignore: windows,
  fn: () =>
    inTempDir(async (dir) => {
      await write(dir, { behind: "x\n" });
      await Deno.symlink("behind", join(dir, "link"));
      await apply(dir, "*** Delete File: link", "*** Add File: link", "+new");
      assert.ok((await Deno.lstat(join(dir, "link"))).isFile);
      assert.equal(await Deno.readTextFile(join(dir, "link")), "new\n");
      assert.equal(await Deno.readTextFile(join(dir, "behind")), "x\n");
    }),
});

Deno.test("a file that several sections change is written once", () =>
  inTempDir(async (dir) => {
    const { operations } = await plan(
      dir,
      ...["*** Add File: f", "+1", "*** Update File: f", "-1", "+2", "*** Delete File: f"],
      ...["*** Add File: f", "+3", "*** Update File: f", "-3", "+4"],
    );
    assert.deepEqual(
      operations.map((step) =>
        step.kind === "write" ? new TextDecoder().decode(step.bytes) : step.kind
      ),
      ["2\n", "remove", "4\n"],
    );
  }));

Deno.test("a write that fails half way tells what was changed and what was not", () =>
  inTempDir(async (dir) => {
    await write(dir, { f: "a\n", g: "g\n" });
    const planned = await plan(
      dir,
      ...["*** Add File: n", "+1", "*** Update File: f", "-a", "+b", "*** Delete File: g"],
    );
    // Between the plan and the writing somebody puts a folder in the way.
    await Deno.remove(join(dir, "f"));
    await Deno.mkdir(join(dir, "f"));
    const error = await refusal(applyPlan(planned));
    assert.equal(error.code, "interrupted");
    assert.deepEqual(error.outcome, { changed: ["A n"], damaged: [], unchanged: ["M f", "D g"] });
    assert.ok(error.message.startsWith("Failed to write file f\n"));
    assert.ok(error.message.includes("\n  A n\n") && error.message.endsWith("\n  M f\n  D g"));
    assert.deepEqual(names(dir), ["f", "g", "n"]);
  }));

Deno.test("a file that stays the same is not written", () =>
  inTempDir(async (dir) => {
    await write(dir, { f: "a\nb\n" });
    const before = await Deno.stat(join(dir, "f"));
    const text = await apply(dir, "*** Update File: f", " a", "-b", "+b");
    assert.equal(text, "Success. Updated the following files:\nM f\n");
    const after = await Deno.stat(join(dir, "f"));
    assert.deepEqual([after.ino, after.mtime], [before.ino, before.mtime]);
  }));

Deno.test({
  name: "a pipe is no file to update (needs mkfifo)",
  ignore: windows,
  fn: () =>
    inTempDir(async (dir) => {
      await new Deno.Command("mkfifo", { args: [join(dir, "pipe")] }).output();
      const error = await refusal(plan(dir, "*** Update File: pipe", "-a"));
      assert.equal(error.code, "io");
      await apply(dir, "*** Delete File: pipe");
      assert.deepEqual(names(dir), []);
    }),
});
