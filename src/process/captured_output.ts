import type { CapturedOutput } from "./types.ts";

/** What is kept of each stream, and of both together. */
export const CAPTURE_BYTES = 1024 * 1024;

/** The first `CAPTURE_BYTES` of a stream and a count of the rest. */
export class StreamCapture {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  #dropped = 0;

  get dropped(): number {
    return this.#dropped;
  }

  push(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, CAPTURE_BYTES - this.#length);
    this.#dropped += bytes.length - kept.length;
    const needed = this.#length + kept.length;
    if (needed > this.#bytes.length) {
      const size = Math.min(CAPTURE_BYTES, Math.max(needed, this.#bytes.length * 2, 4096));
      const bigger = new Uint8Array(size);
      bigger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = bigger;
    }
    this.#bytes.set(kept, this.#length);
    this.#length = needed;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** `droppedBytes` counts what the streams left out; `aggregated` may leave out more. */
export function capturedOutput(stdout: StreamCapture, stderr: StreamCapture): CapturedOutput {
  const out = stdout.bytes();
  const err = stderr.bytes();
  return {
    stdout: out,
    stderr: err,
    aggregated: aggregate(out, err, CAPTURE_BYTES),
    droppedBytes: stdout.dropped + stderr.dropped,
  };
}

/**
 * stdout followed by stderr in at most `limit` bytes. When both do not fit, stdout is sure of a third, stderr gets
 * what is left, and stdout takes back what stderr does not need.
 */
export function aggregate(stdout: Uint8Array, stderr: Uint8Array, limit: number): Uint8Array {
  let fromStdout = stdout.length;
  let fromStderr = stderr.length;
  if (fromStdout + fromStderr > limit) {
    const sure = Math.min(stdout.length, Math.floor(limit / 3));
    fromStderr = Math.min(stderr.length, limit - sure);
    fromStdout = Math.min(stdout.length, limit - fromStderr);
  }
  const all = new Uint8Array(fromStdout + fromStderr);
  all.set(stdout.subarray(0, fromStdout));
  all.set(stderr.subarray(0, fromStderr), fromStdout);
  return all;
}
