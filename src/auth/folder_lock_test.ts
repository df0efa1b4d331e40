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
