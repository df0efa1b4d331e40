const CLOCK_THREAD_CPUTIME_ID = 3;

/** clock_gettime(2), which counts to the nanosecond. */
const clock = Deno.build.os === "linux"
  ? Deno.dlopen("libc.so.6", { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } })
  : null;

/**
 * Time that this thread has had on a processor, in milliseconds: how busy the machine is otherwise does not count.
 * Where the system does not tell it, the time that has passed.
 */
export function processorTime(): number {
  if (clock === null) return performance.now();
  const time = new BigInt64Array(2);
  clock.symbols.clock_gettime(CLOCK_THREAD_CPUTIME_ID, time);
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1e3 + Number(nanoseconds) / 1e6;
}
