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

function placeholderTest(
  name: string,
  body: (path: string, locks: FileLocks) => Promise<void>,
): void {
  Deno.test({
    name: `placeholder${name}${reason}`,
    ignore: !onLinux,
    fn: async () => {
      const base = await Deno.makeTempDir();
      try {
        using locks = openFileLocks();
        await body(join(base, ".git"), locks);
      } finally {
        await Deno.remove(base, { recursive: true });
      }
    },
  });
}

for (const kind of ["directory", "file"] as const) {
  placeholderTest(`, ${kind}: one that goes while it is looked at was one`, async (path, locks) => {
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
  });
}

/** Makes this call, the next time, find that the path is gone, as another command's end may see to at any time. */
function goesBefore(call: "readDirSync" | "chmodSync", path: string): Disposable {
  const real: (...args: never[]) => unknown = Deno[call];
  const instead = (...args: never[]) => {
    if (args[0] === path) {
      Object.assign(Deno, { [call]: real });
      Deno.removeSync(path);
    }
    return real(...args);
  };
  Object.assign(Deno, { [call]: instead });
  return { [Symbol.dispose]: () => void Object.assign(Deno, { [call]: real }) };
}

async function isMadeAnew(path: string, locks: FileLocks): Promise<void> {
  await using held = await hold(path, locks);
  assert.equal(held.path, path);
  assert.ok((await Deno.lstat(path)).isDirectory);
}

placeholderTest(
  ": where another command's goes at this moment, one of our own is made",
  async (path, locks) => {
    locks.makeFolder(path, 0o1755);
    using _gone = goesBefore("readDirSync", path);
    await isMadeAnew(path, locks);
  },
);

placeholderTest(
  ": where our own is taken away at once, another one is made",
  async (path, locks) => {
    using _gone = goesBefore("chmodSync", path);
    await isMadeAnew(path, locks);
  },
);
