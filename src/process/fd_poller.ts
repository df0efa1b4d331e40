import { cBytes, EFD_FLAGS, type Libc, POLLIN } from "./libc.ts";

/** A file descriptor that is watched. */
export interface Watched {
  readonly fd: number;
  /** Bits of `poll(2)` to wait for now. 0 = not watched now. Call `wake` after changing it. */
  readonly events: number;
  /** Called with what `poll` said. */
  ready(revents: number): void;
}

/**
 * Waits for many file descriptors with one blocked thread, whatever their number: Deno has few threads for blocking
 * calls, and a read on each terminal would use them up. Runs only while something is watched.
 */
export class FdPoller {
  readonly #libc: Libc;
  readonly #watched = new Set<Watched>();
  #wakeFd = -1;
  #loop: Promise<void> | null = null;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** False = there is no descriptor left to wait with. */
  add(watched: Watched): boolean {
    if (this.#wakeFd < 0) {
      this.#wakeFd = this.#libc.eventfd(0, EFD_FLAGS);
      if (this.#wakeFd < 0) return false;
    }
    this.#watched.add(watched);
    if (this.#loop === null) this.#loop = this.#run();
    else this.wake();
    return true;
  }

  /** Afterwards the descriptor may be closed: `ready` is not called again. */
  remove(watched: Watched): void {
    this.#watched.delete(watched);
    this.wake();
  }

  wake(): void {
    if (this.#wakeFd < 0) return;
    const one = cBytes(8);
    one[0] = 1;
    this.#libc.write(this.#wakeFd, one, 8n);
  }

  /** Resolves when nothing is watched any more. */
  async idle(): Promise<void> {
    await this.#loop;
  }

  async #run(): Promise<void> {
    const libc = this.#libc;
    try {
      while (this.#watched.size > 0) {
        const turn = [...this.#watched].filter((watched) => watched.events !== 0);
        const table = cBytes(8 * (turn.length + 1));
        const view = new DataView(table.buffer);
        const put = (index: number, fd: number, events: number): void => {
          view.setInt32(8 * index, fd, true);
          view.setInt16(8 * index + 4, events, true);
        };
        put(0, this.#wakeFd, POLLIN);
        turn.forEach(({ fd, events }, index) => put(index + 1, fd, events));
        await libc.poll(table, BigInt(turn.length + 1), -1);
        if (view.getInt16(6, true) !== 0) libc.read(this.#wakeFd, cBytes(8), 8n);
        turn.forEach((watched, index) => {
          const revents = view.getInt16(8 * (index + 1) + 6, true);
          if (revents !== 0 && this.#watched.has(watched)) watched.ready(revents);
        });
      }
    } finally {
      libc.close(this.#wakeFd);
      this.#wakeFd = -1;
      this.#loop = null;
    }
  }
}
