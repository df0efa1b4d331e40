import assert from "node:assert/strict";
import { join } from "node:path";
import { FilesError } from "./error.ts";
import { lockFile, tryLockFile } from "./lock.ts";

async function inTempDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("one holder at a time; the file stays", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "x.lock");
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 6 }, async () => {
      await using _held = await lockFile(path);
      inside++;
      most = Math.max(most, inside);
      await Deno.stat(path);
      inside--;
    }));
    assert.equal(most, 1);
    assert.equal((await Deno.stat(path)).size, 0);
    if (Deno.build.os !== "windows") {
      assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    }
  }));

Deno.test({
  name: "what root locks in a person's folder stays open to that person (needs root)",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: () =>
    inTempDir(async (dir) => {
      await Deno.chown(dir, 4321, 4322);
      const path = join(dir, "x.lock");
      await using _held = await lockFile(path);
      const { uid, gid } = await Deno.stat(path);
      assert.deepEqual([uid, gid], [4321, 4322]);
    }),
});

Deno.test("tryLockFile answers at once", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "x.lock");
    const held = await tryLockFile(path);
    assert.ok(held !== null);
    assert.equal(await tryLockFile(path), null);
    await held[Symbol.asyncDispose]();
    await held[Symbol.asyncDispose]();
    const again = await tryLockFile(path);
    assert.ok(again !== null);
    await again[Symbol.asyncDispose]();
  }));

Deno.test("waiting ends with the signal's reason, and the lock is free afterwards", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "x.lock");
    const stop = new AbortController();
    {
      await using _held = await lockFile(path);
      const waiting = lockFile(path, { signal: stop.signal });
      stop.abort(new RangeError("stop"));
      await assert.rejects(waiting, RangeError);
    }
    await using _again = await lockFile(path, { signal: new AbortController().signal });
    await assert.rejects(lockFile(path, { signal: AbortSignal.abort(new RangeError("before")) }), {
      name: "RangeError",
    });
  }));

Deno.test("another process holds it until it dies", () =>
  inTempDir(async (dir) => {
    const path = join(dir, "x.lock");
    const code = `
      import { lockFile } from ${JSON.stringify(import.meta.resolve("./lock.ts"))};
      await lockFile(Deno.args[0]);
      console.log("held");
      await new Promise(() => setInterval(() => {}, 1000));`;
    await Deno.writeTextFile(join(dir, "main.ts"), code);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", join(dir, "main.ts"), path],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    assert.equal(await tryLockFile(path), null);
    const waiting = lockFile(path);
    child.kill("SIGKILL");
    await using _held = await waiting;
    await child.status;
    await reader.cancel();
  }));

Deno.test("a lock file that cannot be made is reported", () =>
  inTempDir(async (dir) => {
    await assert.rejects(
      lockFile(join(dir, "none/x.lock")),
      (error) => error instanceof FilesError && error.code === "not_found",
    );
  }));
