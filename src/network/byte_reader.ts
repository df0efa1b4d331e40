const PIECE_BYTES = 64 * 1024;
const CR = 13;
const LF = 10;

export type ReadHead =
  | { readonly kind: "head"; readonly bytes: Uint8Array }
  /** The other side closed before the end of the head; `empty` = before its first byte. */
  | { readonly kind: "end"; readonly empty: boolean }
  | { readonly kind: "too_large" };

/** Reads a connection in the units of protocols; what was read too much waits for the next call. */
export class ByteReader {
  readonly #source: Pick<Deno.Conn, "read">;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Read from {@link #start} to {@link #end} of the buffer and not taken yet. */
  #start = 0;
  #end = 0;

  constructor(source: Pick<Deno.Conn, "read">) {
    this.#source = source;
  }

  /** The first byte, without taking it; `null` at the end. */
  async peek(): Promise<number | null> {
    if (this.#start === this.#end && !await this.#fill(1)) return null;
    return this.#buffer[this.#start] ?? null;
  }

  /** Up to and with an empty line. */
  readHead(limit: number): Promise<ReadHead> {
    return this.#readTo(limit, [CR, LF, CR, LF]);
  }

  /** Up to and with the end of the line, which only CR LF is. */
  readLine(limit: number): Promise<ReadHead> {
    return this.#readTo(limit, [CR, LF]);
  }

  /** Whatever comes next, at most `limit` bytes; `null` at the end. Valid until the next call. */
  async readSome(limit = PIECE_BYTES): Promise<Uint8Array | null> {
    if (this.#start === this.#end && !await this.#fill(1)) return null;
    return this.#take(Math.min(this.#end - this.#start, limit));
  }

  /** Exactly so many bytes; `null` when the end comes first. */
  async readExactly(count: number): Promise<Uint8Array | null> {
    while (this.#end - this.#start < count) {
      if (!await this.#fill(count)) return null;
    }
    return this.#take(count).slice();
  }

  async #readTo(limit: number, ending: readonly number[]): Promise<ReadHead> {
    for (let length = 1; length <= limit; length++) {
      while (this.#end - this.#start < length) {
        if (!await this.#fill(length)) return { kind: "end", empty: length === 1 };
      }
      const tail = this.#start + length - ending.length;
      // What lies before the first byte that is not taken cannot count for the end.
      if (tail < this.#start) continue;
      if (ending.every((byte, at) => this.#buffer[tail + at] === byte)) {
        return { kind: "head", bytes: this.#take(length).slice() };
      }
    }
    return { kind: "too_large" };
  }

  #take(count: number): Uint8Array {
    const taken = this.#buffer.subarray(this.#start, this.#start + count);
    this.#start += count;
    return taken;
  }

  /** Reads once, into a buffer with room for at least `wanted` bytes that are not taken. False at the end. */
  async #fill(wanted: number): Promise<boolean> {
    const held = this.#end - this.#start;
    if (held === 0) this.#start = this.#end = 0;
    if (this.#buffer.length - this.#end < PIECE_BYTES / 4) {
      const grown = new Uint8Array(Math.max(PIECE_BYTES, held + wanted + PIECE_BYTES / 2));
      grown.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = grown;
      this.#start = 0;
      this.#end = held;
    }
    const count = await this.#source.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    return true;
  }
}
