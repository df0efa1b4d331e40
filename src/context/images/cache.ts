import { createHash } from "node:crypto";

const CAPACITY = 32;

/** Key of a file's content. Identity only, no security rests on it. */
export function contentKey(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** Data URLs of the images used last, by content: the same screenshot is often attached again. */
export class ImageCache {
  /** Oldest use first, as a Map keeps insertion order. */
  readonly #entries = new Map<string, string>();

  get(key: string): string | null {
    const dataUrl = this.#entries.get(key);
    if (dataUrl === undefined) return null;
    this.#entries.delete(key);
    this.#entries.set(key, dataUrl);
    return dataUrl;
  }

  set(key: string, dataUrl: string): void {
    this.#entries.delete(key);
    this.#entries.set(key, dataUrl);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > CAPACITY && oldest !== undefined) this.#entries.delete(oldest);
  }
}
