import assert from "node:assert/strict";
import { join } from "node:path";
import { openFileLocks } from "./file_locks.ts";

Deno.test({
  name:
    "folders and files have all bits of their mode from their first moment, and replace nothing",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const root = await Deno.makeTempDir();
    try {
      using locks = openFileLocks();
      const modeOf = (path: string) => ((Deno.lstatSync(path).mode ?? 0) & 0o7777).toString(8);
      const [folder, file] = [join(root, "größe"), join(root, "file")];
      assert.equal(locks.makeFolder(folder, 0o1755), true);
      assert.equal(locks.makeFile(file, 0o1644), true);
      // The sticky bit is out of reach of any umask.
      assert.match(modeOf(folder), /^17/);
      assert.match(modeOf(file), /^16/);
      await Deno.writeTextFile(file, "x");
      assert.equal(locks.makeFolder(folder, 0o1755), false);
      assert.equal(locks.makeFile(file, 0o1644), false);
      assert.equal(locks.makeFolder(join(root, "none", "folder"), 0o1755), false);
      assert.equal(await Deno.readTextFile(file), "x");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});

Deno.test({
  name: "only what nothing has the name of is missing",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const root = await Deno.makeTempDir();
    try {
      using locks = openFileLocks();
      const at = (name: string) => join(root, name);
      await Deno.mkdir(at("folder"));
      await Deno.writeTextFile(at("file"), "x");
      await Deno.symlink("nowhere", at("dangling"));
      await Deno.symlink("folder", at("link"));
      const there = ["folder", "file", "dangling", "link", "link/."];
      assert.deepEqual(there.filter((name) => locks.isMissing(at(name))), []);
      const missing = ["größe", "none/below", "folder/none"];
      assert.deepEqual(missing.filter((name) => !locks.isMissing(at(name))), []);
      // Nothing can be there, but that is another answer.
      assert.equal(locks.isMissing(at("file/below")), false);
      await Deno.mkdir(at("größe"));
      assert.equal(locks.isMissing(at("größe")), false);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
