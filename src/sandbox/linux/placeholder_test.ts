import assert from "node:assert/strict";
import { join } from "node:path";
import { type FileLocks, openFileLocks } from "../../platform/mod.ts";
import {
  holdPlaceholder,
  isPlaceholder,
  type Placeholder,
  type PlaceholderKind,
} from "./placeholder.ts";

const onLinux = Deno.build.os === "linux";
const reason = onLinux ? "" : " (ignored: not Linux)";

async function hold(path: string, locks: FileLocks, kind?: PlaceholderKind): Promise<Placeholder> {
  const held = await holdPlaceholder(path, locks, kind);
  return "kind" in held ? assert.fail(`${path}: ${held.kind}`) : held;
}

for (const kind of ["directory", "file"] as const) {
  Deno.test({
    name: `placeholder, ${kind}: one that goes while it is looked at was one${reason}`,
    ignore: !onLinux,
    fn: async () => {
      const base = await Deno.makeTempDir();
      try {
        using locks = openFileLocks();
        const path = join(base, ".git");
        let info: Deno.FileInfo;
        {
          await using held = await hold(path, locks, kind);
          assert.equal(held.path, path);
          info = await Deno.lstat(path);
          assert.equal(isPlaceholder(path, info, kind), true);
        }
        await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
        assert.equal(isPlaceholder(path, info, kind), true);
        await Deno.mkdir(path);
        assert.equal(isPlaceholder(path, await Deno.lstat(path), kind), false);
      } finally {
        await Deno.remove(base, { recursive: true });
      }
    },
  });
}

/** Makes the second look at a placeholder find it gone, as another command's end may at any time. */
function goesBeforeItIsRead(path: string): Disposable {
  const { readDirSync } = Deno;
  Deno.readDirSync = (which) => {
    if (which === path) {
      Deno.readDirSync = readDirSync;
      Deno.removeSync(path);
    }
    return readDirSync(which);
  };
  return { [Symbol.dispose]: () => void (Deno.readDirSync = readDirSync) };
}

Deno.test({
  name: `placeholder: where another command's goes at this moment, one of our own is made${reason}`,
  ignore: !onLinux,
  fn: async () => {
    const base = await Deno.makeTempDir();
    try {
      using locks = openFileLocks();
      const path = join(base, ".git");
      locks.makeFolder(path, 0o1755);
      using _gone = goesBeforeItIsRead(path);
      await using held = await hold(path, locks);
      assert.equal(held.path, path);
      assert.ok((await Deno.lstat(path)).isDirectory);
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  },
});

/** Makes a placeholder disappear before its mode is looked after, as another command's end may at any time. */
function goesBeforeItIsReady(path: string): Disposable {
  const { chmodSync } = Deno;
  Deno.chmodSync = (which, mode) => {
    if (which === path) {
      Deno.chmodSync = chmodSync;
      Deno.removeSync(path);
    }
    return chmodSync(which, mode);
  };
  return { [Symbol.dispose]: () => void (Deno.chmodSync = chmodSync) };
}

Deno.test({
  name: `placeholder: where our own is taken away at once, another one is made${reason}`,
  ignore: !onLinux,
  fn: async () => {
    const base = await Deno.makeTempDir();
    try {
      using locks = openFileLocks();
      const path = join(base, ".git");
      using _gone = goesBeforeItIsReady(path);
      await using held = await hold(path, locks);
      assert.equal(held.path, path);
      assert.ok((await Deno.lstat(path)).isDirectory);
    } finally {
      await Deno.remove(base, { recursive: true });
    }
  },
});
