import assert from "node:assert/strict";
import { join } from "node:path";
import { HELD_FOLDER_MODE, isPresent } from "./held_place.ts";

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
