import assert from "node:assert/strict";
import type { ExecSignal } from "./args.ts";
import { StopRequest } from "./stop_request.ts";

function rig() {
  const handlers = new Set<(signal: ExecSignal) => void>();
  const stop = new StopRequest({
    onSignal(handler) {
      handlers.add(handler);
      return { [Symbol.dispose]: () => void handlers.delete(handler) };
    },
  });
  const send = (signal: ExecSignal) => handlers.forEach((handler) => handler(signal));
  return { stop, send, handlers };
}

function settled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), Promise.resolve().then(() => false)]);
}

Deno.test("the first signal is gentle while a turn runs, the second is not", async () => {
  const { stop, send } = rig();
  using held = stop;
  held.turnBegins();
  assert.equal(stop.exitCode, null);
  send("SIGINT");
  assert.deepEqual([stop.signal.aborted, stop.exitCode], [true, 130]);
  assert.equal(await settled(stop.forced), false);
  send("SIGTERM");
  assert.equal(stop.exitCode, 130);
  // At once, not when patience ends.
  assert.equal(await settled(stop.forced), true);
});

for (const [signal, code] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} before a turn ends the program at once with ${code}`, async () => {
    const { stop, send } = rig();
    using _held = stop;
    send(signal);
    await stop.forced;
    assert.equal(stop.exitCode, code);
  });
}

Deno.test("a closed output stops the turn; signals are let go of in the end", async () => {
  const { stop, handlers } = rig();
  {
    using held = stop;
    held.turnBegins();
    held.outputClosed();
    held.outputClosed();
    assert.deepEqual([stop.signal.aborted, stop.exitCode], [true, 141]);
    assert.equal(await settled(stop.forced), false);
  }
  assert.equal(handlers.size, 0);
});
