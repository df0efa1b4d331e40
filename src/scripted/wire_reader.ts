import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";

/** A request as it came off the wire, body decompressed. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const CRLF_CRLF = new Uint8Array([13, 10, 13, 10]);
const READ_SIZE = 64 * 1024;

/**
 * Reads HTTP/1.1 requests from one connection. It reads ahead all the time, because only a pending read tells that
 * the client has gone.
 */
export class WireReader {
  /** Settles at the end of the client's half, or when the connection breaks. */
  readonly gone: Promise<void>;
  readonly #conn: Deno.Conn;
  #buffer = new Uint8Array(0);
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.gone = this.#pump();
  }

  /** The next request, or `null` when the client has left between requests. */
  async nextRequest(sendContinue: () => Promise<void>): Promise<WireRequest | null> {
    const head = await this.#readUntilBlankLine();
    if (head === null) return null;
    const [requestLine = "", ...lines] = head.split("\r\n");
    const [method = "", target = "/"] = requestLine.split(" ");
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    if (headers["expect"]?.toLowerCase() === "100-continue") await sendContinue();
    const bytes = headers["transfer-encoding"]?.toLowerCase().includes("chunked")
      ? await this.#readChunked()
      : await this.#take(Number(headers["content-length"] ?? "0"));
    if (bytes === null) return null;
    const plain = await decompress(bytes, headers["content-encoding"] ?? "identity");
    return { method, target, headers, text: new TextDecoder().decode(plain) };
  }

  async #pump(): Promise<void> {
    const chunk = new Uint8Array(READ_SIZE);
    try {
      for (;;) {
        const count = await this.#conn.read(chunk);
        if (count === null) break;
        const joined = new Uint8Array(this.#buffer.length + count);
        joined.set(this.#buffer);
        joined.set(chunk.subarray(0, count), this.#buffer.length);
        this.#buffer = joined;
        this.#wake?.();
      }
    } catch {
      // A reset or our own close ends the connection as well as an orderly end does.
    }
    this.#ended = true;
    this.#wake?.();
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    await new Promise<void>((resolve) => this.#wake = resolve);
    this.#wake = null;
    return true;
  }

  async #readUntilBlankLine(): Promise<string | null> {
    for (;;) {
      const end = indexOf(this.#buffer, CRLF_CRLF);
      if (end >= 0) {
        const text = new TextDecoder("latin1").decode(this.#buffer.subarray(0, end));
        this.#buffer = this.#buffer.slice(end + CRLF_CRLF.length);
        return text;
      }
      if (!await this.#more()) return null;
    }
  }

  async #readLine(): Promise<string | null> {
    for (;;) {
      const end = this.#buffer.indexOf(10);
      if (end >= 0) {
        const text = new TextDecoder().decode(this.#buffer.subarray(0, end));
        this.#buffer = this.#buffer.slice(end + 1);
        return text.trimEnd();
      }
      if (!await this.#more()) return null;
    }
  }

  async #take(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.#buffer.length < length) {
      if (!await this.#more() && this.#buffer.length < length) return null;
    }
    const taken = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.slice(length);
    return taken;
  }

  async #readChunked(): Promise<Uint8Array<ArrayBuffer> | null> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (;;) {
      const line = await this.#readLine();
      if (line === null) return null;
      const size = parseInt(line, 16);
      const part = await this.#take(size);
      if (part === null || await this.#readLine() === null) return null;
      if (size === 0) return new Uint8Array(await new Blob(parts).arrayBuffer());
      parts.push(part);
    }
  }
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array): number {
  for (let at = bytes.indexOf(pattern[0]!); at >= 0; at = bytes.indexOf(pattern[0]!, at + 1)) {
    if (pattern.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}

async function decompress(bytes: Uint8Array, encoding: string): Promise<Uint8Array> {
  switch (encoding) {
    case "zstd":
      return await promisify(zstdDecompress)(bytes);
    case "gzip":
      return await promisify(gunzip)(bytes);
    case "deflate":
      return await promisify(inflate)(bytes);
    case "br":
      return await promisify(brotliDecompress)(bytes);
    default:
      return bytes;
  }
}
