import { extname } from "node:path";
import type { Size } from "./box.ts";

/** A format told by the first bytes; what the decoder knows beyond these is re-encoded all the same. */
export type ImageFormat = "image/png" | "image/jpeg" | "other";

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG_MAGIC = [0xff, 0xd8, 0xff];
const GIF_MAGIC = [0x47, 0x49, 0x46, 0x38];

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

export function sniffFormat(bytes: Uint8Array): ImageFormat {
  if (startsWith(bytes, PNG_MAGIC)) return "image/png";
  return startsWith(bytes, JPEG_MAGIC) ? "image/jpeg" : "other";
}

/**
 * The size that a header claims, read before anything is decoded so that a tiny file cannot ask for gigabytes.
 * `null` = unknown format or cut header.
 */
export function claimedSize(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(bytes, PNG_MAGIC)) {
    return bytes.length < 24 ? null : { width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (startsWith(bytes, GIF_MAGIC)) {
    return bytes.length < 10
      ? null
      : { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  }
  return startsWith(bytes, JPEG_MAGIC) ? jpegSize(view) : null;
}

/** Walks the segments up to the frame header (ITU T.81, B.2.2). */
function jpegSize(view: DataView): Size | null {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // Fill byte.
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".bmp": "image/bmp",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
  ".svg": "image/svg+xml",
  ".ico": "image/x-icon",
  ".avif": "image/avif",
  ".heic": "image/heic",
  ".txt": "text/plain",
  ".md": "text/markdown",
  ".html": "text/html",
  ".css": "text/css",
  ".csv": "text/csv",
  ".js": "text/javascript",
  ".json": "application/json",
  ".xml": "text/xml",
  ".pdf": "application/pdf",
  ".zip": "application/zip",
};

/** Why bytes that no decoder knows are refused, in terms of what the file's name promises. */
export function unsupportedReason(path: string): string {
  const type = TYPES[extname(path).toLowerCase()];
  if (type === undefined) return "unsupported MIME type (unknown)";
  return type.startsWith("image/")
    ? `unsupported image format \`${type}\``
    : `unsupported MIME type \`${type}\``;
}
