import assert from "node:assert/strict";
import { join } from "node:path";
import { FilesError } from "./error.ts";
import { isInside, normalizePath, resolveLinks } from "./paths.ts";

const windows = Deno.build.os === "windows";

Deno.test({
  name: "isInside compares segments, after normalisation (POSIX paths)",
  ignore: windows,
  fn() {
    const cases: [string, string, boolean][] = [
      ["/a/b", "/a/b", true],
      ["/a/b", "/a/b/", true],
      ["/a/b/", "/a/b/c/d", true],
      ["/a/b", "/a/bc", false],
      ["/a/b", "/a", false],
      ["/a/b", "/a/b/../c", false],
      ["/a/b", "/a/x/../b/c", true],
      ["/a/b", "/a/b/..c", true],
      ["/a/b", "/a/b/...", true],
      ["/", "/", true],
      ["/", "/x", true],
      ["/a", "a/b", false],
      ["a", "a/b", false],
      ["/a", "/A/b", false],
    ];
    for (const [root, path, inside] of cases) {
      assert.equal(isInside(root, path), inside, `${path} in ${root}`);
    }
  },
});

Deno.test({
  name: "normalizePath works on the text alone (POSIX paths)",
  ignore: windows,
  fn() {
    assert.equal(normalizePath("x/../y", "/a/b"), "/a/b/y");
    assert.equal(normalizePath("../../../..", "/a"), "/");
    assert.equal(normalizePath("/a//b/./c/", "/ignored"), "/a/b/c");
    assert.equal(normalizePath("", "/a/"), "/a");
    assert.equal(normalizePath("~/x", "/a"), "/a/~/x");
    assert.throws(
      () => normalizePath("x", "relative"),
      (error) => error instanceof FilesError && error.code === "not_absolute",
    );
  },
});

Deno.test({
  name: "resolveLinks gives the place that a write would reach (needs symlinks)",
  ignore: windows,
  async fn() {
    const dir = await Deno.realPath(await Deno.makeTempDir());
    try {
      await Deno.mkdir(join(dir, "real/deep"), { recursive: true });
      await Deno.symlink("real/deep", join(dir, "short"));
      await Deno.symlink("../elsewhere/new", join(dir, "real/dangling"));
      await Deno.symlink("dangling", join(dir, "real/twice"));
      await Deno.symlink("loop-b", join(dir, "loop-a"));
      await Deno.symlink("loop-a", join(dir, "loop-b"));
      await Deno.writeTextFile(join(dir, "real/file"), "");

      assert.equal(await resolveLinks(join(dir, "short/x/y")), join(dir, "real/deep/x/y"));
      assert.equal(await resolveLinks(`${dir}/short/../file`), join(dir, "real/file"));
      assert.equal(await resolveLinks(join(dir, "none/x")), join(dir, "none/x"));
      assert.equal(await resolveLinks(join(dir, "real/twice")), join(dir, "elsewhere/new"));
      assert.equal(await resolveLinks(join(dir, "real/twice/x")), join(dir, "elsewhere/new/x"));
      assert.equal(await resolveLinks(join(dir, "real/file/x")), join(dir, "real/file/x"));
      await assert.rejects(
        resolveLinks(join(dir, "loop-a")),
        (error) => error instanceof FilesError && error.code === "link_loop",
      );
      await assert.rejects(
        resolveLinks("short"),
        (error) => error instanceof FilesError && error.code === "not_absolute",
      );
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
