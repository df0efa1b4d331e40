import type { ByteReader } from "./byte_reader.ts";
import { type HeaderList, headerValues } from "./http_head.ts";

/** How the end of a body is told. */
export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until_close" };

export function isEmpty(framing: Framing): boolean {
  return framing.kind === "none" || (framing.kind === "length" && framing.bytes === 0);
}

/** `null` when the headers leave it open to interpretation, which is how requests are smuggled. */
export function requestFraming(headers: HeaderList): Framing | null {
  return declaredFraming(headers, { kind: "none" });
}

export function responseFraming(
  headers: HeaderList,
  status: number,
  method: string,
): Framing | null {
  const bodiless = method === "HEAD" || status < 200 || status === 204 || status === 304;
  return bodiless ? { kind: "none" } : declaredFraming(headers, { kind: "until_close" });
}

function declaredFraming(headers: HeaderList, otherwise: Framing): Framing | null {
  const encodings = headerValues(headers, "transfer-encoding");
  const lengths = new Set(headerValues(headers, "content-length"));
  if (encodings.length > 0) {
    const chunked = encodings.length === 1 && encodings[0]?.toLowerCase() === "chunked";
    return chunked && lengths.size === 0 ? { kind: "chunked" } : null;
  }
  if (lengths.size === 0) return otherwise;
  const [length = ""] = lengths;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) return null;
  return { kind: "length", bytes: Number(length) };
}

const LONGEST_CHUNK_LINE = 4096;
const MOST_TRAILERS = 64;

export interface CopyOptions {
  /** Write chunks again; false gives the bare content to a receiver that reads to the end. */
  readonly chunks: boolean;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** Copies one body and nothing after it. False when it ended early or was not well formed. */
export async function copyBody(
  reader: ByteReader,
  framing: Framing,
  options: CopyOptions,
): Promise<boolean> {
  switch (framing.kind) {
    case "none":
      return true;
    case "length":
      return await copyLength(reader, framing.bytes, options.write);
    case "until_close":
      return await copyToEnd(reader, options.write);
    case "chunked":
      return await copyChunks(reader, options);
  }
}

async function copyLength(
  reader: ByteReader,
  bytes: number,
  write: CopyOptions["write"],
): Promise<boolean> {
  for (let left = bytes; left > 0;) {
    const piece = await reader.readSome(Math.min(left, 64 * 1024));
    if (piece === null) return false;
    await write(piece);
    left -= piece.length;
  }
  return true;
}

async function copyToEnd(reader: ByteReader, write: CopyOptions["write"]): Promise<boolean> {
  for (let piece = await reader.readSome(); piece !== null; piece = await reader.readSome()) {
    await write(piece);
  }
  return true;
}

/** Extensions and trailers are dropped: they concern this connection only. */
async function copyChunks(reader: ByteReader, { chunks, write }: CopyOptions): Promise<boolean> {
  const encoder = new TextEncoder();
  for (;;) {
    const line = await readText(reader);
    const size = line === null ? undefined : /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) return false;
    const length = parseInt(size, 16);
    if (length === 0) break;
    if (chunks) await write(encoder.encode(`${length.toString(16)}\r\n`));
    if (!await copyLength(reader, length, write)) return false;
    if (await readText(reader) !== "") return false;
    if (chunks) await write(encoder.encode("\r\n"));
  }
  for (let trailers = 0; trailers <= MOST_TRAILERS; trailers++) {
    const line = await readText(reader);
    if (line === null) return false;
    if (line !== "") continue;
    if (chunks) await write(encoder.encode("0\r\n\r\n"));
    return true;
  }
  return false;
}

async function readText(reader: ByteReader): Promise<string | null> {
  const line = await reader.readLine(LONGEST_CHUNK_LINE);
  return line.kind === "head" ? new TextDecoder().decode(line.bytes).slice(0, -2) : null;
}
