export type Bounded<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "timeout" }
  | { readonly kind: "aborted" };

/**
 * Waits for `work` no longer than `ms` and no longer than the parent signal allows. The signal that `work` gets fires
 * in both cases; what `work` does after that is nobody's concern. Throws what `work` throws in time.
 */
export async function within<T>(
  ms: number,
  parent: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Bounded<T>> {
  if (parent.aborted) return { kind: "aborted" };
  const controller = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<Bounded<T>>();
  const stop = (kind: "timeout" | "aborted"): void => {
    resolve({ kind });
    controller.abort();
  };
  const onAbort = (): void => stop("aborted");
  const timer = setTimeout(() => stop("timeout"), ms);
  parent.addEventListener("abort", onAbort, { once: true });
  try {
    const done = work(controller.signal).then((value): Bounded<T> => ({ kind: "done", value }));
    done.catch(() => {});
    return await Promise.race([done, stopped]);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener("abort", onAbort);
  }
}

/** Calls back once nothing has happened for a while. */
export class IdleWatch implements Disposable {
  #last = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, onIdle: () => void) {
    const check = (): void => {
      const left = this.#last + ms - performance.now();
      if (left <= 0) onIdle();
      else this.#timer = setTimeout(check, left);
    };
    this.#timer = setTimeout(check, ms);
  }

  /** Something happened. Cheap: the timer goes on and looks at the time when it fires. */
  touch(): void {
    this.#last = performance.now();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
