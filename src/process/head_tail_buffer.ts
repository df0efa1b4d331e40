/**
 * Keeps the first and the last half of what is pushed, in bounded memory, and counts everything. Copies what it
 * keeps, so the caller may reuse its buffer.
 */
export class HeadTailBuffer {
  readonly #half: number;
  #head: Uint8Array = new Uint8Array(0);
  #headLength = 0;
  #ring: Uint8Array = new Uint8Array(0);
  /** Bytes that went past the head; the ring holds the last of them. */
  #pastHead = 0;

  /** `capacity` in bytes. */
  constructor(capacity: number) {
    this.#half = Math.floor(capacity / 2);
  }

  /** Bytes pushed since the last `drain`. */
  get total(): number {
    return this.#headLength + this.#pastHead;
  }

  push(bytes: Uint8Array): void {
    const toHead = Math.min(bytes.length, this.#half - this.#headLength);
    if (toHead > 0) {
      this.#head = grown(this.#head, this.#headLength, this.#headLength + toHead, this.#half);
      this.#head.set(bytes.subarray(0, toHead), this.#headLength);
      this.#headLength += toHead;
    }
    if (toHead < bytes.length) this.#pushTail(bytes.subarray(toHead));
  }

  /** What is kept, in order, without a mark where something is missing. */
  bytes(): Uint8Array {
    const kept = Math.min(this.#pastHead, this.#half);
    const all = new Uint8Array(this.#headLength + kept);
    all.set(this.#head.subarray(0, this.#headLength));
    if (kept === 0) return all;
    const start = this.#pastHead <= this.#half ? 0 : this.#pastHead % this.#half;
    const first = this.#ring.subarray(start, Math.min(kept, start + kept));
    all.set(first, this.#headLength);
    all.set(this.#ring.subarray(0, kept - first.length), this.#headLength + first.length);
    return all;
  }

  /** What is kept and how much there was; starts again from nothing. */
  drain(): { readonly bytes: Uint8Array; readonly total: number } {
    const result = { bytes: this.bytes(), total: this.total };
    this.#head = new Uint8Array(0);
    this.#ring = new Uint8Array(0);
    this.#headLength = 0;
    this.#pastHead = 0;
    return result;
  }

  #pushTail(bytes: Uint8Array): void {
    const half = this.#half;
    if (half === 0) {
      this.#pastHead += bytes.length;
      return;
    }
    // Only the last `half` bytes can survive; the ones before them just move the write position.
    const skipped = Math.max(0, bytes.length - half);
    const kept = bytes.subarray(skipped);
    const needed = Math.min(half, this.#pastHead + bytes.length);
    this.#ring = grown(this.#ring, Math.min(this.#pastHead, half), needed, half);
    const at = (this.#pastHead + skipped) % half;
    const untilWrap = Math.min(kept.length, half - at);
    this.#ring.set(kept.subarray(0, untilWrap), at);
    this.#ring.set(kept.subarray(untilWrap), 0);
    this.#pastHead += bytes.length;
  }
}

function grown(buffer: Uint8Array, used: number, needed: number, limit: number): Uint8Array {
  if (needed <= buffer.length) return buffer;
  const bigger = new Uint8Array(Math.min(limit, Math.max(needed, buffer.length * 2, 4096)));
  bigger.set(buffer.subarray(0, used));
  return bigger;
}
