import { NetworkError } from "./error.ts";
import { ByteReader } from "./byte_reader.ts";
import type { Client } from "./exchange.ts";
import { respond } from "./http_response.ts";
import { LINGER_MS, Session, type Wire } from "./session.ts";
import { within } from "./time_bounds.ts";

export interface ServeOptions {
  /** Connections at the same time, over all listeners that share the options. */
  readonly most: number;
  readonly onError: (error: unknown) => void;
}

/** The clients of several listeners, counted together and ended together. */
export class Clients implements AsyncDisposable {
  readonly #options: ServeOptions;
  readonly #listeners = new Set<{ close(): void }>();
  readonly #running = new Set<Promise<void>>();
  readonly #sessions = new Set<Session>();
  #closed = false;

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  /** How many clients are connected. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Accepts until disposed. `address` names a client for the audit. */
  serve<T extends Deno.TcpConn | Deno.UnixConn>(
    listener: { accept(): Promise<T>; close(): void },
    address: (connection: T) => string,
    serve: (client: Client) => Promise<void>,
  ): void {
    this.#listeners.add(listener);
    this.#run(async () => {
      while (!this.#closed) {
        const connection = await this.#accept(listener);
        if (connection === null) return;
        this.#run(() => this.#serveOne(connection, address(connection), serve));
      }
    });
  }

  /** `null` once the listener is closed; a connection that broke while it was accepted is passed over. */
  async #accept<T>(listener: { accept(): Promise<T> }): Promise<T | null> {
    while (!this.#closed) {
      try {
        return await listener.accept();
      } catch (error) {
        if (this.#closed || error instanceof Deno.errors.BadResource) return null;
        this.#options.onError(error);
        // Out of descriptors, for one: accepting again at once would only burn time.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return null;
  }

  async #serveOne(
    wire: Wire,
    address: string,
    serve: (client: Client) => Promise<void>,
  ): Promise<void> {
    using session = new Session();
    session.own(wire);
    if (this.#closed) return;
    if (this.#sessions.size >= this.#options.most) {
      return await respond(wire, { status: 503, body: "too many connections" }).catch(() => {});
    }
    this.#sessions.add(session);
    try {
      const client = { wire, reader: new ByteReader(wire), address, session };
      await serve(client);
      await linger(client);
    } catch (error) {
      // Whatever a broken connection throws ends that connection and nothing else.
      if (!session.signal.aborted) this.#options.onError(error);
    } finally {
      this.#sessions.delete(session);
    }
  }

  #run(work: () => Promise<void>): void {
    const running = work().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const listener of this.#listeners) listener.close();
    for (const session of this.#sessions) session[Symbol.dispose]();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/**
 * Tells the client that nothing more comes and waits until it has closed. Closing while something that it sent is unread
 * would reset the connection, and the answer could be lost with it.
 */
async function linger({ wire, reader, session }: Client): Promise<void> {
  await wire.closeWrite();
  await within(LINGER_MS, session.signal, async (signal) => {
    while (!signal.aborted && await reader.readSome() !== null);
  });
}

/** Throws `NetworkError("listen_failed")`. */
export function listenTcp(hostname: string, port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname, port });
  } catch (cause) {
    throw new NetworkError("listen_failed", `cannot listen on ${hostname}:${port}`, { cause });
  }
}

/** A socket that only this user can connect to. Throws `NetworkError("listen_failed")`. */
export function listenUnix(path: string): Deno.UnixListener {
  try {
    const listener = Deno.listen({ transport: "unix", path });
    Deno.chmodSync(path, 0o600);
    return listener;
  } catch (cause) {
    throw new NetworkError("listen_failed", `cannot listen on the socket ${path}`, { cause });
  }
}
