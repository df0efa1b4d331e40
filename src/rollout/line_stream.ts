const NEWLINE = 0x0a;
const CHUNK = 256 * 1024;

/** A line over this many bytes is no line of ours; it is passed over without being kept. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Reads lines of an open file from byte `from` on, with one line in memory at a time. `null` = one that was too long. */
export async function* readLines(file: Deno.FsFile, from = 0): AsyncGenerator<string | null> {
  await file.seek(from, Deno.SeekMode.Start);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK);
  let parts: Uint8Array[] = [];
  let length = 0;
  const finish = (last: Uint8Array): string | null => {
    const tooLong = length + last.length > MAX_LINE_BYTES;
    const line = tooLong
      ? null
      : decoder.decode(parts.length === 0 ? last : join([...parts, last]));
    parts = [];
    length = 0;
    return line;
  };
  while (true) {
    const count = await file.read(chunk);
    if (count === null) break;
    let start = 0;
    for (let end = 0; (end = chunk.indexOf(NEWLINE, start)) !== -1 && end < count;) {
      yield finish(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < count) {
      length += count - start;
      if (length > MAX_LINE_BYTES) parts = [];
      else parts.push(chunk.slice(start, count));
    }
  }
  if (length > 0) yield finish(new Uint8Array());
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Place of one line in a file: byte of its start, length without the newline, and how it begins. */
export interface LinePlace {
  readonly start: number;
  readonly length: number;
  readonly head: string;
}

const BLOCK = 1024 * 1024;

/** Finds the lines of an open file from the last one backwards, reading each byte once. `headBytes`: how much of each. */
export async function* linesBackwards(
  file: Deno.FsFile,
  headBytes: number,
): AsyncGenerator<LinePlace> {
  const decoder = new TextDecoder();
  let blockStart = (await file.stat()).size;
  let lineEnd = blockStart;
  // The first bytes after the present block, for heads that reach into it.
  let following = new Uint8Array();
  const place = (block: Uint8Array, at: number, base: number): LinePlace => {
    const start = base + at;
    const size = Math.min(headBytes, lineEnd - start);
    const own = block.subarray(at, at + size);
    const head = decoder.decode(own) + decoder.decode(following.subarray(0, size - own.length));
    return { start, length: lineEnd - start, head };
  };
  while (blockStart > 0) {
    const size = Math.min(BLOCK, blockStart);
    blockStart -= size;
    const block = await readAt(file, blockStart, size);
    for (let at = block.lastIndexOf(NEWLINE); at !== -1;) {
      const found = place(block, at + 1, blockStart);
      if (found.length > 0) yield found;
      lineEnd = blockStart + at;
      at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1);
    }
    if (blockStart === 0) {
      const found = place(block, 0, 0);
      if (found.length > 0) yield found;
    }
    following = join([block.subarray(0, headBytes), following]).slice(0, headBytes);
  }
}

/** Exactly `size` bytes from `offset`, fewer only where the file ends. */
export async function readAt(
  file: Deno.FsFile,
  offset: number,
  size: number,
): Promise<Uint8Array> {
  const buffer = new Uint8Array(size);
  await file.seek(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < size) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
