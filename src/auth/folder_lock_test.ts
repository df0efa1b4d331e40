import assert from "node:assert/strict";
import { join } from "node:path";
import { lockFolder } from "./folder_lock.ts";

const NEVER = new AbortController().signal;

/** So few looks at a silent holder are enough here. */
const LOOKS = 3;

async function age(path: string, ms = 31_000): Promise<void> {
  const then = new Date(Date.now() - ms);
  await Deno.utime(path, then, then);
}

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

for (const [name, ms] of [["", 31_000], [" whose clock was ahead", -60_000]] as const) {
  Deno.test(`folder lock: a dead holder's${name} is taken over, a living one's is not`, () =>
    inTempDir(async (path) => {
      await Deno.mkdir(path);
      await Deno.writeTextFile(join(path, "owner"), "1");
      await age(join(path, "owner"), ms);
      await using _held = await lockFolder(path, AbortSignal.timeout(20_000), LOOKS);
      const late = lockFolder(path, AbortSignal.timeout(200), LOOKS);
      await assert.rejects(late, { name: "TimeoutError" });
    }));
}

Deno.test("folder lock: one that its maker left empty is taken over, but not a fresh one", () =>
  inTempDir(async (path) => {
    await Deno.mkdir(path);
    const early = lockFolder(path, AbortSignal.timeout(200), LOOKS);
    await assert.rejects(early, { name: "TimeoutError" });
    await age(path);
    await using _held = await lockFolder(path, NEVER, LOOKS);
  }));

Deno.test("folder lock: a holder that lost it leaves the next one's alone", () =>
  inTempDir(async (path) => {
    const slept = await lockFolder(path, NEVER);
    for await (const { name } of Deno.readDir(path)) {
      await age(join(path, name));
    }
    await using _next = await lockFolder(path, NEVER, LOOKS);
    await slept[Symbol.asyncDispose]();
    await assert.rejects(lockFolder(path, AbortSignal.timeout(200)), { name: "TimeoutError" });
  }));

Deno.test("folder lock: of many that find a dead holder's, one at a time gets it", () =>
  inTempDir(async (path) => {
    await Deno.mkdir(path);
    await Deno.writeTextFile(join(path, "owner"), "");
    await age(join(path, "owner"));
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 20 }, async () => {
      await using _held = await lockFolder(path, NEVER, LOOKS);
      most = Math.max(most, ++inside);
      await Deno.stat(path);
      inside--;
    }));
    assert.equal(most, 1);
  }));

for (
  const [name, beats] of [
    ["whose machine has another clock", (beat: number) => 60_000 - beat * 1000],
    ["that wakes together with the waiter", (beat: number) => beat < 5 ? 3_600_000 : 0],
  ] as const
) {
  Deno.test(`folder lock: a living holder ${name} keeps it`, () =>
    inTempDir(async (path) => {
      await Deno.mkdir(path);
      const owner = join(path, "owner");
      await Deno.writeTextFile(owner, "");
      const enough = new AbortController();
      let looks = 0;
      using _looks = beforeEachLook(owner, async () => {
        await age(owner, beats(looks++));
        if (looks === 12) enough.abort();
      });
      await assert.rejects(lockFolder(path, enough.signal, 6), { name: "AbortError" });
      await Deno.remove(path, { recursive: true });
    }));
}

/** Does something right before the file is looked at: a moment that no test could meet otherwise. */
function beforeEachLook(path: string, beat: () => Promise<void>): Disposable {
  const { lstat } = Deno;
  Deno.lstat = async (which) => {
    if (which === path) await beat();
    return await lstat(which);
  };
  return { [Symbol.dispose]: () => void (Deno.lstat = lstat) };
}

Deno.test("folder lock: who slept after making the folder does not move into that of the next holder", () =>
  inTempDir(async (path) => {
    const { mkdir } = Deno;
    let next: AsyncDisposable | null = null;
    Deno.mkdir = async (which, options) => {
      await mkdir(which, options);
      Deno.mkdir = mkdir;
      await age(path);
      next = await lockFolder(path, NEVER, LOOKS);
    };
    const slept = lockFolder(path, AbortSignal.timeout(500), LOOKS);
    await assert.rejects(slept, { name: "TimeoutError" });
    assert.ok(next !== null);
    await (next as AsyncDisposable)[Symbol.asyncDispose]();
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
