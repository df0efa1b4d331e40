/** Into so many steps a limit is cut. */
const STEPS = 20;

/**
 * A limit on the time in which this process runs. What it sleeps through, stopped or with the whole machine, does not
 * count: an answer that came meanwhile is read before the limit is reached. Its signal aborts with a `TimeoutError`.
 */
export function limitRunningTime(ms: number): { readonly signal: AbortSignal } & Disposable {
  const limit = new AbortController();
  const stepMs = ms / STEPS;
  let left = ms;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const passed = now - last;
    last = now;
    left -= passed < 5 * stepMs ? passed : 0;
    if (left <= 0) limit.abort(new DOMException("the time is up", "TimeoutError"));
  }, stepMs);
  return { signal: limit.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
