/**
 * Peak memory of a running process tree, by watching it.
 *
 * On Linux `wait4` cannot tell it: a child's counter starts at the size of the process that spawned it. The kernel's
 * high-water mark below `/proc` starts at zero with each program, so it is read again and again until the end; what
 * grows in the last instants before the exit is missed.
 *
 * @module
 */

const INTERVAL_MS = 3;

function highWaterMark(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readSmall(`/proc/${pid}/status`));
  return Number(line?.[1] ?? 0) * 1024;
}

function childrenOf(pid: number): number[] {
  const text = readSmall(`/proc/${pid}/task/${pid}/children`).trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

/** A process may end between two looks: that is no news. */
function readSmall(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function largest(pid: number, depth: number): number {
  const own = highWaterMark(pid);
  if (depth === 0) return own;
  return Math.max(own, ...childrenOf(pid).map((child) => largest(child, depth - 1)));
}

export class MemoryWatch implements Disposable {
  #peak = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  /** Watches `pid`, its children, and theirs. */
  constructor(pid: number) {
    const look = () => {
      this.#peak = Math.max(this.#peak, largest(pid, 2));
    };
    look();
    this.#timer = setInterval(look, INTERVAL_MS);
  }

  /** Bytes, of the largest single process so far. */
  get peakBytes(): number {
    return this.#peak;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
