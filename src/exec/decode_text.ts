import { ExecError } from "./errors.ts";

/** Where the first byte sequence starts that is not UTF-8. Only asked for when there is one. */
function firstInvalidOffset(bytes: Uint8Array): number {
  const decodes = (length: number) => {
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return decoder.decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return null;
    }
  };
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(middle) === null) bad = middle;
    else good = middle;
  }
  return new TextEncoder().encode(decodes(good) ?? "").length;
}

function startsWith(bytes: Uint8Array, ...mark: number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

function undecodable(encoding: string): ExecError {
  return new ExecError(
    "bad_encoding",
    `The prompt on stdin is marked as ${encoding}, which could not be decoded. Hand it in as UTF-8.`,
  );
}

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw undecodable(encoding.toUpperCase());
  }
}

/**
 * Text that a person piped in: UTF-8, with or without a byte order mark, or UTF-16 with one. The mark is dropped,
 * everything else is kept. Throws {@link ExecError} (`bad_encoding`), naming the offset in bytes where UTF-8 ends.
 */
export function decodeText(bytes: Uint8Array): string {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0)) throw undecodable("UTF-32LE");
  if (startsWith(bytes, 0, 0, 0xfe, 0xff)) throw undecodable("UTF-32BE");
  if (startsWith(bytes, 0xff, 0xfe)) return decodeUtf16(bytes, "utf-16le");
  if (startsWith(bytes, 0xfe, 0xff)) return decodeUtf16(bytes, "utf-16be");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ExecError(
      "bad_encoding",
      `The prompt on stdin is not valid UTF-8 (invalid byte at offset ${
        firstInvalidOffset(bytes)
      }). ` +
        "Convert it first, for example with `iconv -f <ENCODING> -t UTF-8`.",
    );
  }
}
