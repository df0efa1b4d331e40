const CAPACITY = 32;

/** Key of a file's content. Identity only, no security rests on it. */
export async function contentKey(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
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
