import assert from "node:assert/strict";
import { join } from "node:path";
import { lockFile, tryLockFile } from "../files/mod.ts";
import { type LoginFiles, loginFiles } from "./home_files.ts";
import { takeRefreshLock } from "./locks.ts";

const needsAdvisory = Deno.build.os === "windows";

async function inHome(work: (files: LoginFiles, home: string) => Promise<void>): Promise<void> {
  const home = await Deno.realPath(await Deno.makeTempDir());
  try {
    const files = loginFiles(home);
    await Deno.writeTextFile(files.record, "{}");
    await work(files, home);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Settles when this file has been opened. */
function opened(path: string): { readonly done: Promise<void> } & Disposable {
  const { open } = Deno;
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.open = async (which, options) => {
    const file = await open(which, options);
    if (which === path) resolve();
    return file;
  };
  return { done: promise, [Symbol.dispose]: () => void (Deno.open = open) };
}

Deno.test({
  name:
    "a record that another home holds is waited for, and no lock is kept when that is given up " +
    "(not on Windows)",
  ignore: needsAdvisory,
  fn: () =>
    inHome(async (files) => {
      await using _held = await lockFile(files.record, { existing: true });
      assert.equal(await takeRefreshLock(files, 100), null);
      await using own = await tryLockFile(files.refreshLock);
      assert.ok(own !== null);
    }),
});

Deno.test({
  name: "a record that is replaced while its lock is waited for: the new one is locked " +
    "(not on Windows)",
  ignore: needsAdvisory,
  fn: () =>
    inHome(async (files, home) => {
      const holder = await lockFile(files.record, { existing: true });
      using record = opened(files.record);
      const locking = takeRefreshLock(files, 60_000);
      await Promise.race([record.done, locking]);
      await Deno.writeTextFile(join(home, "new"), "{}");
      await Deno.rename(join(home, "new"), files.record);
      await holder[Symbol.asyncDispose]();
      await using lock = await locking;
      assert.ok(lock !== null);
      const late = lockFile(files.record, { existing: true, signal: AbortSignal.timeout(100) });
      await assert.rejects(late, { name: "TimeoutError" });
    }),
});

Deno.test({
  name: "a record that its lock keeps from being read is not locked (not on Windows)",
  ignore: needsAdvisory,
  fn: () =>
    inHome(async (files) => {
      const { readFile } = Deno;
      Deno.readFile = () => Promise.reject(new Deno.errors.PermissionDenied("locked"));
      try {
        await using lock = await takeRefreshLock(files, 60_000);
        assert.ok(lock !== null);
        const signal = AbortSignal.timeout(20_000);
        await using _free = await lockFile(files.record, { existing: true, signal });
        assert.equal(await tryLockFile(files.refreshLock), null);
      } finally {
        Deno.readFile = readFile;
      }
    }),
});

Deno.test("locking a record makes none, and one that cannot be locked stands in nobody's way", () =>
  inHome(async (files) => {
    await Deno.remove(files.record);
    for (const make of [() => Promise.resolve(), () => Deno.mkdir(files.record)]) {
      await make();
      await using lock = await takeRefreshLock(files, 60_000);
      assert.ok(lock !== null);
    }
    assert.ok((await Deno.stat(files.record)).isDirectory);
  }));
