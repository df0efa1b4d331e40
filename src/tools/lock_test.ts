import assert from "node:assert/strict";
import { CallLock } from "./lock.ts";

/** Starts acquiring and notes in `log` when it succeeds. */
function enter(lock: CallLock, shared: boolean, name: string, log: string[]) {
  return lock.acquire(shared).then((held) => {
    log.push(name);
    return held;
  });
}

/** Lets everything that can run now run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

Deno.test("shared calls run together, an exclusive one alone, in the order they came", async () => {
  const lock = new CallLock();
  const log: string[] = [];
  const a = await enter(lock, true, "a", log);
  const b = await enter(lock, true, "b", log);
  const c = enter(lock, false, "c", log);
  const d = enter(lock, true, "d", log);
  await settle();
  assert.deepEqual(log, ["a", "b"]);
  a[Symbol.dispose]();
  await settle();
  assert.deepEqual(log, ["a", "b"]);
  b[Symbol.dispose]();
  const held = await c;
  await settle();
  assert.deepEqual(log, ["a", "b", "c"]);
  held[Symbol.dispose]();
  (await d)[Symbol.dispose]();
  assert.deepEqual(log, ["a", "b", "c", "d"]);
});

Deno.test("disposing twice frees only once", async () => {
  const lock = new CallLock();
  const log: string[] = [];
  const a = await enter(lock, true, "a", log);
  const b = await enter(lock, true, "b", log);
  const c = enter(lock, false, "c", log);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  await settle();
  assert.deepEqual(log, ["a", "b"]);
  b[Symbol.dispose]();
  (await c)[Symbol.dispose]();
});
