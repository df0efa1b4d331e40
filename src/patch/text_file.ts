/**
 * A file as lines that can be compared with a patch, without losing how it is written: byte order mark, encoding,
 * line ends, missing last newline. What is not touched comes out with the bytes it went in with.
 */
export interface TextFile {
  /** Lines as a person reads them, without line ends. */
  readonly texts: readonly string[];
  /** The same lines in the form that {@link encodeFile} takes, line ends included. */
  readonly raws: readonly string[];
  readonly encoding: Encoding;
}

export interface Encoding {
  readonly mark: Uint8Array;
  /** Brings a new line, without its end, into the form of `raws`. */
  toRaw(text: string): string;
  toBytes(raw: string): Uint8Array;
}

const NO_MARK = new Uint8Array();
const UTF8_MARK = new Uint8Array([0xef, 0xbb, 0xbf]);
const UTF16_LE_MARK = new Uint8Array([0xff, 0xfe]);
const UTF16_BE_MARK = new Uint8Array([0xfe, 0xff]);

/** Reads a file's bytes. Never fails: what is no Unicode is taken for Windows-1252, in which every byte means something. */
export function decodeFile(bytes: Uint8Array): TextFile {
  if (bytes.length % 2 === 0) {
    if (startsWith(bytes, UTF16_LE_MARK)) return decodeUtf16(bytes, true);
    if (startsWith(bytes, UTF16_BE_MARK)) return decodeUtf16(bytes, false);
  }
  const mark = startsWith(bytes, UTF8_MARK) ? UTF8_MARK : NO_MARK;
  const body = bytes.subarray(mark.length);
  const text = utf8OrNull(body);
  if (text !== null) {
    const encoding = { mark, toRaw: (line: string) => line, toBytes: encodeUtf8 };
    return fromRaws(splitRaw(text), (raw) => raw, encoding);
  }
  return decodeSingleBytes(body, mark);
}

/** The file's bytes again, after lines were taken out of `raws` or put in. */
export function encodeFile(encoding: Encoding, raws: readonly string[]): Uint8Array {
  const body = encoding.toBytes(raws.join(""));
  const bytes = new Uint8Array(encoding.mark.length + body.length);
  bytes.set(encoding.mark);
  bytes.set(body, encoding.mark.length);
  return bytes;
}

/** The whole content for display; the byte order mark left out. */
export function displayText(bytes: Uint8Array): string {
  const { texts, raws } = decodeFile(bytes);
  return texts.map((text, i) => text + lineEnd(raws[i] ?? "")).join("");
}

/** The end of a raw line: `"\n"`, `"\r\n"`, or `""` for a last line without one. */
export function lineEnd(raw: string): "" | "\n" | "\r\n" {
  if (!raw.endsWith("\n")) return "";
  return raw.endsWith("\r\n") ? "\r\n" : "\n";
}

function startsWith(bytes: Uint8Array, mark: Uint8Array): boolean {
  return bytes.length >= mark.length && mark.every((byte, i) => bytes[i] === byte);
}

function fromRaws(raws: string[], read: (raw: string) => string, encoding: Encoding): TextFile {
  const texts = raws.map((raw) => read(raw.slice(0, raw.length - lineEnd(raw).length)));
  return { texts, raws, encoding };
}

function splitRaw(text: string): string[] {
  const raws: string[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline + 1;
    raws.push(text.slice(start, end));
    start = end;
  }
  return raws;
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf8OrNull(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeUtf16(bytes: Uint8Array, littleEndian: boolean): TextFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: string[] = [];
  const units: number[] = [];
  for (let at = 2; at < bytes.length; at += 2) {
    units.push(view.getUint16(at, littleEndian));
    if (units.length === 4096) pieces.push(String.fromCharCode(...units.splice(0)));
  }
  pieces.push(String.fromCharCode(...units));
  const encoding: Encoding = {
    mark: littleEndian ? UTF16_LE_MARK : UTF16_BE_MARK,
    toRaw: (line) => line,
    toBytes(raw) {
      const out = new DataView(new ArrayBuffer(raw.length * 2));
      for (let i = 0; i < raw.length; i++) out.setUint16(i * 2, raw.charCodeAt(i), littleEndian);
      return new Uint8Array(out.buffer);
    },
  };
  return fromRaws(splitRaw(pieces.join("")), (raw) => raw, encoding);
}

/**
 * Bytes that are not UTF-8 as a whole. Each line that is, by itself, is read so. New lines are written the way the
 * other lines are: as UTF-8 if one of them holds a character that needs it, else in single bytes where possible.
 */
function decodeSingleBytes(body: Uint8Array, mark: Uint8Array): TextFile {
  const decoder = new TextDecoder("windows-1252");
  const characters = Array.from(
    { length: 256 },
    (_, byte) => decoder.decode(new Uint8Array([byte])),
  );
  const byteOf = new Map(characters.map((character, byte) => [character.charCodeAt(0), byte]));
  const toBytes = (raw: string): Uint8Array => {
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = byteOf.get(raw.charCodeAt(i)) ?? 0;
    return out;
  };
  let hasUtf8 = mark === UTF8_MARK;
  const read = (raw: string): string => {
    const wide = hasWide(raw) ? utf8OrNull(toBytes(raw)) : null;
    if (wide === null) return raw;
    hasUtf8 = true;
    return wide;
  };
  const fits = (line: string) => [...line].every((c) => byteOf.has(c.codePointAt(0) ?? -1));
  const encoding: Encoding = {
    mark,
    toRaw: (line) => !hasUtf8 && fits(line) ? line : decoder.decode(encodeUtf8(line)),
    toBytes,
  };
  return fromRaws(splitRaw(decoder.decode(body)), read, encoding);
}

function hasWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return true;
  return false;
}
