import assert from "node:assert/strict";
import { join } from "node:path";
import { HELD_FOLDER_MODE, isHeldFolder, isPresent } from "./held_place.ts";

Deno.test({
  name: "an empty folder with the mode of a held place is not there; anything else is",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      const path = join(dir, ".git");
      assert.equal(await isPresent(path), false);
      await Deno.mkdir(path);
      assert.equal(await isPresent(path), true, "an empty folder that somebody made");
      await Deno.chmod(path, HELD_FOLDER_MODE);
      assert.equal(await isPresent(path), false);
      await Deno.writeTextFile(join(path, "HEAD"), "ref: refs/heads/main\n");
      assert.equal(await isPresent(path), true);
      await Deno.remove(path, { recursive: true });
      await Deno.writeTextFile(path, "gitdir: elsewhere\n");
      assert.equal(await isPresent(path), true);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test({
  name:
    "a held place that goes while it is looked at is not there; a folder that goes is no held place",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const dir = await Deno.makeTempDir();
    const path = join(dir, ".git");
    for (const mode of [HELD_FOLDER_MODE, 0o755]) {
      await Deno.mkdir(path);
      await Deno.chmod(path, mode);
      const info = await Deno.stat(path);
      await Deno.remove(path);
      assert.equal(isHeldFolder(path, info), mode === HELD_FOLDER_MODE);
    }
    await Deno.remove(dir);
  },
});
