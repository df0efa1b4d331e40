import assert from "node:assert/strict";
import { join } from "node:path";
import { lockFolder } from "./folder_lock.ts";

const NEVER = new AbortController().signal;

async function inTempDir(work: (path: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(join(dir, "lock.d"));
    assert.deepEqual(await Array.fromAsync(Deno.readDir(dir)), [], "nothing is left behind");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("folder lock: one holder at a time", () =>
  inTempDir(async (path) => {
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 5 }, async () => {
      await using _held = await lockFolder(path, NEVER);
      most = Math.max(most, ++inside);
      await Deno.stat(path);
      inside--;
    }));
    assert.equal(most, 1);
  }));

Deno.test("folder lock: a dead holder's is taken over, a living one's is not", () =>
  inTempDir(async (path) => {
    await Deno.mkdir(path);
    await Deno.writeTextFile(join(path, "owner"), "1");
    const old = new Date(Date.now() - 31_000);
    await Deno.utime(join(path, "owner"), old, old);
    await using _held = await lockFolder(path, NEVER);
    await assert.rejects(lockFolder(path, AbortSignal.timeout(200)), { name: "TimeoutError" });
  }));

Deno.test("folder lock: one that its maker left empty is taken over, but not a fresh one", () =>
  inTempDir(async (path) => {
    await Deno.mkdir(path);
    await assert.rejects(lockFolder(path, AbortSignal.timeout(200)), { name: "TimeoutError" });
    const old = new Date(Date.now() - 31_000);
    await Deno.utime(path, old, old);
    await using _held = await lockFolder(path, NEVER);
  }));

Deno.test("folder lock: a holder that lost it leaves the next one's alone", () =>
  inTempDir(async (path) => {
    const slept = await lockFolder(path, NEVER);
    for await (const { name } of Deno.readDir(path)) {
      const old = new Date(Date.now() - 31_000);
      await Deno.utime(join(path, name), old, old);
    }
    await using _next = await lockFolder(path, NEVER);
    await slept[Symbol.asyncDispose]();
    await assert.rejects(lockFolder(path, AbortSignal.timeout(200)), { name: "TimeoutError" });
  }));

Deno.test("folder lock: of many that find a dead holder's, one at a time gets it", () =>
  inTempDir(async (path) => {
    await Deno.mkdir(path);
    await Deno.writeTextFile(join(path, "owner"), "");
    const old = new Date(Date.now() - 31_000);
    await Deno.utime(join(path, "owner"), old, old);
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 20 }, async () => {
      await using _held = await lockFolder(path, NEVER);
      most = Math.max(most, ++inside);
      await Deno.stat(path);
      inside--;
    }));
    assert.equal(most, 1);
  }));

Deno.test("folder lock: giving up while waiting is at once", () =>
  inTempDir(async (path) => {
    await using _held = await lockFolder(path, NEVER);
    const stop = new AbortController();
    const waiting = lockFolder(path, stop.signal);
    const reason = new Error("enough");
    stop.abort(reason);
    await assert.rejects(waiting, reason);
  }));
