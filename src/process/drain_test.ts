import assert from "node:assert/strict";
import { readUntilEnd, untilQuiet } from "./drain.ts";
import { spawnPiped } from "./spawn.ts";
import { script, text, untilDead } from "./testing.ts";

Deno.test("a child that does not die is left to itself, with what it printed", async () => {
  const spawned = await spawnPiped(script("echo x; exec sleep 600"), "null");
  assert.ok(spawned.ok);
  const { child } = spawned;
  const abandoned = Promise.withResolvers<void>();
  let output = "";
  const status = await readUntilEnd(
    child,
    (_stream, bytes) => {
      output += text(bytes);
      abandoned.resolve();
    },
    () => {},
    abandoned.promise,
  );
  assert.equal(status, null);
  assert.equal(output, "x\n");
  child.ref();
  child.kill("SIGKILL");
  await child.status;
  await untilDead(child.pid);
});

Deno.test("waiting ends with the stream, with quiet, or at the cap", async () => {
  const timed = async (work: Promise<void>): Promise<number> => {
    const started = performance.now();
    await work;
    return performance.now() - started;
  };
  const never = new Promise<void>(() => {});
  const limits = { quietMs: 40, capMs: 120 };
  assert.ok(
    await timed(untilQuiet(Promise.resolve(), () => 0, { quietMs: 60_000, capMs: 60_000 })) <
      30_000,
  );
  assert.ok(await timed(untilQuiet(never, () => 0, { quietMs: 40, capMs: 60_000 })) < 30_000);
  let reads = 0;
  assert.ok(await timed(untilQuiet(never, () => reads++, limits)) >= 110);
});
