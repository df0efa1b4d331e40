/** How long the output of a process that has ended may still come from others that hold the pipe. */
export interface DrainLimits {
  /** Nothing for this long = nothing more to come. */
  readonly quietMs: number;
  readonly capMs: number;
}

export const DRAIN_LIMITS: DrainLimits = { quietMs: 50, capMs: 2000 };

/** A child that survives a kill for so long (it may have become somebody else's) is left to itself. */
export const ABANDON_MS = 2000;

export type StreamName = "stdout" | "stderr";

/** Gets each read. The bytes are overwritten by the next read: copy what is to be kept. */
export type OutputSink = (stream: StreamName, bytes: Uint8Array) => void;

const READ_BYTES = 64 * 1024;

/**
 * Reads both streams of a child until it has ended and its output is drained: until both streams are closed or, when
 * somebody else holds them open, until they are quiet. Memory in use: one buffer a stream. `onStatus` is called as
 * soon as the child has ended. When `abandoned` resolves first, the child is left to itself and the result is `null`.
 */
export async function readUntilEnd(
  child: Deno.ChildProcess,
  sink: OutputSink,
  onStatus: () => void,
  abandoned: Promise<void>,
): Promise<Deno.CommandStatus | null> {
  let reads = 0;
  let failure: { readonly cause: unknown } | null = null;
  // A sink that fails must not block the child: reading goes on, and the failure is thrown at the end.
  const take = (stream: StreamName, bytes: Uint8Array): void => {
    reads++;
    if (failure !== null) return;
    try {
      sink(stream, bytes);
    } catch (cause) {
      failure = { cause };
    }
  };
  const stdout = child.stdout.getReader({ mode: "byob" });
  const stderr = child.stderr.getReader({ mode: "byob" });
  const closed = Promise.all([
    readAll(stdout, (bytes) => take("stdout", bytes)),
    readAll(stderr, (bytes) => take("stderr", bytes)),
  ]);
  try {
    const status = await Promise.race([child.status, abandoned.then(() => null)]);
    onStatus();
    if (status === null) child.unref();
    await untilQuiet(closed, () => reads, DRAIN_LIMITS);
    if (failure !== null) throw (failure as { readonly cause: unknown }).cause;
    return status;
  } finally {
    await Promise.allSettled([stdout.cancel(), stderr.cancel(), closed]);
  }
}

/** Resolves when `closed` does, or when `activity()` has not moved for `quietMs`, or after `capMs`. */
export async function untilQuiet(
  closed: Promise<unknown>,
  activity: () => number,
  limits: DrainLimits,
): Promise<void> {
  let over = false;
  const closing = closed.then(() => {
    over = true;
  });
  const deadline = performance.now() + limits.capMs;
  // Two ticks, because the first one may come late, before what is waiting in the pipe had its turn.
  let quietTicks = 0;
  let seen = activity();
  while (!over && quietTicks < 2 && performance.now() < deadline) {
    await tickOr(closing, limits.quietMs / 2);
    const now = activity();
    quietTicks = now === seen ? quietTicks + 1 : 0;
    seen = now;
  }
}

async function tickOr(other: Promise<void>, ms: number): Promise<void> {
  const tick = Promise.withResolvers<void>();
  const timer = setTimeout(tick.resolve, ms);
  try {
    await Promise.race([other, tick.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  reader: ReadableStreamBYOBReader,
  onRead: (bytes: Uint8Array) => void,
): Promise<void> {
  let buffer = new Uint8Array(READ_BYTES);
  while (true) {
    let read: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
    try {
      read = await reader.read(buffer);
    } catch {
      return; // the stream broke: its end
    }
    if (read.value !== undefined && read.value.length > 0) onRead(read.value);
    if (read.done) return;
    buffer = new Uint8Array(read.value.buffer);
  }
}
