/** A connection as far as the proxy is concerned. */
export type Wire = Pick<Deno.Conn, "read" | "write" | "closeWrite" | "close">;

/** One client's connection and all that was opened for it: they end together. */
export class Session implements Disposable {
  readonly #controller = new AbortController();
  readonly #owned = new Set<Pick<Wire, "close">>();

  /** Fires when the session is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Hands a connection over; it is closed with the session, or at once when that is over already. */
  own<T extends Pick<Wire, "close">>(connection: T): T {
    if (this.signal.aborted) closeQuietly(connection);
    else this.#owned.add(connection);
    return connection;
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
    for (const connection of this.#owned) closeQuietly(connection);
    this.#owned.clear();
  }
}

/** How long a client may take to see that there is an answer and to stop talking. Milliseconds. */
export const LINGER_MS = 2_000;

/** Closing twice is an error to the runtime, and none to us. */
export function closeQuietly(connection: Pick<Wire, "close">): void {
  try {
    connection.close();
  } catch {
    // It is closed, which is all that was wanted.
  }
}

export async function writeAll(wire: Pick<Wire, "write">, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await wire.write(bytes.subarray(written));
  }
}
