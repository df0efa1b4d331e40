import { type Charset, LEGACY_CHARSETS } from "./legacy_charsets.ts";

/** So much of the text is enough to tell its charset. */
const SAMPLE_BYTES = 32 * 1024;
/** Below it nothing reads like text. */
const LEAST_SCORE = 0.3;
const LINE_FEED = 0x0a;

/**
 * Text of what a command printed. UTF-8 as it is; else in the legacy charset that it reads like; else UTF-8 with
 * replacement characters, which is also what text gets that is UTF-8 but for a few bytes (cut characters, for one).
 */
export function decodeOutput(bytes: Uint8Array): string {
  const text = decodeStrictly("utf-8", bytes, false);
  if (text !== null) return text;
  const lossy = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const sample = sampleLines(bytes);
  if (looksBinary(sample) || isMostlyUtf8(bytes)) return lossy;
  const charset = detectCharset(sample);
  return charset === null ? lossy : decodeStrictly(charset.label, bytes, false) ?? lossy;
}

function detectCharset(sample: Uint8Array): Charset | null {
  let best: Charset | null = null;
  let bestScore = LEAST_SCORE;
  for (const charset of LEGACY_CHARSETS) {
    const text = decodeStrictly(charset.label, sample, true);
    if (text === null) continue;
    const score = charset.score(sample, text);
    if (score > bestScore) {
      best = charset;
      bestScore = score;
    }
  }
  return best;
}

/** `null` = not in this charset. `open` = the end may cut a character. */
function decodeStrictly(label: string, bytes: Uint8Array, open: boolean): string | null {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: open });
  } catch {
    return null;
  }
}

/** The first lines that are not plain ASCII. */
function sampleLines(bytes: Uint8Array): Uint8Array {
  const sample = new Uint8Array(SAMPLE_BYTES);
  let length = 0;
  for (let start = 0; start < bytes.length && length < SAMPLE_BYTES;) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    const line = bytes.subarray(start, end);
    const high = line.findIndex((byte) => byte >= 0x80);
    if (high >= 0) {
      // A very long line counts from a little before what is of interest; what is before is ASCII.
      const kept = line.subarray(
        Math.max(0, high - 64),
        Math.max(0, high - 64) + SAMPLE_BYTES - length,
      );
      sample.set(kept, length);
      length += kept.length;
    }
    start = end;
  }
  return sample.subarray(0, length);
}

/** Control characters other than those that terminals know. */
function looksBinary(sample: Uint8Array): boolean {
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) return true;
    if (byte < 0x20 && !(byte >= 0x07 && byte <= 0x0d) && byte !== 0x1b) controls++;
  }
  return controls * 20 > sample.length;
}

/** At least as many characters of several bytes as bytes that are not UTF-8. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  let valid = 0;
  let invalid = 0;
  for (let i = 0; i < bytes.length;) {
    const length = sequenceAt(bytes, i);
    if (length === 0) invalid++;
    else if (length > 1) valid++;
    i += Math.max(1, length);
  }
  return valid >= invalid;
}

function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) {
    if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}
