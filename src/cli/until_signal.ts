import type { Signal, World } from "./world.ts";

/** As shells count: 128 and the number of the signal. */
const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Runs something that a signal ends properly: the first one aborts it, a second one does not wait for that. Returns
 * its exit code, or that of the first signal.
 */
export async function untilSignal(
  world: World,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const forced = Promise.withResolvers<number>();
  const received: number[] = [];
  using _signals = world.onSignal((signal) => {
    received.push(EXIT_CODES[signal]);
    if (received.length > 1) forced.resolve(1);
    stop.abort();
  });
  const exitCode = await Promise.race([work(stop.signal), forced.promise]);
  return received[0] ?? exitCode;
}
