export const PIECE_BYTES = 8192;
export const MAX_PIECES = 10_000;

/** How many bytes at the end of `bytes` begin a character that is not complete yet (0 to 3). */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

/** Splits a stream of reads so that none ends inside a character, as long as the bytes are UTF-8. */
export class CharacterCarry {
  #carry: Uint8Array = new Uint8Array(0);

  /** What is complete of the carried bytes and `bytes`; may be a view on `bytes`. */
  take(bytes: Uint8Array): Uint8Array {
    let all = bytes;
    if (this.#carry.length > 0) {
      all = new Uint8Array(this.#carry.length + bytes.length);
      all.set(this.#carry);
      all.set(bytes, this.#carry.length);
    }
    const open = incompleteTail(all);
    this.#carry = all.slice(all.length - open);
    return all.subarray(0, all.length - open);
  }

  /** The beginning of a character that never came to its end. */
  rest(): Uint8Array {
    const rest = this.#carry;
    this.#carry = new Uint8Array(0);
    return rest;
  }
}

/** Ends of pieces of at most `PIECE_BYTES`, cut between characters. */
export function* plainPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    let end = Math.min(at + PIECE_BYTES, bytes.length);
    if (end < bytes.length) {
      const open = incompleteTail(bytes.subarray(at, end));
      if (open < end - at) end -= open;
    }
    yield bytes.slice(at, end);
    at = end;
  }
}

/** As `plainPieces`, and every byte that is not UTF-8 is a piece of its own. */
export function* validPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    let end = at;
    while (end < bytes.length) {
      const length = validSequence(bytes, end);
      if (length === 0 || end + length - at > PIECE_BYTES) break;
      end += length;
    }
    if (end === at) end = at + 1;
    yield bytes.slice(at, end);
    at = end;
  }
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 1;
}

/** Length of the character that starts at `at`; 0 = not UTF-8. */
function validSequence(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = sequenceLength(lead);
  if (length === 1 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  // Overlong forms, surrogates and what lies past U+10FFFF show in the second byte.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}
