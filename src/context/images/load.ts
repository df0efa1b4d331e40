import { readWhole } from "../../files/mod.ts";
import { fitsBox, scaleToBox, type Size } from "./box.ts";
import { contentKey, type ImageCache } from "./cache.ts";
import { claimedSize, type ImageFormat, sniffFormat, unsupportedReason } from "./sniff.ts";

export type LoadedImage =
  | { readonly ok: true; readonly dataUrl: string }
  /** `message` is a complete sentence for the model, `reason` what stands in its place for a person. */
  | { readonly ok: false; readonly message: string; readonly reason: string };

/** Four bytes each when decoded, twice over while scaling. */
const MAX_PIXELS = 100_000_000;

/** Quality at which a scaled JPEG is written. */
const JPEG_QUALITY = 85;

/**
 * Reads an image file for the model. PNG and JPEG within 2048×768 go through byte for byte, larger ones are scaled to
 * fit, every other format becomes PNG. The content decides what a file is, not its name. Never throws for a bad file.
 */
export async function loadImage(path: string, cache?: ImageCache): Promise<LoadedImage> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readWhole(path);
  } catch (error) {
    const reason = systemText(error);
    return { ...refusal(path, `failed to read image at ${path}: ${reason}`), reason };
  }
  const key = await contentKey(bytes);
  const known = cache?.get(key) ?? null;
  if (known !== null) return { ok: true, dataUrl: known };
  const claimed = claimedSize(bytes);
  if (claimed !== null && claimed.width * claimed.height > MAX_PIXELS) {
    return refusal(path, `the image is too large (${claimed.width}×${claimed.height} pixels)`);
  }
  const size = await decodedSize(bytes);
  if (size === null) {
    return refusal(path, claimed === null ? unsupportedReason(path) : "invalid image data");
  }
  const dataUrl = await encode(bytes, size, sniffFormat(bytes));
  if (dataUrl === null) return refusal(path, "invalid image data");
  cache?.set(key, dataUrl);
  return { ok: true, dataUrl };
}

function refusal(path: string, reason: string): Extract<LoadedImage, { ok: false }> {
  const message = `Codex could not read the local image at \`${path}\`: ${reason}`;
  return { ok: false, message, reason };
}

function systemText(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "No such file or directory (os error 2)";
  if (error instanceof Deno.errors.PermissionDenied) return "Permission denied (os error 13)";
  if (error instanceof Deno.errors.IsADirectory) return "Is a directory (os error 21)";
  return error instanceof Error ? error.message : String(error);
}

/** Decodes once to be sure that a server will be able to; `null` = it cannot be decoded. */
async function decodedSize(bytes: Uint8Array<ArrayBuffer>): Promise<Size | null> {
  try {
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const size = { width: bitmap.width, height: bitmap.height };
    bitmap.close();
    return size;
  } catch {
    return null;
  }
}

async function encode(
  bytes: Uint8Array,
  size: Size,
  format: ImageFormat,
): Promise<string | null> {
  if (fitsBox(size) && format !== "other") return `data:${format};base64,${bytes.toBase64()}`;
  try {
    return await transcode(bytes, format);
  } catch {
    return null; // The codec traps on what it cannot read.
  }
}

/** Scales and re-encodes. The runtime's own canvas is not used: older runtimes have none. */
async function transcode(bytes: Uint8Array, format: ImageFormat): Promise<string> {
  const { PhotonImage, resize, SamplingFilter } = await import("@silvia-odwyer/photon-node");
  const image = PhotonImage.new_from_byteslice(bytes);
  try {
    const original = { width: image.get_width(), height: image.get_height() };
    const target = scaleToBox(original);
    if (fitsBox(original)) return pngUrl(image.get_bytes());
    const scaled = resize(image, target.width, target.height, SamplingFilter.Triangle);
    try {
      return format === "image/jpeg"
        ? `data:image/jpeg;base64,${scaled.get_bytes_jpeg(JPEG_QUALITY).toBase64()}`
        : pngUrl(scaled.get_bytes());
    } finally {
      scaled.free();
    }
  } finally {
    image.free();
  }
}

function pngUrl(png: Uint8Array): string {
  return `data:image/png;base64,${png.toBase64()}`;
}
